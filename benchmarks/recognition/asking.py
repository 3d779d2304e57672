"""Learning the known tunes and asking every question, in several processes, to be taken up again where it stopped.

Answers are kept as lines of JSON under the hash of everything that decides them: the contestant's own source files and
what was learned. Processor time is that of the process that answers, so other programs do not count.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import benchmarks.recognition.contestants.chroma as chroma_module
import benchmarks.recognition.contestants.grym as grym_module
import benchmarks.recognition.contestants.peak_pairs as pairs_module
import benchmarks.recognition.contestants.pooled as pooled_module
import grym.domain.recognition
from benchmarks.recognition.contestants.base import Asking, Contestant
from benchmarks.recognition.sounds import Question, Tune
from grym.domain.signal import Signal

CONTESTANTS: dict[str, tuple[type[Contestant], ModuleType]] = {
    "grym": (grym_module.Grym, grym.domain.recognition),
    "peak pairs": (pairs_module.PeakPairs, pairs_module),
    "chroma alignment": (chroma_module.ChromaAlignment, chroma_module),
    "pooled cosine": (pooled_module.PooledCosine, pooled_module),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer with its question.

    Parameters
    ----------
    rank
        Of the right name among the guesses, from 1; 0 where it is missing or there is none.
    away_s
        How far the first guess is from the nearest right place, in seconds; infinite where its name is wrong.
    cpu_ms
        Processor time, the taking of features included.
    """

    tune: str
    condition: str
    length_s: float
    answer: str | None
    guess: str | None
    rank: int
    away_s: float
    evidence: tuple[float, ...]
    confidence: float | None
    cpu_ms: float

    @property
    def key(self) -> tuple[str, str, float]:
        """What was asked."""
        return self.tune, self.condition, self.length_s


class Asked(Protocol):
    """Sounds that are learned and asked."""

    folder: Path
    known: list[Tune]

    def learned(self, tune: Tune) -> Signal:
        """Return what is learned of a tune."""
        ...

    def sound(self, question: Question) -> Signal:
        """Return what is asked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What learning cost: processor milliseconds and bytes, a tune."""

    cpu_ms: float
    store_bytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A contestant that has learned.

    Parameters
    ----------
    content
        Changes with its code and with what it learned.
    """

    name: str
    contestant: Asking
    learned: Learned
    content: str


def teach(name: str, sounds: Asked, *, processes: int, more: Sequence[Tune] = ()) -> Taught:
    """Let a contestant learn.

    Parameters
    ----------
    name
        Of the contestant.
    more
        Tunes that are learned besides the known ones and never asked for.
    """
    contestant = CONTESTANTS[name][0]()
    tunes = [*sounds.known, *more]
    with _pool(processes, contestant, sounds, tunes) as pool:
        taken = list(pool.map(_take, range(len(tunes)), chunksize=2))
    learned = Learned(
        cpu_ms=sum(cost for _, cost in taken) / len(taken),
        store_bytes=sum(contestant.bytes_of(one) for one, _ in taken) / len(taken),
    )
    names = [tune.name for tune in tunes]
    contestant.learn(names, [one for one, _ in taken])
    return Taught(name=name, contestant=contestant, learned=learned, content=content_of(name, names))


def ask_all(taught: Taught, sounds: Asked, questions: Sequence[Question], *, processes: int) -> list[Answered]:
    """Return the answers to every question, those of an earlier run included."""
    kept = sounds.folder / "answers" / f"{taught.name.replace(' ', '-')}-{taught.content}.jsonl"
    kept.parent.mkdir(exist_ok=True)
    wanted = {_key(question): question for question in questions}
    done = {one.key: one for one in _read(kept) if one.key in wanted}
    open_ = [question for key, question in wanted.items() if key not in done]
    if open_:
        taught.contestant.ask(sounds.sound(open_[0]))  # settles whatever is built at the first question
    with _pool(processes, taught.contestant, sounds, open_) as pool, kept.open("a") as file:
        for answered in _progress(taught.name, pool.map(_ask, range(len(open_)), chunksize=8), len(open_)):
            done[answered.key] = answered
            file.write(json.dumps(asdict(answered)) + "\n")
    return [done[key] for key in wanted]


_SHARED: list[Any] = []
"""Contestant, sounds, and tunes or questions: inherited by the processes that a pool forks, never sent to them."""


def _pool(processes: int, *shared: object) -> ProcessPoolExecutor:
    _SHARED[:] = shared
    return ProcessPoolExecutor(processes, mp_context=get_context("fork"))


def _take(number: int) -> tuple[Any, float]:
    contestant, sounds, tunes = _SHARED
    signal = sounds.learned(tunes[number])
    begun = time.process_time()
    taken = contestant.take(signal)
    return taken, 1_000 * (time.process_time() - begun)


def _ask(number: int) -> Answered:
    contestant, sounds, questions = _SHARED
    question: Question = questions[number]
    signal = sounds.sound(question)
    begun = time.process_time()
    answer = contestant.ask(signal)
    cpu_ms = 1_000 * (time.process_time() - begun)
    names = [guess.name for guess in answer.guesses]
    right = question.answer is not None and names[:1] == [question.answer]
    return Answered(
        tune=question.tune.name,
        condition=question.condition.name,
        length_s=question.length_s,
        answer=question.answer,
        guess=names[0] if names else None,
        rank=names.index(question.answer) + 1 if question.answer in names else 0,
        away_s=min(abs(answer.guesses[0].offset_s - place_s) for place_s in question.places_s) if right else 1e9,
        evidence=tuple(round(float(one), 6) for one in answer.evidence),
        confidence=answer.confidence,
        cpu_ms=round(cpu_ms, 3),
    )


def _key(question: Question) -> tuple[str, str, float]:
    return question.tune.name, question.condition.name, question.length_s


def _read(path: Path) -> Iterator[Answered]:
    """Yield the answers kept so far; a last line that was cut off is asked again."""
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        yield Answered(**row | {"evidence": tuple(row["evidence"])})


def _progress(name: str, answers: Iterable[Answered], many: int) -> Iterator[Answered]:
    for number, answered in enumerate(answers, start=1):
        if number % 500 == 0:
            print(f"{name}: {number} of {many}", flush=True)
        yield answered


def content_of(name: str, learned: Sequence[str]) -> str:
    """Return a name that changes with the contestant's code and with what was learned."""
    content = hashlib.sha256()
    module = CONTESTANTS[name][1]
    assert module.__file__ is not None
    own = Path(module.__file__)
    for path in sorted(own.parent.glob("*.py")) if own.name == "__init__.py" else [own]:
        content.update(path.read_bytes())
    content.update(" ".join(learned).encode())
    return content.hexdigest()[:12]
