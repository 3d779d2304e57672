"""What a score file must keep to be read at all, and the words with which it is refused."""

import math

from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from grym.domain.composing.reworking.source import MOST_NOTES, MOST_PARTS, Rework, SourceFacts
from grym.domain.composing.styles import STYLES
from grym.domain.composing.styles.checking import require_sound
from grym.domain.composing.theory import SCALES
from grym.errors import ContractError, InvalidRequestError

MOST_BYTES = 16 * 1024 * 1024
"""Far beyond any piece: a symphony as MusicXML has some ten megabytes."""
MOST_BARS = 36_000
"""Bars of an hour and a half of the shortest kind."""
MOST_TRAITS = 64
"""Three times as many as are measured."""
_COUNTED_BEATS, _COUNTED_UNITS = range(2, 13), frozenset({2, 4, 8})


def refusal(what: str, message: str, hint: str) -> ContractError:
    """Return the error of a score that cannot be used, with the code ``score.<what>``."""
    return ContractError(message, code=f"score.{what}", hint=hint)


def require_size(data: bytes) -> None:
    """Refuse a file that is empty or far larger than any piece.

    Raises
    ------
    ContractError
        ``score.empty``, ``score.too_large``.
    """
    if not data:
        raise refusal("empty", "the file is empty", "Send a MIDI or MusicXML file with notes.")
    if len(data) > MOST_BYTES:
        raise refusal("too_large", f"the file has {len(data)} bytes", f"Send at most {MOST_BYTES} bytes.")


def require_counts(*, notes: int, parts: int) -> None:
    """Refuse a piece without notes or with more of them than anybody plays.

    Raises
    ------
    ContractError
        ``score.empty``, ``score.too_large``.
    """
    if notes == 0:
        raise refusal("empty", "no notes were found", "Send a score that has notes.")
    if notes > MOST_NOTES:
        raise refusal("too_large", f"there are more than {MOST_NOTES} notes", "Send a part of the piece.")
    if parts > MOST_PARTS:
        raise refusal("too_large", f"there are more than {MOST_PARTS} parts", "Send fewer parts.")


def is_countable(beats: int, unit: int) -> bool:
    """Tell whether grym counts such bars."""
    return beats in _COUNTED_BEATS and unit in _COUNTED_UNITS


def require_sound_facts(facts: SourceFacts) -> None:
    """Refuse facts that no source has: they travel, so they are looked at before anything is computed from them.

    Raises
    ------
    InvalidRequestError
        ``source.invalid``; ``style.invalid`` for a style that was made from it.
    """
    fine = (
        _inside(facts.tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM)
        and is_countable(facts.metre.beats, facts.metre.unit)
        and 0 <= facts.tonality.tonic <= 11
        and facts.tonality.mode in SCALES
        and 1 <= facts.bars <= MOST_BARS
        and _inside(facts.seconds, 0.0, 1e6)
        and _inside(facts.swing, 0.0, 1.0)
        and _inside(facts.density, 0.0, 1.0)
        and len(facts.players) <= MOST_PARTS + 1
        and all(0 <= one.program <= 127 for one in facts.players)
        and len(facts.traits) <= MOST_TRAITS
        and all(math.isfinite(value) for value in facts.traits.values())
        and facts.style in STYLES
    )
    if facts.definition is not None:
        require_sound(facts.definition)
    if not fine:
        raise InvalidRequestError(
            "What was found in the source cannot be.", code="source.invalid", hint="Send the request again."
        )


def require_sound_rework(rework: Rework) -> None:
    """Refuse a rework whose numbers mean nothing.

    Raises
    ------
    InvalidRequestError
        ``source.invalid``.
    """
    bars = 0 <= rework.first_bar <= rework.last_bar and (rework.first_bar == 0) == (rework.last_bar == 0)
    fine = bars and 0 <= rework.quantise_ticks <= 1920 and _inside(rework.humanise, 0.0, 1.0)
    if not fine or len(rework.instruments) > MOST_PARTS:
        raise InvalidRequestError(
            "What is to be done with the source cannot be.", code="source.invalid", hint="Send the request again."
        )


def _inside(value: float, low: float, high: float) -> bool:
    return math.isfinite(value) and low <= value <= high
