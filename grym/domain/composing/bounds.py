"""The bounds of a plan, whoever made it: a plan that arrives from elsewhere is checked before anything is computed."""

import math

from grym.domain.composing.formal.choice import require_lawful
from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM, Plan
from grym.domain.composing.theory import SCALES
from grym.errors import InvalidRequestError

_MOST_BEATS, _UNITS = 32, frozenset({1, 2, 4, 8, 16})
_LONGEST_S = 3600.0
# Ten minutes of bars of two eighths at the fastest tempo are fewer.
_MOST_BARS, _MOST_SECTIONS, _MOST_PLAYERS = 3000, 1000, 64
_HIGHEST_PROGRAM = 127


def require_playable(plan: Plan) -> None:
    """Refuse a plan whose numbers no piece can have.

    Raises
    ------
    InvalidRequestError
        With the code ``plan.invalid`` and the field in the message; ``formal.invalid`` or ``formal.sieve`` for a law.
    """
    require_lawful(plan.formal)
    for field, fine in _findings(plan):
        if not fine:
            raise InvalidRequestError(
                f"The plan cannot be played: {field}.",
                code="plan.invalid",
                hint="Plan the piece again.",
                details={"field": field},
            )


def _findings(plan: Plan) -> tuple[tuple[str, bool], ...]:
    """Return the fields that are bounded, and whether they keep to their bounds."""
    bars = [section.bars for section in plan.sections]
    return (
        ("tempo_bpm", _inside(plan.tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM)),
        ("metre", 1 <= plan.metre.beats <= _MOST_BEATS and plan.metre.unit in _UNITS),
        ("tonality", 0 <= plan.tonality.tonic <= 11 and plan.tonality.mode in SCALES),
        ("seconds", _inside(plan.seconds, 0.0, _LONGEST_S) and _inside(plan.hold_s, 0.0, _LONGEST_S)),
        ("sections", 1 <= len(bars) <= _MOST_SECTIONS and min(bars) >= 1 and sum(bars) <= _MOST_BARS),
        ("intensity", all(_inside(section.intensity, 0.0, 1.0) for section in plan.sections)),
        ("instruments", 1 <= len(plan.instruments) <= _MOST_PLAYERS),
        ("program", all(0 <= one.program <= _HIGHEST_PROGRAM for one in plan.instruments)),
        ("parameters", all(math.isfinite(value) for value in plan.parameters.values())),
    )


def _inside(value: float, low: float, high: float) -> bool:
    return math.isfinite(value) and low <= value <= high
