"""What of one collection can be recognised: windows in an index, landmarks in runs, imprints at hand.

One writer follows the journal; readers work on a `View`, which never changes beneath them. A pattern has a number here
for as long as the process lives; a number given up is never given again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grym.domain.patterns.values import Verdict
from grym.domain.patterns.verdicts import weighed
from grym.domain.recognition.confidence import Experience
from grym.domain.recognition.imprint import FloatArray, Imprint, Landmarks, UInt32Array
from grym.domain.recognition.library import NearWindows, Postings
from grym.errors import InvariantError
from grym.memory.recognising.landmark_runs import LandmarkRun, look_up, merged, run_of, with_run
from grym.ports.index import VectorIndex

WINDOW_BITS = 20
"""Of a window's id in the index; the bits above are the pattern's number. A million windows are three days of sound."""

MOST_PLACES = 2_000
"""A landmark in more places than this says next to nothing about where it was heard, and would cost most time."""

ROOM = 1024
"""Patterns that masks have room for at first; they double."""

ImprintsOf = Callable[[Sequence[int]], list[Imprint]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is known of one number besides its sound.

    Parameters
    ----------
    version
        Number of the event that made its imprint.
    windows
        How many windows it has in the index.
    count, confirmed, denied
        How often it was heard, and how often somebody said that a match with it was right, or wrong.
    last_heard_s
        Unix time by the log's clock.
    into
        The pattern that stands for it, whose name and counts it has; empty where it stands for itself.
    verdicts
        What was said of matches with it and counts.
    """

    pattern_id: str
    name: str
    version: int = 0
    windows: int = 0
    count: int = 1
    confirmed: int = 0
    denied: int = 0
    last_heard_s: float = 0.0
    into: str = ""
    verdicts: tuple[Verdict, ...] = ()


