"""What of a collection is sealed beside its vectors, so that a new process need not begin with the first event.

Landmarks lie there as one sorted run that is mapped, never read as a whole; what is known of the patterns stands in
the notes. Imprints are not sealed: the journal's store has them.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from grym.memory.recognising.contents import Contents, Holding, View
from grym.memory.recognising.landmark_runs import LandmarkRun, merged
from grym.ports.generations import Sealed

HASHES, NUMBERS, FRAMES = "landmark_hashes", "landmark_numbers", "landmark_frames"
HOLDINGS, NEXT, LAST = "holdings", "next_number", "last_event"


def parts_of(view: View) -> dict[str, "np.ndarray[Any, np.dtype[Any]]"]:
    """Return the landmarks of a view as one run, by the names of its arrays."""
    run = merged(view.runs, alive=view.alive) if view.runs else _empty()
    return {HASHES: run.hashes, NUMBERS: run.numbers, FRAMES: run.frames}


def notes_of(view: View, *, next_number: int, last_event: str) -> dict[str, object]:
    """Return what is known of the patterns of a view, and the event it was true after, as plain values."""
    holdings = {str(number): asdict(holding) for number, holding in view.holdings.items()}
    return {HOLDINGS: holdings, NEXT: next_number, LAST: last_event}


def last_event_of(sealed: Sealed) -> str:
    """Return the id of the event that a generation was sealed after."""
    return str(sealed.manifest.notes.get(LAST, ""))


def restore(contents: Contents, sealed: Sealed) -> None:
    """Have contents go on from a generation whose vectors their index has adopted."""
    notes: Mapping[str, Any] = sealed.manifest.notes
    holdings = {int(number): Holding(**holding) for number, holding in notes[HOLDINGS].items()}
    run = LandmarkRun(hashes=sealed.get(HASHES), numbers=sealed.get(NUMBERS), frames=sealed.get(FRAMES))  # type: ignore[arg-type]  # sealed with these types
    contents.restore(holdings, run, next_number=int(notes[NEXT]))
    contents.publish()


def _empty() -> LandmarkRun:
    numbers = np.zeros(0, dtype=np.int32)
    return LandmarkRun(hashes=np.zeros(0, dtype=np.uint32), numbers=numbers, frames=numbers)
