"""What pattern memory is asked through the command line: rendered scores and real recordings, distorted, as files."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.recognition.conditions import BY_NAME, Condition
from benchmarks.recognition.nothing import nothings
from benchmarks.recognition.recordings import Recordings
from benchmarks.recognition.render import prepare
from benchmarks.recognition.scoring import wilson
from benchmarks.recognition.sounds import Question, Sounds
from grym.domain.signal import Signal

Tell = Callable[..., dict[str, Any]]
"""Runs a command of grym with `--json` and returns its object."""

BATCH = 20
"""Files a command, so that one call stays within two minutes."""

CALL_S = 600.0

TOLERANCE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What grym said of one excerpt.

    Parameters
    ----------
    name
        What is called known; where nothing is, what comes closest.
    """

    question: Question
    known: bool
    name: str | None
    offset_s: float

    @property
    def right(self) -> bool:
        """Whether it was called known by its name."""
        return self.known and self.name == self.question.answer

    @property
    def placed(self) -> bool:
        """Whether it was found where it was cut."""
        return any(abs(self.offset_s - place_s) <= TOLERANCE_S for place_s in self.question.places_s)


def rendered(folder: Path, *, known: int, strangers: int) -> Sounds:
    """Render scores of a small part of the corpus."""
    return prepare(folder, split="exam", known=known, strangers=strangers, processes=2, few=True)


def learn(tell: Tell, folder: Path, sounds: Sounds | Recordings) -> list[dict[str, Any]]:
    """Write what is known to files, learn them by their names, and return what was said of each pattern."""
    files = [write(folder / f"{tune.name}.wav", sounds.learned(tune)) for tune in sounds.known]
    batches = [files[first : first + BATCH] for first in range(0, len(files), BATCH)]
    told = [tell("patterns", "learn", *map(str, batch), timeout_s=CALL_S) for batch in batches]
    return [one for each in told for one in each["learned"]]


def ask(tell: Tell, folder: Path, sounds: Sounds | Recordings, questions: Sequence[Question]) -> Iterator[Heard]:
    """Yield what grym says of each excerpt."""
    for first in range(0, len(questions), BATCH):
        batch = questions[first : first + BATCH]
        with tempfile.TemporaryDirectory(dir=folder) as name:
            files = [write(Path(name) / f"{number}.wav", sounds.sound(one)) for number, one in enumerate(batch)]
            results = recognise(tell, files)
        for question, result in zip(batch, results, strict=True):
            best = result["matches"][0] if result["matches"] else result["closest"] or {}
            yield Heard(
                question=question, known=result["known"], name=best.get("name"), offset_s=best.get("offset_s", -1e9)
            )


def recognise(tell: Tell, files: Sequence[Path]) -> list[dict[str, Any]]:
    """Return grym's result for each file."""
    told = tell("patterns", "recognise", *map(str, files), timeout_s=CALL_S)
    return list(told["results"]) if len(files) > 1 else [told]


def ask_nothing(tell: Tell, folder: Path) -> dict[str, bool]:
    """Return which sounds without music grym calls known."""
    sounds = {
        f"{name}, {length_s:g} s": sound for length_s in (3.0, 10.0) for name, sound in nothings(length_s).items()
    }
    files = [write(folder / f"nothing-{number}.wav", sound) for number, sound in enumerate(sounds.values())]
    return {name: result["known"] for name, result in zip(sounds, recognise(tell, files), strict=True)}


def conditions(*names: str) -> list[Condition]:
    """Return conditions by name."""
    return [BY_NAME[name] for name in names]


def write(path: Path, signal: Signal) -> Path:
    """Write a sound as WAV of 16 bits, quieter where it would clip, and return where."""
    samples = signal.samples.T / max(1.0, float(np.abs(signal.samples).max(initial=0.0)))
    soundfile.write(path, samples, signal.sample_rate_hz, subtype="PCM_16")
    return path


def holds(right: int, many: int, required: float) -> bool:
    """Return whether so many right answers can be those of a method that has the required share (95 %)."""
    return wilson(right, many)[1] >= required
