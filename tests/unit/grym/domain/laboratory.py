"""A small laboratory of sounds whose every fact is known because it was put there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from grym.domain.signal import FloatArray, Signal

RATE_HZ = 44_100

T = TypeVar("T")


def certain(value: T | None) -> T:
    """Return a fact that must have been found."""
    assert value is not None
    return value


def octave_error(found_bpm: float | None, true_bpm: float) -> float:
    """Return how far a tempo is off in octaves, whole octaves forgiven."""
    octaves = float(np.log2(certain(found_bpm) / true_bpm))
    return abs(octaves - round(octaves))


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Makes mono sounds at 44.1 kHz; amplitudes against full scale 1."""

    def sine(self, hz: float, *, seconds: float, amplitude: float = 0.5, rate_hz: int = RATE_HZ) -> FloatArray:
        """A lone sine."""
        time = np.arange(round(seconds * rate_hz)) / rate_hz
        return (amplitude * np.sin(2.0 * np.pi * hz * time)).astype(np.float32)

    def noise(self, *, seconds: float, amplitude: float = 0.1, seed: int = 0) -> FloatArray:
        """White Gaussian noise."""
        rng = np.random.default_rng(seed)
        return (amplitude * rng.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)

    def clicks(
        self, times_s: Sequence[float], *, seconds: float, amplitudes: Sequence[float] | None = None
    ) -> FloatArray:
        """Short decaying tones at given times."""
        sound = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
        time = np.arange(round(0.03 * RATE_HZ)) / RATE_HZ
        click = np.sin(2.0 * np.pi * 1500.0 * time) * np.exp(-150.0 * time)
        for index, start_s in enumerate(times_s):
            self._add(sound, (click * (amplitudes[index] if amplitudes else 0.5)).astype(np.float32), start_s)
        return sound

    def train(self, bpm: float, *, seconds: float, accent_every: int = 0) -> tuple[FloatArray, np.ndarray]:
        """A click train from 0.3 s on, and its beat times; every n-th click is twice as loud."""
        times = np.arange(0.3, seconds - 0.1, 60.0 / bpm)
        loud = [1.0 if accent_every and index % accent_every == 0 else 0.5 for index in range(len(times))]
        return self.clicks(list(times), seconds=seconds, amplitudes=loud), times

    def note(
        self, midi_pitch: float, *, seconds: float, attack_s: float = 0.005, sustained: bool = False
    ) -> FloatArray:
        """A note of eight partials: plucked, or sustained with a release of 50 ms."""
        return _note(midi_pitch, seconds, attack_s, sustained)

    def play(
        self,
        chords: Sequence[Sequence[float]],
        times_s: Sequence[float],
        *,
        seconds_each: float = 0.6,
        attack_s: float = 0.005,
        sustained: bool = False,
    ) -> FloatArray:
        """Chords (MIDI pitches, fractions allowed) at given times."""
        sound = np.zeros(round((times_s[-1] + seconds_each + 0.5) * RATE_HZ), dtype=np.float32)
        for chord, start_s in zip(chords, times_s, strict=True):
            for pitch in chord:
                note = self.note(pitch, seconds=seconds_each, attack_s=attack_s, sustained=sustained)
                self._add(sound, note, start_s)
        return sound

    def music(self, *, seconds: float, bpm: float = 120.0, seed: int = 0) -> FloatArray:
        """A plain piece in C major: broken chords I IV V I over a bass, a click on every beat."""
        rng = np.random.default_rng(seed)
        roots = [(48, (60, 64, 67)), (41, (57, 60, 65)), (43, (55, 59, 62)), (48, (60, 64, 67))]
        beats = np.arange(0.1, seconds - 1.0, 60.0 / bpm)
        chords = []
        for index in range(len(beats)):
            bass, triad = roots[index // 4 % 4]
            chords.append([*([bass] if index % 4 == 0 else []), triad[index % 3], int(rng.choice(triad)) + 12])
        sound = self.play(chords, list(beats), seconds_each=0.8)
        loud = [0.3 if index % 4 == 0 else 0.15 for index in range(len(beats))]
        whole = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
        whole[: min(len(whole), len(sound))] += sound[: len(whole)]
        return whole + self.clicks(list(beats), seconds=seconds, amplitudes=loud)

    def signal(self, *channels: FloatArray, rate_hz: int = RATE_HZ) -> Signal:
        """Channels as a `Signal`."""
        return Signal(samples=np.stack(channels).astype(np.float32), sample_rate_hz=rate_hz)

    def _add(self, sound: FloatArray, piece: FloatArray, start_s: float) -> None:
        start = round(start_s * RATE_HZ)
        length = min(len(piece), len(sound) - start)
        sound[start : start + length] += piece[:length]


@cache
def _note(midi_pitch: float, seconds: float, attack_s: float, sustained: bool) -> FloatArray:
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hz = 440.0 * 2.0 ** ((midi_pitch - 69.0) / 12.0)
    tone = sum(np.sin(2.0 * np.pi * hz * k * time) / k**1.2 for k in range(1, 9))
    shape = np.minimum(1.0, time / attack_s) * np.minimum(1.0, (seconds - time) / 0.05)
    decay = 1.0 if sustained else np.exp(-4.0 * time)
    sound = np.asarray(0.2 * tone * shape * decay, dtype=np.float32)
    sound.flags.writeable = False
    return sound
