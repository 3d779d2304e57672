"""Tunes for `benchmarks.recognition.taught`: as they are learned, and excerpts of them as they are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.codec import encode
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import Signal

RATE_HZ = 22_050
TUNES = 30
STRANGERS = 15
NOTES = 48
LENGTHS_S = (2.0, 3.0, 5.0)
SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19)
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How an excerpt differs from what was learned."""

    name: str
    harmonics: tuple[tuple[int, float], ...] = ((1, 1.0), (2, 0.5), (3, 0.33), (4, 0.25), (5, 0.2))
    plucked: bool = True
    semitones: int = 0
    tempo: float = 1.0
    noise: float = 0.01


CONDITIONS = (
    Condition(name="clean", noise=0.0),
    Condition(name="noise", noise=0.03),
    Condition(name="louder noise", noise=0.07),
    Condition(name="another player", harmonics=((1, 0.5), (2, 1.0), (4, 0.8), (6, 0.3)), plucked=False),
    Condition(name="another key", semitones=3),
    Condition(name="another tempo", tempo=1.08),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An excerpt as asked about; the tune it is of, None where memory does not hold it."""

    condition: str
    tune: int | None
    imprint: bytes


class Tunes:
    """Tunes by number and seed, and questions about them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def questions(self, count: int, *, tunes: Sequence[int], strangers: Sequence[int], seed: int) -> list[Question]:
        """Return questions, every second one about a tune that memory holds."""
        dice = np.random.default_rng([self._seed, seed])
        return [self._question(dice, tunes if number % 2 == 0 else strangers) for number in range(count)]

    def imprint(self, number: int) -> bytes:
        """Return what a tune leaves in memory when it is learned."""
        return _imprint(self._play(number, CONDITIONS[0]))

    def _question(self, dice: np.random.Generator, tunes: Sequence[int]) -> Question:
        number = int(dice.choice(tunes))
        condition = CONDITIONS[dice.integers(len(CONDITIONS))]
        sound = self._play(number, condition)
        length = int(dice.choice(LENGTHS_S) * RATE_HZ)
        begin = int(dice.integers(0, max(1, len(sound) - length)))
        excerpt = 0.7 * sound[begin : begin + length]
        heard = (excerpt + dice.normal(0.0, condition.noise, len(excerpt))).astype(np.float32)
        known = number if number < TUNES else None
        return Question(condition=condition.name, tune=known, imprint=_imprint(heard))

    def _play(self, number: int, how: Condition) -> FloatArray:
        dice = np.random.default_rng([self._seed, 1000, number])
        step, notes = 5, []
        for _ in range(NOTES):
            step = int(np.clip(step + dice.integers(-3, 4), 0, len(SCALE) - 1))
            length_s = float(dice.choice([0.25, 0.25, 0.5])) / how.tempo
            notes.append(_note(SCALE[step] + 60 + how.semitones, length_s, how))
        return np.concatenate(notes).astype(np.float32)


def _note(midi_pitch: int, length_s: float, how: Condition) -> NDArray[np.float64]:
    times_s = np.arange(int(RATE_HZ * length_s)) / RATE_HZ
    pitch_hz = 440.0 * 2.0 ** ((midi_pitch - 69) / 12)
    tone = np.zeros(len(times_s))
    for harmonic, amplitude in how.harmonics:
        tone += amplitude * np.sin(2.0 * np.pi * pitch_hz * harmonic * times_s)
    return 0.2 * tone * (np.exp(-3.0 * times_s) if how.plucked else np.minimum(1.0, 20.0 * times_s))


def _imprint(sound: FloatArray) -> bytes:
    return encode(take_imprint(Signal(samples=sound[np.newaxis, :], sample_rate_hz=RATE_HZ)))