def holding_of(notes: Mapping[str, Any]) -> Holding:
    """Return what `dataclasses.asdict` made plain values of, which may have been written as JSON since."""
    verdicts = tuple(Verdict(**{**one, "spread_to": tuple(one["spread_to"])}) for one in notes.get("verdicts", ()))
    return Holding(**{**notes, "verdicts": verdicts})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A collection at one instant; fulfils `Library`.

    Parameters
    ----------
    alive
        Shape (numbers,): which numbers can be recognised.
    holdings
        What is known of each of them.
    reached_s
        Unix time of the newest event: by it the same memory gives the same answer, whenever it is asked.
    imprints_of
        Finds imprints; whoever asks binds it to the question.
    """

    alive: NDArray[np.bool_]
    runs: tuple[LandmarkRun, ...]
    index: VectorIndex
    holdings: Mapping[int, Holding]
    reached_s: float
    imprints_of: ImprintsOf

    def __len__(self) -> int:
        """Return how many recordings can be recognised, merged ones included."""
        return len(self.holdings)

    def nearest(self, vectors: FloatArray, *, k: int) -> NearWindows:
        """Return the k windows nearest to each row of `vectors`."""
        found = self.index.search(vectors, k=k)
        numbers = (found.ids >> WINDOW_BITS).astype(np.int32)
        windows = (found.ids & ((1 << WINDOW_BITS) - 1)).astype(np.int32)
        gone = ~self._living(numbers)
        return NearWindows(
            numbers=np.where(gone, np.int32(-1), numbers),
            windows=np.where(gone, np.int32(-1), windows),
            similarities=np.where(gone, np.float32(-np.inf), found.similarities),
        )

    def postings(self, hashes: UInt32Array) -> Postings:
        """Return where landmarks were heard; those in too many places are left out."""
        return look_up(self.runs, hashes, alive=self.alive, most=MOST_PLACES)

    def imprints(self, numbers: Sequence[int]) -> list[Imprint]:
        """Return the whole imprints of patterns.

        Raises
        ------
        KeyError
            Where one was given up since this view was published.
        """
        return self.imprints_of(numbers)

    @property
    def standing(self) -> int:
        """How many patterns stand for themselves, merged ones left out."""
        return sum(not holding.into for holding in self.holdings.values())

    def experience_of(self, number: int) -> Experience:
        """Return what became of earlier matches with a pattern; memory's own time tells how long ago that was."""
        holding = self.holdings[number]
        idle_s = self.reached_s - holding.last_heard_s
        right, wrong = weighed(holding.verdicts)
        return Experience(confirmed=holding.confirmed + right, denied=holding.denied + wrong, idle_s=idle_s)

    def verdicts(self) -> Iterator[Verdict]:
        """Yield what was said of matches with any pattern, once."""
        for holding in self.holdings.values():
            if holding.verdicts and not holding.into:
                yield from holding.verdicts

    def _living(self, numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell which numbers are alive; one that came after this view is not, nor is −1."""
        known = (numbers >= 0) & (numbers < len(self.alive))
        living: NDArray[np.bool_] = known & self.alive[np.where(known, numbers, 0)]
        return living


class Contents:
    """The one writer of a collection's views; what it changes is seen from the next `publish` on.

    Parameters
    ----------
    index
        An empty one, or one that holds what is taken over with `restore`.
    """

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._numbers: dict[str, int] = {}
        self._holdings: dict[int, Holding] = {}
        self._alive = np.zeros(ROOM, dtype=np.bool_)
        self._runs: tuple[LandmarkRun, ...] = ()
        self._next = 0
        self._reached_s = 0.0
        self._view = self.publish()

    @property
    def view(self) -> View:
        """The collection as it was published last."""
        return self._view

    def holding_of(self, pattern_id: str) -> Holding | None:
        """Return what is known of a pattern that can be recognised, changes that are not published included."""
        number = self._numbers.get(pattern_id)
        return None if number is None else self._holdings[number]

    @property
    def next_number(self) -> int:
        """The number that the next pattern gets."""
        return self._next

    def restore(self, holdings: Mapping[int, Holding], run: LandmarkRun, *, next_number: int, reached_s: float) -> None:
        """Take over what a sealed generation holds, whose vectors lie in the index already."""
        self._holdings = dict(holdings)
        self._numbers = {holding.pattern_id: number for number, holding in holdings.items()}
        self._alive = _with_room(self._alive, next_number)
        self._alive[list(holdings)] = True
        self._runs = (run,) if len(run) else ()
        self._next = next_number
        self._reached_s = reached_s

    def settle(self, sealed: LandmarkRun, *, below: int) -> None:
        """Read the landmarks of all numbers below one from a sealed run, which is mapped, and keep the later ones."""
        later = self._alive.copy()
        later[:below] = False
        late = (merged(self._runs, alive=later),) if self._runs else ()
        self._runs = tuple(run for run in (sealed, *late) if len(run))
        self.publish()

    def reach(self, at_s: float) -> None:
        """Note when an event happened, as Unix time."""
        self._reached_s = max(self._reached_s, at_s)

    def put(self, holding: Holding, landmarks: Landmarks, vectors: FloatArray) -> int:
        """Make a pattern recognisable, in place of what it was before, and return its number.

        Parameters
        ----------
        vectors
            The windows as the journal keeps them, shape (windows, dim).
        """
        self.drop(holding.pattern_id)
        number, self._next = self._next, self._next + 1
        if len(vectors):
            self._index.add(_window_ids(number, len(vectors)), vectors)
        self._alive = _with_room(self._alive, number)
        self._alive[number] = True
        self._runs = with_run(self._runs, run_of(number, landmarks), alive=self._alive)
        self._numbers[holding.pattern_id] = number
        self._holdings[number] = replace(holding, windows=len(vectors))
        return number

    def drop(self, pattern_id: str) -> int | None:
        """Make a pattern unrecognisable and return the number it had; None where it had none."""
        number = self._numbers.pop(pattern_id, None)
        if number is None:
            return None
        windows = self._holdings.pop(number).windows
        self._alive[number] = False
        if windows:
            self._index.remove(_window_ids(number, windows))
        return number

    def describe(self, pattern_id: str, change: Callable[[Holding], Holding]) -> None:
        """Change what is known of a pattern besides its sound; no error where it cannot be recognised."""
        number = self._numbers.get(pattern_id)
        if number is not None:
            self._holdings[number] = change(self._holdings[number])

    def publish(self) -> View:
        """Swap the view by reference: who reads the old one goes on undisturbed."""
        self._view = View(
            alive=self._alive.copy(),
            runs=self._runs,
            index=self._index,
            holdings=dict(self._holdings),
            reached_s=self._reached_s,
            imprints_of=_nobody_asked,
        )
        return self._view


def _nobody_asked(numbers: Sequence[int]) -> list[Imprint]:
    raise InvariantError(f"the imprints of {len(numbers)} patterns were asked for without a question")


def _window_ids(number: int, count: int) -> NDArray[np.int64]:
    return (np.int64(number) << WINDOW_BITS) + np.arange(count, dtype=np.int64)


def _with_room(alive: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
    """Return a mask that has room for a number: itself, or one at least twice as large."""
    if number < len(alive):
        return alive
    grown = np.zeros(max(2 * len(alive), number + 1), dtype=np.bool_)
    grown[: len(alive)] = alive
    return grown
