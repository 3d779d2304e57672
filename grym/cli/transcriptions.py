"""The notes of an analysed recording as a MIDI file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grym.errors import AdapterError

if TYPE_CHECKING:
    from grym.domain.pitch.midi import BeatGrid

SAME_INSTANT_S = 1e-3


def write_midi(result: dict[str, Any], target: Path) -> str:
    """Write the notes of a full analysis, counted by its beats where it has any, and return the path.

    Raises
    ------
    AdapterError
        ``midi.write_failed``: the folder is full or read-only.
    """
    from grym.domain.pitch.midi import notes_to_midi
    from grym.domain.pitch.values import Note

    notes = [
        Note(
            start_s=note["start_s"],
            end_s=note["end_s"],
            pitch=note["midi_pitch"],
            velocity=note["velocity"],
            confidence=note["confidence"],
        )
        for note in result["notes"]
    ]
    grid = beat_grid(result["beats_s"], result["downbeats_s"], beats_per_bar=result.get("beats_per_bar") or 0)
    try:
        target.write_bytes(notes_to_midi(notes, beats=grid))
    except OSError as error:
        raise AdapterError(
            f"{target} could not be written: {error.strerror}",
            code="midi.write_failed",
            hint="Name a folder that is writable and has room.",
        ) from error
    return str(target)


def beat_grid(beats_s: Sequence[float], downbeats_s: Sequence[float], *, beats_per_bar: int) -> "BeatGrid | None":
    """Return where beats and bars are; None where there are too few to count by."""
    from grym.domain.pitch.midi import BeatGrid

    if len(beats_s) < 2:  # noqa: PLR2004 (a beat needs a length)
        return None
    if not downbeats_s or not beats_per_bar:
        return BeatGrid(beats_s=tuple(beats_s), beats_per_bar=1)
    first = next((n for n, beat_s in enumerate(beats_s) if beat_s >= downbeats_s[0] - SAME_INSTANT_S), 0)
    return BeatGrid(beats_s=tuple(beats_s), beats_per_bar=beats_per_bar, first_downbeat=first % beats_per_bar)
