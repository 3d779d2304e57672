"""The held end: what sounds at the end of the last bar sounds on, where whole bars do not fill the time asked for."""

from collections.abc import Iterable
from dataclasses import replace

from grym.domain.composing.score import TICKS_PER_QUARTER, Part


def hold_ticks(hold_s: float, tempo_bpm: float) -> int:
    """Return seconds of holding in ticks."""
    return round(hold_s * tempo_bpm / 60 * TICKS_PER_QUARTER)


def held(parts: Iterable[Part], *, end_ticks: int, extra_ticks: int) -> tuple[Part, ...]:
    """Let every note that lasts to the end of the piece ring on; drums strike once, as they do.

    Parameters
    ----------
    end_ticks
        Written end of the piece.
    extra_ticks
        How much longer.
    """
    if not extra_ticks:
        return tuple(parts)
    return tuple(part if part.percussion else _held(part, end_ticks, extra_ticks) for part in parts)


def _held(part: Part, end_ticks: int, extra: int) -> Part:
    """Return a part whose last notes last `extra` ticks longer than written."""
    return replace(
        part,
        notes=tuple(
            replace(note, ring_ticks=max(0, note.ring_ticks) + extra) if note.end_ticks >= end_ticks else note
            for note in part.notes
        ),
    )
