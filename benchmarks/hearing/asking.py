"""Sounds put before contestants, answers kept by contestant and code, and judged."""

import hashlib
import importlib
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.hearing.answers import Answer, Contestant, FloatArray, from_row
from benchmarks.hearing.contestants.base import code_digest
from benchmarks.hearing.scoring import Scores, has_truth, score
from benchmarks.hearing.sounds import RATE_HZ, Sound

PEERS = {
    "grym": "benchmarks.hearing.contestants.grym:Grym",
    "grym-live": "benchmarks.hearing.contestants.live:GrymLive",
    "librosa": "benchmarks.hearing.contestants.librosa:Librosa",
    "essentia": "benchmarks.hearing.contestants.essentia:Essentia",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One work's answer and its scores."""

    sound: Sound
    answer: Answer
    scores: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a contestant achieved."""

    name: str
    heard: list[Heard]


class Plain:
    """A function of samples and rate as a contestant; it answers every task at once.

    Parameters
    ----------
    name
        ``package.module:function``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        module, _, attribute = name.partition(":")
        self._module = importlib.import_module(module)
        self._function: Callable[[FloatArray, int], Answer] = getattr(self._module, attribute)

    @property
    def digest(self) -> str:
        """The source of its module and of grym's domain."""
        return code_digest(Path(str(self._module.__file__)))

    def group(self, task: str) -> str | None:
        """One group for all."""
        return "all" if task else None

    def answer(self, samples: FloatArray, rate_hz: int, group: str) -> Answer:
        """Ask the function."""
        return self._function(samples, rate_hz) if group else Answer()


def contestant(name: str) -> Contestant:
    """Return a contestant by its name, or a function ``package.module:function`` as one."""
    if ":" in name:
        return Plain(name)
    module, _, attribute = PEERS[name].partition(":")
    made: Contestant = getattr(importlib.import_module(module), attribute)()
    return made


def ask_all(
    asked: Contestant, sounds: Sequence[Sound], tasks: tuple[str, ...], *, cache_folder: Path, processes: int
) -> Result:
    """Ask about every sound what its truth knows, and judge."""
    jobs: dict[tuple[int, str], Path] = {}
    for number, sound in enumerate(sounds):
        for task in tasks:
            group = asked.group(task)
            if group is not None and has_truth(sound.truth, task):
                jobs[number, group] = _kept(asked, sound, group, cache_folder)
    lacking = [(number, group, path) for (number, group), path in jobs.items() if not path.exists()]
    if lacking:
        with ProcessPoolExecutor(min(processes, len(lacking))) as pool:
            asked_for = [(asked.name, sounds[number], group, path) for number, group, path in lacking]
            list(pool.map(_ask, asked_for))
    heard = []
    for number, sound in enumerate(sounds):
        paths = [path for (place, _), path in jobs.items() if place == number]
        answer = _joined(from_row(json.loads(path.read_text())) for path in paths)
        judged = tuple(task for task in tasks if has_truth(sound.truth, task) and asked.group(task))
        heard.append(Heard(sound=sound, answer=answer, scores=score(sound.truth, answer, judged)))
    return Result(name=asked.name, heard=heard)


def _kept(asked: Contestant, sound: Sound, group: str, cache_folder: Path) -> Path:
    """Return where an answer is kept: a name of the sound's content, the contestant's code and the group."""
    content = hashlib.sha256(f"{sound.path.stat().st_mtime_ns} {sound.path} {asked.digest} {group}".encode())
    name = asked.name.replace(":", "-")
    return cache_folder / "answers" / name / f"{sound.work.name}-{group}-{content.hexdigest()[:12]}.json"


def _ask(job: tuple[str, Sound, str, Path]) -> None:
    """Let a contestant hear one sound, and keep its answer."""
    name, sound, group, path = job
    samples = sound.samples()
    began_s = time.process_time()
    asked = contestant(name)
    answer = asked.answer(samples, RATE_HZ, group)
    spent_s = answer.cpu_s or time.process_time() - began_s
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(replace(answer, cpu_s=spent_s).as_row()))
    draft.replace(path)


def _joined(answers: Iterable[Answer]) -> Answer:
    """Return several partial answers as one."""
    whole: dict[str, object] = {}
    cpu_s = 0.0
    for answer in answers:
        cpu_s += answer.cpu_s
        whole |= {name: value for name, value in answer.as_row().items() if name != "cpu_s"}
    return from_row({**whole, "cpu_s": cpu_s})
