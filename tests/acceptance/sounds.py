"""Sound whose answer is known by hand: clicks, plucked notes, scales, cadences, sines. NumPy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

Floats = npt.NDArray[np.float64]

RATE_HZ = 44_100
MAJOR_STEPS = (0, 2, 4, 5, 7, 9, 11, 12)
HARMONIC_MINOR_STEPS = (0, 2, 3, 5, 7, 8, 11, 12)
MAJOR_CADENCE = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))
MINOR_CADENCE = ((0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A note to be sounded: MIDI pitch, onset and length in seconds."""

    pitch: int
    onset_s: float
    duration_s: float


def click() -> Floats:
    """Return 30 ms of a decaying 2 kHz burst."""
    time_s = np.arange(int(0.03 * RATE_HZ)) / RATE_HZ
    return np.asarray(0.8 * np.sin(2 * np.pi * 2000 * time_s) * np.exp(-time_s / 0.006))


def clicks_at(onsets_s: Sequence[float], *, seconds: float) -> Floats:
    """Return silence with a click at each onset."""
    sound = np.zeros(int(seconds * RATE_HZ))
    burst = click()
    for onset_s in onsets_s:
        start = round(onset_s * RATE_HZ)
        stop = min(len(sound), start + len(burst))
        sound[start:stop] += burst[: stop - start]
    return sound


def click_train(tempo_bpm: float, *, seconds: float = 30.0, first_s: float = 0.25) -> Floats:
    """Return clicks on every beat of a tempo."""
    return clicks_at(np.arange(first_s, seconds - 0.1, 60.0 / tempo_bpm).tolist(), seconds=seconds)


def sounded(tones: Sequence[Tone], *, decay_s: float = 0.6, attack_s: float = 0.005) -> Floats:
    """Return tones of eight partials that fall as 1/k, struck and decaying, in equal temperament at A = 440 Hz."""
    length_s = max(tone.onset_s + tone.duration_s for tone in tones) + 0.5
    sound = np.zeros(int(length_s * RATE_HZ))
    for tone in tones:
        time_s = np.arange(int(tone.duration_s * RATE_HZ)) / RATE_HZ
        frequency_hz = 440.0 * 2 ** ((tone.pitch - 69) / 12)
        wave = np.zeros(len(time_s))
        for k in range(1, 9):
            if k * frequency_hz < RATE_HZ / 2:
                wave += np.sin(2 * np.pi * k * frequency_hz * time_s) / k
        envelope = np.minimum(1, time_s / attack_s) * np.exp(-time_s / decay_s)
        envelope *= np.minimum(1, (tone.duration_s - time_s) / 0.02)
        start = round(tone.onset_s * RATE_HZ)
        sound[start : start + len(wave)] += wave * envelope
    return np.asarray(0.5 * sound / np.abs(sound).max())


def scale(tonic: int, mode: str, *, step_s: float = 0.35) -> list[Tone]:
    """Return a scale up and down from a tonic, which is held at both ends; harmonic minor for `minor`."""
    steps = MAJOR_STEPS if mode == "major" else HARMONIC_MINOR_STEPS
    path = [0, *steps, *reversed(steps[:-1]), 0]
    return [
        Tone(pitch=60 + tonic + step, onset_s=0.2 + at * step_s, duration_s=step_s * (2 if at == len(path) - 1 else 1))
        for at, step in enumerate(path)
    ]


def cadence(tonic: int, mode: str, *, chord_s: float = 1.0, times: int = 2) -> list[Tone]:
    """Return tonic, subdominant, dominant, tonic with the root in the bass, `times` times."""
    chords = MAJOR_CADENCE if mode == "major" else MINOR_CADENCE
    return [
        Tone(pitch=60 + tonic + step, onset_s=0.2 + at * chord_s, duration_s=chord_s)
        for at, chord in enumerate(chords * times)
        for step in (chord[0] - 12, *chord)
    ]


def sine(*, level_dbfs: float, seconds: float = 20.0, rate_hz: int = 48_000, channels: int = 2) -> Floats:
    """Return a sine of 1 kHz, (samples, channels), whose peak is at a level below full scale."""
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 1000 * time_s)
    return np.repeat(wave[:, None], channels, axis=1)


def write(path: Path, sound: Floats, *, rate_hz: int = RATE_HZ, subtype: str | None = None) -> Path:
    """Write a sound; the ending of the name chooses the format."""
    soundfile.write(path, sound, rate_hz, subtype=subtype)
    return path
