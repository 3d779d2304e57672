"""Fit the confidence of recognition on a development folder, and say how well it does on tunes it was not fitted on.

`python -m benchmarks.recognition.calibrate FOLDER` prints what belongs into `grym.domain.recognition.confidence`.
Half of the weight lies on sounds that memory holds, half on strangers: tunes that were never learned, and learned ones
asked of a memory without them. One question in three is asked of a memory of a few tunes, where no rival says how
strong chance is. Folds are made by tune; the folder that grym is examined on is never read here.
"""

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.recognition.sounds import Question, Sounds
from grym.domain.recognition.confidence import FEATURES, features
from grym.domain.recognition.evidence import Evidence, first_evidence, further_evidence, merged
from grym.domain.recognition.hypotheses import OTHER_TEMPI, SAME_TEMPO
from grym.domain.recognition.imprint import FloatArray, Imprint, UInt32Array
from grym.domain.recognition.library import Library, NearWindows, Postings
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.taking import take_imprint

DoubleArray = NDArray[np.float64]

FOLDS = 5
FEW = 3
LOOKED_AT = 6
"""Patterns of a question that are fitted: the others are far below."""

RIDGE = 1e-4
STEPS = 60
BINS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A library as if some of its patterns had not been learned."""

    library: Library
    left: frozenset[int]

    def __len__(self) -> int:
        """Return how many are left."""
        return len(self.left)

    def nearest(self, vectors: FloatArray, *, k: int) -> NearWindows:
        """Return windows of what is left, among eight times as many where little is."""
        found = self.library.nearest(vectors, k=k if 2 * len(self.left) > len(self.library) else 8 * k)
        gone = ~np.isin(found.numbers, list(self.left))
        return NearWindows(
            numbers=np.where(gone, np.int32(-1), found.numbers),
            windows=found.windows,
            similarities=found.similarities,
        )

    def postings(self, hashes: UInt32Array) -> Postings:
        """Return places in what is left."""
        found = self.library.postings(hashes)
        here = np.isin(found.numbers, list(self.left))
        return Postings(queries=found.queries[here], numbers=found.numbers[here], frames=found.frames[here])

    def imprints(self, numbers: Sequence[int]) -> list[Imprint]:
        """Return imprints."""
        return self.library.imprints(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question and what was found for it: features (patterns, n), and which of them is right, if any."""

    tune: str
    few: bool
    known: bool
    rows: DoubleArray
    right: NDArray[np.bool_]


@cache
def _memory(folder: str) -> tuple[Sounds, Shelf, dict[str, int], tuple[Question, ...]]:
    """Return sounds, everything learned, numbers by name, and all questions of a folder."""
    sounds = Sounds(Path(folder))
    shelf = Shelf()
    numbers = {tune.name: shelf.put(take_imprint(sounds.learned(tune))) for tune in sounds.known}
    return sounds, shelf, numbers, tuple(q for q in sounds.questions() if not q.condition.beyond)


def _cases(task: tuple[str, int, int, int]) -> list[Case]:
    """Return the cases of one process's share of the questions."""
    folder, every, process, processes = task
    sounds, shelf, numbers, questions = _memory(folder)
    cases = []
    for question in questions:
        lot = zlib.crc32(f"{question.tune.name} {question.length_s} {question.condition.name}".encode())
        if lot % processes == process and lot // processes % every == 0:
            query = take_imprint(sounds.sound(question))
            cases += [_case(question, query, lib, numbers) for lib in _libraries(question, shelf, numbers, lot)]
    return cases


