"""Streams that are heard in company: where several need the same work, it is done for all of them in one call.

A spectrum of one window costs as much in calls as in arithmetic. So whoever folds a stream *asks* for such work, pauses
(`yield`), and goes on when others have asked too: the first who wants an answer has all open questions of the kind
answered. Alone, a stream is answered at once, and the answer is the same, bit for bit: work that is shared must not
depend on who shares it. So products with matrices are taken stream by stream (a stack of them is as many calls of one
shape), since libraries choose their order of summation by the size of the whole.

There is no clock and no thread in it; a company belongs to whoever folds its streams, one after the other.
"""

from collections.abc import Callable, Generator, Hashable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from grym.domain.signal import FloatArray

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Result = TypeVar("Result")

Working = Generator[None, None, Result]
"""Work that pauses where others may ask too, and returns a result."""

Work = Callable[[Sequence[Any]], Sequence[Any]]

MOST = 8
"""Questions answered at once.

Eight windows of spectra stay inside a second-level cache, sixteen take three times as long."""


class Answer(Generic[Answered]):
    """The answer to a question, as soon as somebody wants it."""

    __slots__ = ("_company", "_found", "_work", "asked")

    def __init__(self, company: "Company", work: Work, asked: Any) -> None:
        self._company = company
        self._work: Work | None = work
        self._found: Any = None
        self.asked = asked

    def get(self) -> Answered:
        """Return the answer; raises what the work raises for this question."""
        if self._work is not None:
            self._company.answer(self._work)
        if self._work is not None:  # the others spoiled it, or this one does
            self.settle(self._work([self.asked])[0])
        found: Answered = self._found
        return found

    def settle(self, found: Any) -> None:
        """Note the answer."""
        self._found, self._work, self.asked = found, None, None


class Company:
    """Open questions of some streams, by the work that answers them."""

    def __init__(self) -> None:
        self._open: dict[Work, list[Answer[Any]]] = {}

    def ask(self, work: Callable[[Sequence[Asked]], Sequence[Answered]], asked: Asked) -> Answer[Answered]:
        """Ask for work; the answer is there when it is wanted.

        Parameters
        ----------
        work
            Answers any number of questions, in their order, each as if it were alone.
        asked
            What it is asked; must not change before the answer is there.
        """
        answer: Answer[Answered] = Answer(self, work, asked)
        waiting = self._open.setdefault(work, [])
        waiting.append(answer)
        if len(waiting) >= MOST:
            self.answer(work)
        return answer

    def answer(self, work: Work) -> None:
        """Answer all open questions of a kind; where that fails, each is left to whoever asked it."""
        waiting = self._open.pop(work, [])
        try:
            found = work([answer.asked for answer in waiting])
        except Exception:  # noqa: BLE001 (whose fault it is shows when each is answered alone)
            return
        for answer, one in zip(waiting, found, strict=True):
            answer.settle(one)


def at_once(working: Working[Result]) -> Result:
    """Return the result of work without a pause."""
    while True:
        try:
            next(working)
        except StopIteration as end:
            result: Result = end.value
            return result


def side_by_side(*workings: Working[Any]) -> Working[list[Any]]:
    """Do several pieces of work in turns, so that they pause together, and return their results."""
    results: list[Any] = [None] * len(workings)
    left = list(enumerate(workings))
    while left:
        still = []
        for place, working in left:
            try:
                next(working)
            except StopIteration as end:
                results[place] = end.value
            else:
                still.append((place, working))
        left = still
        if left:
            yield
    return results


def stacked(arrays: Sequence[FloatArray]) -> FloatArray:
    """Return arrays of one shape as one, along a new first axis; a single one is not copied."""
    if len(arrays) == 1:
        return arrays[0][None]
    together: FloatArray = np.empty((len(arrays), *arrays[0].shape), dtype=arrays[0].dtype)
    for place, array in enumerate(arrays):
        together[place] = array
    return together


def by_kind(
    asked: Sequence[Asked], kind: Callable[[Asked], Hashable], work: Callable[[Sequence[Asked]], Sequence[Answered]]
) -> list[Answered]:
    """Return the answers of work that can be done at once only for what is of one kind."""
    if len(asked) == 1:
        return list(work(asked))
    groups: dict[Hashable, list[int]] = {}
    for place, one in enumerate(asked):
        groups.setdefault(kind(one), []).append(place)
    answers: dict[int, Answered] = {}
    for places in groups.values():
        answers.update(zip(places, work([asked[place] for place in places]), strict=True))
    return [answers[place] for place in range(len(asked))]
