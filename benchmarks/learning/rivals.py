"""What others would have served: Optuna's TPE, linear Thompson sampling, GP-UCB without trust region and guard.

The last two are the plain forms of their papers in numpy, told what a piece really was as the learner is. Each has one
model for one user, and every rating becomes (stars − 1) / 4.
"""

import json
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.spatial.distance import cdist

from benchmarks.learning.lane import request_id
from benchmarks.learning.world import MOODS, PARAMETERS, STYLES, FloatArray, Request, Values

PEERS = Path(__file__).parents[1] / "peers"
PYTHON = PEERS / "learning" / ".venv" / "bin" / "python"
"""Optuna's environment, made by ``make bench-learning``."""

CANDIDATES = 256


class Rival(ABC):
    """Remembers what each piece was, so that a rating can be learned from."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._pieces: dict[str, Values] = {}

    async def expose(self, request: Request, values: Values) -> None:
        """Remember what the piece really was."""
        self._pieces[request_id(request)] = values

    async def rate(self, request: Request, stars: int) -> None:
        """Learn from an opinion."""
        self._learn(request, _vector(self._pieces[request_id(request)]), (stars - 1) / 4)

    @abstractmethod
    def _learn(self, request: Request, point: FloatArray, reward: float) -> None: ...

    def _chance(self, request: Request) -> np.random.Generator:
        return np.random.default_rng([self._seed, 9, request.number])


class LinearThompson(Rival):
    """Thompson sampling with a linear model of squares (Agrawal & Goyal 2013), one for each style and mood."""

    NOISE = 0.2
    PRIOR = 1.0

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        size = len(_features(np.zeros((1, len(PARAMETERS))))[0])
        self._precision = {context: self.PRIOR * np.eye(size) for context in _contexts()}
        self._moment = {context: np.zeros(size) for context in _contexts()}

    async def propose(self, request: Request) -> Values:
        """Return the best of random candidates under weights drawn from what is known."""
        chance, context = self._chance(request), (request.style, request.mood)
        covariance = np.linalg.inv(self._precision[context])
        mean = covariance @ self._moment[context]
        drawn = mean + np.linalg.cholesky(self.NOISE**2 * covariance) @ chance.standard_normal(len(mean))
        candidates = chance.random((CANDIDATES, len(PARAMETERS)))
        return _named(candidates[int(np.argmax(_features(candidates) @ drawn))])

    def _learn(self, request: Request, point: FloatArray, reward: float) -> None:
        row, context = _features(point[np.newaxis])[0], (request.style, request.mood)
        self._precision[context] += np.outer(row, row)
        self._moment[context] += row * (reward - 0.5)


class PlainGP(Rival):
    """GP-UCB (Srinivas et al. 2010; contexts by Krause & Ong 2011) over the last ratings, anywhere in the cube."""

    WINDOW = 400
    LENGTH = 1.0
    OTHER_STYLE = 0.3
    OTHER_MOOD = 0.8
    NOISE = 0.2
    DEVIATION = 0.3
    BONUS = 1.0
    """Of four pairs of length and bonus the best on three seeds of the first listener."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._rows: list[tuple[FloatArray, str, str, float]] = []

    async def propose(self, request: Request) -> Values:
        """Return the candidate with the highest upper bound: random ones, and some round the best so far."""
        chance = self._chance(request)
        candidates = chance.random((CANDIDATES, len(PARAMETERS)))
        rows = self._rows[-self.WINDOW :]
        if not rows:
            return _named(candidates[0])
        points = np.array([row[0] for row in rows])
        rewards = np.array([row[3] for row in rows]) - 0.5
        best = points[int(np.argmax(rewards))]
        near = np.clip(best + 0.1 * chance.standard_normal((CANDIDATES // 4, len(PARAMETERS))), 0.0, 1.0)
        candidates = np.vstack([candidates, near])
        styles, moods = [row[1] for row in rows], [row[2] for row in rows]
        known = self._kernel(points, points) * _alike(styles, styles, self.OTHER_STYLE)
        known *= _alike(moods, moods, self.OTHER_MOOD)
        across = self._kernel(candidates, points) * _alike([request.style], styles, self.OTHER_STYLE)
        across *= _alike([request.mood], moods, self.OTHER_MOOD)
        lower = np.linalg.cholesky(known + self.NOISE**2 * np.eye(len(rows)))
        mean = across @ cho_solve((lower, True), rewards)
        spread = self.DEVIATION**2 - np.sum(np.square(solve_triangular(lower, across.T, lower=True)), axis=0)
        bound = mean + self.BONUS * np.sqrt(np.maximum(spread, 0.0))
        return _named(candidates[int(np.argmax(bound))])

    def _kernel(self, one: FloatArray, other: FloatArray) -> FloatArray:
        return np.asarray(self.DEVIATION**2 * np.exp(-0.5 * cdist(one, other, "sqeuclidean") / self.LENGTH**2))

    def _learn(self, request: Request, point: FloatArray, reward: float) -> None:
        self._rows.append((point, request.style, request.mood, reward))


class Tpe(Rival):
    """Optuna's tree-structured Parzen estimator, one study for each style and mood, in a process of its own."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._worker = subprocess.Popen(
            [PYTHON, PEERS / "optuna_worker.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._write(list(PARAMETERS))

    async def propose(self, request: Request) -> Values:
        """Return what the study of the request's style and mood asks for."""
        answer: dict[str, float] = self._ask({"ask": [_study(request), request_id(request)], "seed": self._seed})
        return answer

    async def rate(self, request: Request, stars: int) -> None:
        """Tell the study; it knows only what it asked for, not what the piece was."""
        self._ask({"tell": [_study(request), request_id(request)], "value": (stars - 1) / 4})

    def close(self) -> None:
        """End the process."""
        assert self._worker.stdin is not None
        self._worker.stdin.close()
        self._worker.wait()

    def _ask(self, wanted: Mapping[str, object]) -> dict[str, float]:
        self._write(wanted)
        assert self._worker.stdout is not None
        answer: dict[str, float] = json.loads(self._worker.stdout.readline())
        return answer

    def _write(self, line: object) -> None:
        assert self._worker.stdin is not None
        self._worker.stdin.write(json.dumps(line) + "\n")
        self._worker.stdin.flush()


def has_optuna() -> bool:
    """Return whether Optuna's environment is there."""
    return PYTHON.exists()


def _contexts() -> list[tuple[str, str]]:
    return [(style, mood) for style in STYLES for mood in MOODS]


def _study(request: Request) -> str:
    return f"{request.style} {request.mood}"


def _vector(values: Values) -> FloatArray:
    return np.array([values[name] for name in PARAMETERS])


def _named(point: FloatArray) -> dict[str, float]:
    return dict(zip(PARAMETERS, point.tolist(), strict=True))


def _features(points: FloatArray) -> FloatArray:
    """Return one, the values and their squares; shape (points, 1 + 2 × values)."""
    centred = points - 0.5
    return np.hstack([np.ones((len(points), 1)), centred, np.square(centred)])


def _alike(one: list[str], other: list[str], else_: float) -> FloatArray:
    return np.where(np.array(one)[:, np.newaxis] == np.array(other)[np.newaxis], 1.0, else_)
