"""Names of laws, for whoever checks a choice without computing anything: plans are read where no numpy is loaded."""

from typing import Final, Literal, get_args

Manner = Literal["nash", "cooperative", "competitive"]

DISTRIBUTION_NAMES: Final = ("uniform", "linear", "gaussian", "exponential", "cauchy", "poisson")
GAME_NAMES: Final = ("pennies", "dilemma", "hunt", "scissors")
MANNERS: Final[tuple[str, ...]] = get_args(Manner)
