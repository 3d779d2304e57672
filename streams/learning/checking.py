"""What may be folded: opinions from 1 to 5, settings from 0 to 1; everything else is refused with a code."""

import math
from collections.abc import Mapping

from grym.domain.learning import ASPECTS, MAX_STARS, MIN_STARS
from grym.errors import ContractError, InvalidRequestError
from schemas.events import FeedbackGiven, OpinionCredited, ParametersExposed


def check_given(given: FeedbackGiven, *, subject: str) -> None:
    """Check an opinion.

    Raises
    ------
    InvalidRequestError
        ``feedback.aspect``, ``feedback.preference``, ``feedback.empty``, ``feedback.range``.
    """
    unknown = sorted(set(given.aspects) - set(ASPECTS))
    if unknown:
        raise InvalidRequestError(
            f"{unknown[0]!r} is no aspect", code="feedback.aspect", hint=f"Choose among: {', '.join(ASPECTS)}."
        )
    if given.preferred_over == subject:
        raise InvalidRequestError(
            "a piece cannot be better than itself", code="feedback.preference", hint="Name another piece."
        )
    values = [*given.aspects.values(), *([] if given.stars is None else [given.stars])]
    if not values and given.preferred_over is None:
        raise InvalidRequestError(
            "feedback needs stars, an aspect or a preference", code="feedback.empty", hint="Give 1 to 5 stars."
        )
    if any(not MIN_STARS <= value <= MAX_STARS for value in values):
        raise InvalidRequestError("stars and aspects go from 1 to 5", code="feedback.range", hint="Give 1 to 5.")


def check_exposed(exposed: ParametersExposed) -> None:
    """Check what reached a listener.

    Raises
    ------
    ContractError
        ``feedback.range`` for a number outside its range, or none at all.
    """
    check_settings(exposed.parameters)
    check_settings(exposed.defaults)
    shares = (exposed.quality_share, *(() if exposed.expected is None else (exposed.expected,)))
    if any(not math.isfinite(value) for value in shares) or not 0.0 <= exposed.quality_share <= 1.0:
        raise ContractError("quality is a share from 0 to 1", code="feedback.range")
    if not 0.0 < exposed.propensity <= 1.0:
        raise ContractError("a propensity lies above 0 and not above 1", code="feedback.range")


def check_credited(credited: OpinionCredited) -> None:
    """Check an opinion of the first learner. Raises as `check_exposed`."""
    check_settings(credited.parameters)
    if not MIN_STARS <= credited.stars <= MAX_STARS:
        raise ContractError("a credited opinion has 1 to 5 stars", code="feedback.range")


def check_settings(parameters: Mapping[str, float]) -> None:
    """Check settings by name. Raises as `check_exposed`."""
    if any(not 0.0 <= value <= 1.0 for value in parameters.values()):
        raise ContractError("parameters lie between 0 and 1", code="feedback.range")