def _libraries(question: Question, shelf: Shelf, numbers: dict[str, int], lot: int) -> Iterator[Only]:
    """Yield the memories a question is asked of: all of it, and one with little or without the tune."""
    everything = frozenset(numbers.values())
    yield Only(library=shelf, left=everything)
    if question.answer is None:
        return
    answer = numbers[question.answer]
    if lot // 7 % 2:
        few = np.random.default_rng(lot).choice(sorted(everything - {answer}), FEW, replace=False)
        yield Only(library=shelf, left=frozenset([*few.tolist(), answer] if lot // 14 % 2 else few.tolist()))
    else:
        yield Only(library=shelf, left=everything - {answer})


def _case(question: Question, query: Imprint, library: Only, numbers: dict[str, int]) -> Case:
    found: list[Evidence] = merged(
        first_evidence(query, library), *(further_evidence(query, library, tempi=t) for t in (SAME_TEMPO, OTHER_TEMPI))
    )[:LOOKED_AT]
    answer = numbers.get(question.answer or "", -1)
    return Case(
        tune=question.tune.name,
        few=len(library) <= FEW + 1,
        known=answer in library.left,
        rows=features(found),
        right=np.array([one.number == answer for one in found], dtype=bool),
    )


def fit(rows: DoubleArray, right: NDArray[np.bool_], weight: DoubleArray) -> DoubleArray:
    """Return weights of the features and, last, the bias: logistic regression by Newton's method, scaled and ridged."""
    middle, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.c_[(rows - middle) / scale, np.ones(len(rows))]
    ridge = np.diag([*[RIDGE * len(rows)] * rows.shape[1], 1e-9])
    found = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        sure = 1.0 / (1.0 + np.exp(-np.clip(scaled @ found, -30.0, 30.0)))
        slope = scaled.T @ (weight * (sure - right)) + ridge @ found
        bend = (scaled.T * (weight * sure * (1.0 - sure))) @ scaled + ridge
        found = found - np.linalg.solve(bend, slope)
    weights = found[:-1] / scale
    return np.asarray([*weights, found[-1] - weights @ middle])


def _fitted(cases: Sequence[Case]) -> DoubleArray:
    known = np.concatenate([np.full(len(case.right), case.known) for case in cases])
    weight = np.where(known, 0.5 / known.sum(), 0.5 / (~known).sum()) * len(known)
    return fit(np.concatenate([c.rows for c in cases]), np.concatenate([c.right for c in cases]), weight)


def cross_validated(cases: Sequence[Case]) -> list[tuple[Case, float, bool]]:
    """Return each case with the confidence and rightness of its surest finding, by a fit on other tunes."""
    answers = []
    for fold in range(FOLDS):
        held = [case for case in cases if zlib.crc32(case.tune.encode()) % FOLDS == fold]
        model = _fitted([case for case in cases if zlib.crc32(case.tune.encode()) % FOLDS != fold])
        for case in held:
            sure = 1.0 / (1.0 + np.exp(-np.clip(case.rows @ model[:-1] + model[-1], -700.0, 700.0)))
            best = int(sure.argmax()) if len(sure) else -1
            answers.append((case, float(sure[best]) if len(sure) else 0.0, bool(len(sure) and case.right[best])))
    return answers


def judged(answers: Sequence[tuple[Case, float, bool]]) -> dict[str, float]:
    """Return top-1, TPR where one stranger in a hundred is called known, error of calibration, and both counts."""
    known = np.array([case.known for case, _, _ in answers])
    sure = np.array([value for _, value, _ in answers])
    right = np.array([value for _, _, value in answers])
    weight = np.where(known, 0.5 / known.sum(), 0.5 / (~known).sum())
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    line = float(np.quantile(sure[~known], 0.99))
    return {
        "known": int(known.sum()),
        "strangers": int((~known).sum()),
        "top1": float(right[known].mean()),
        "tpr": float((right & (sure > line))[known].mean()),
        "line": line,
        "ece": float(sum(abs((weight * (sure - right))[bins == one].sum()) for one in range(BINS))),
        "tpr_at_half": float((right & (sure >= 0.5))[known].mean()),
        "fpr_at_half": float((sure >= 0.5)[~known].mean()),
    }


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="rendered by `python -m benchmarks.recognition.render --split dev`")
    parser.add_argument("--every", type=int, default=3, help="take one question of so many")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    tasks = [(given.folder, given.every, process, given.processes) for process in range(given.processes)]
    with ProcessPoolExecutor(given.processes) as pool:
        cases = [case for part in pool.map(_cases, tasks) for case in part]
    answers = cross_validated(cases)
    model = _fitted(cases)
    print(
        json.dumps(
            {
                "weights": dict(zip(FEATURES, model[:-1].round(3).tolist(), strict=True)),
                "bias": round(float(model[-1]), 3),
                "all": judged([answer for answer in answers if not answer[0].few]),
                "few": judged([answer for answer in answers if answer[0].few]),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
