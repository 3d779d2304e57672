"""Real recordings: the music of two free games, as Debian packages carry it, learned whole and asked in excerpts.

Packages ``asc-music`` and ``planetblupi-music-ogg``: pieces of two to thirty minutes, of which eight are learned. Each
recording is known in one half of the questions and a stranger in the other. Nothing is played differently here, so the
conditions are noise, codecs, rooms, filters, effects and speed. Electronic pieces repeat themselves, so places are not
judged.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

from benchmarks.recognition.conditions import CONDITIONS, LENGTHS_S, Condition
from benchmarks.recognition.distortions import faster
from benchmarks.recognition.playing import Performance, dice
from benchmarks.recognition.sounds import EXCERPT_S, Question, Tune
from benchmarks.recognition.synth import RATE_HZ
from grym.domain.signal import FloatArray, Signal

FOLDERS = (Path("/usr/share/games/asc/music"), Path("/usr/share/planetblupi/music"))
SUFFIXES = frozenset({".ogg", ".mp3"})
LONGEST_S = 480.0
"""grym keeps longer recordings as several patterns; the examination takes their beginning."""

EXCERPTS = 5
"""Of each recording."""

LOUD_DB = -30.0
"""An excerpt is no quieter than this below its recording: introductions may begin with silence."""

_NO_NOTES = Performance(
    starts_s=np.zeros(0),
    ends_s=np.zeros(0),
    pitches=np.zeros(0, dtype=np.int64),
    velocities=np.zeros(0, dtype=np.int64),
    parts=np.zeros(0, dtype=np.int64),
    players="",
    other_players="",
)


def recordings() -> list[Path]:
    """Return the recordings that are installed."""
    return sorted(path for folder in FOLDERS if folder.is_dir() for path in folder.iterdir() if path.suffix in SUFFIXES)


def same_sound(condition: Condition) -> bool:
    """Return whether a condition can be put on a recording, which cannot be played differently."""
    played = condition.up or condition.others or condition.leading_only
    return condition.tempo == (1.0,) and not played


class Recordings:
    """One half of the questions: recordings of one parity are known, the others are strangers.

    Parameters
    ----------
    folder
        Where answers are kept.
    half
        0 or 1.
    """

    def __init__(self, folder: Path, *, half: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._paths = {path.name: path for path in recordings()}
        self._kept: dict[str, FloatArray] = {}
        names = list(self._paths)
        self.known = [_tune(name, "known") for name in names[half::2]]
        self.strangers = [_tune(name, "stranger") for name in names[1 - half :: 2]]

    def learned(self, tune: Tune) -> Signal:
        """Return a recording, its first eight minutes at most."""
        name = tune.source
        if name not in self._kept:
            path = self._paths[name]
            rate_hz = soundfile.info(path).samplerate
            samples = soundfile.read(path, frames=round(LONGEST_S * rate_hz), dtype="float32", always_2d=True)[0]
            self._kept[name] = np.asarray(soxr.resample(samples.mean(axis=1), rate_hz, RATE_HZ), dtype=np.float32)
        return Signal(samples=self._kept[name][None], sample_rate_hz=RATE_HZ)

    def questions(
        self, *, conditions: Sequence[Condition] = CONDITIONS, lengths_s: Sequence[float] = LENGTHS_S
    ) -> list[Question]:
        """Return every question: each recording's excerpts in all conditions and lengths, known or not."""
        return [
            Question(
                tune=_excerpt(tune, number),
                condition=condition,
                length_s=length_s,
                answer=tune.name if tune.known else None,
                places_s=(0.0,),
            )
            for tune in (*self.known, *self.strangers)
            for number in range(EXCERPTS)
            for condition in conditions
            if same_sound(condition)
            for length_s in lengths_s
        ]

    def sound(self, question: Question) -> Signal:
        """Return what is asked."""
        rng = dice("recording", question.tune.name, question.condition.name, question.length_s)
        excerpt = self._cut(question.tune)
        if question.condition.speed != 1.0:
            excerpt = faster(excerpt, question.condition.speed)
        cut = excerpt[: round(question.length_s * RATE_HZ)]
        samples = question.condition.distort(cut, rng) * np.float32(10 ** (rng.uniform(-12, 0) / 20))
        return Signal(samples=np.asarray(samples[None], dtype=np.float32), sample_rate_hz=RATE_HZ)

    def _cut(self, tune: Tune) -> FloatArray:
        """Return an excerpt that is not silent."""
        whole = self.learned(tune).samples[0]
        length = round(EXCERPT_S * RATE_HZ)
        loudness = np.sqrt(np.mean(whole**2))
        for start in dice("cut", tune.name).integers(0, len(whole) - length, 50):
            cut: FloatArray = whole[start : start + length]
            first = cut[: round(min(LENGTHS_S) * RATE_HZ)]
            if np.sqrt(np.mean(first**2)) > loudness * 10 ** (LOUD_DB / 20):
                break
        return cut


def _tune(name: str, role: str) -> Tune:
    return Tune(name=name, source=name, role=role, voices=0, players="", start_s=0.0, performance=_NO_NOTES)


def _excerpt(tune: Tune, number: int) -> Tune:
    """Return an excerpt of a recording as a tune of its own name."""
    return Tune(
        name=f"{tune.name} {number}",
        source=tune.source,
        role=tune.role,
        voices=0,
        players="",
        start_s=0.0,
        performance=_NO_NOTES,
    )
