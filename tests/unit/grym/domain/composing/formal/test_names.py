"""Names of laws."""

from grym.domain.composing.formal.game import GAMES
from grym.domain.composing.formal.names import DISTRIBUTION_NAMES, GAME_NAMES
from grym.domain.composing.formal.stochastic import LAWS


def test_names_are_those_of_the_laws() -> None:
    """What is accepted exists, and what exists is accepted."""
    assert set(DISTRIBUTION_NAMES) == set(LAWS)
    assert set(GAME_NAMES) == set(GAMES)
