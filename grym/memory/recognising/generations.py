"""What of a collection is sealed beside its vectors, so that a new process need not begin with the first event.

Landmarks lie there as one sorted run that is mapped, never read as a whole; what is known of the patterns stands in
the notes. Imprints are not sealed: the journal's store has them.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from grym.memory.recognising.aside import Aside
from grym.memory.recognising.contents import Contents, View, holding_of
from grym.memory.recognising.landmark_runs import LandmarkRun, merged
from grym.ports.generations import Sealed

HASHES, NUMBERS, FRAMES = "landmark_hashes", "landmark_numbers", "landmark_frames"
HOLDINGS, NEXT, LAST, REACHED, LAYOUT = "holdings", "next_number", "last_event", "reached_s", "layout"
LANDMARKS_AND_NOTES = "4"
"""How landmarks are hashed and what the notes are; to be changed with either, so that older generations are passed
over. Vectors have the extractor in the name of their folder."""


def parts_of(view: View) -> dict[str, "np.ndarray[Any, np.dtype[Any]]"]:
    """Return the landmarks of a view as one run, by the names of its arrays."""
    run = merged(view.runs, alive=view.alive) if view.runs else _empty()
    return {HASHES: run.hashes, NUMBERS: run.numbers, FRAMES: run.frames}


def notes_of(view: View, aside: Aside, *, next_number: int, last_event: str) -> dict[str, object]:
    """Return what is known of all patterns at a view, and the event it was true after, as plain values."""
    holdings = {str(number): asdict(holding) for number, holding in view.holdings.items()}
    known = {HOLDINGS: holdings, NEXT: next_number, LAST: last_event, REACHED: view.reached_s}
    return {**aside.notes(), **known, LAYOUT: LANDMARKS_AND_NOTES}


def is_readable(sealed: Sealed) -> bool:
    """Tell whether this version of the code wrote it, or one that wrote the same."""
    return sealed.manifest.notes.get(LAYOUT) == LANDMARKS_AND_NOTES


def last_event_of(sealed: Sealed) -> str:
    """Return the id of the event that a generation was sealed after."""
    return str(sealed.manifest.notes.get(LAST, ""))


def restore(contents: Contents, sealed: Sealed) -> Aside:
    """Have contents go on from a generation whose vectors their index has adopted, and return what lay beside them."""
    notes: Mapping[str, Any] = sealed.manifest.notes
    holdings = {int(number): holding_of(holding) for number, holding in notes[HOLDINGS].items()}
    contents.restore(holdings, run_in(sealed), next_number=int(notes[NEXT]), reached_s=float(notes[REACHED]))
    contents.publish()
    return Aside(notes)


def run_in(sealed: Sealed) -> LandmarkRun:
    """Return the landmarks of a generation, mapped."""
    return LandmarkRun(hashes=sealed.get(HASHES), numbers=sealed.get(NUMBERS), frames=sealed.get(FRAMES))  # type: ignore[arg-type]  # sealed with these types


def _empty() -> LandmarkRun:
    numbers = np.zeros(0, dtype=np.int32)
    return LandmarkRun(hashes=np.zeros(0, dtype=np.uint32), numbers=numbers, frames=numbers)
