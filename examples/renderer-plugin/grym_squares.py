"""A renderer in forty lines: square waves for pitches, bursts of noise for drums.

Install it into the environment of grym (``uv pip install ./examples/renderer-plugin``) and ask for it by name:
``grym compose "a cheerful march" --backend squares``.
"""

import numpy as np

from grym.domain.composing.score import Score
from grym.domain.signal import Signal
from grym.domain.synthesis.performance import PlayedNote, perform
from grym.ports.sound import RenderedScore

RATE_HZ = 44_100
LEVEL = 0.2
HIGHEST_HZ = 8_000.0
BURST_S = 0.08
FADE_S = 0.005


class SquareRenderer:
    """Plays every part of a score; grym balances, mixes and masters what comes out."""

    def render(self, score: Score, *, seed: int) -> RenderedScore:
        """Return one stem for each part, in their order, all of one length."""
        rng = np.random.default_rng(seed)
        performance = perform(score)
        length = round(performance.duration_s * RATE_HZ)
        stems = []
        for part in performance.parts:
            samples = np.zeros((1, length), dtype=np.float32)
            for note in part.notes:
                sound = burst(note, rng) if part.percussion else square(note)
                start = round(note.onset_s * RATE_HZ)
                end = min(length, start + sound.size)
                samples[0, start:end] += sound[: end - start]
            stems.append((part.name, Signal(samples=samples, sample_rate_hz=RATE_HZ)))
        return RenderedScore(stems=tuple(stems), backend="squares", provenance={"synthesiser": "squares/1"})


def square(note: PlayedNote) -> np.ndarray:
    """Return the odd partials of a square wave below 8 kHz, faded at both ends."""
    times_s = np.arange(round(note.duration_s * RATE_HZ)) / RATE_HZ
    pitch_hz = 440.0 * 2.0 ** ((note.midi_pitch - 69) / 12.0)
    partials = [number for number in range(1, 40, 2) if number * pitch_hz < HIGHEST_HZ]
    wave = sum(
        (np.sin(2 * np.pi * number * pitch_hz * times_s) / number for number in partials), np.zeros(times_s.size)
    )
    fade = np.minimum(1.0, np.minimum(times_s, times_s[::-1]) / FADE_S)
    return (LEVEL * note.velocity / 127.0 * fade * wave).astype(np.float32)


def burst(note: PlayedNote, rng: np.random.Generator) -> np.ndarray:
    """Return noise that dies away."""
    times_s = np.arange(round(3 * BURST_S * RATE_HZ)) / RATE_HZ
    noise = rng.uniform(-1.0, 1.0, times_s.size) * np.exp(-times_s / BURST_S * 3.0)
    return (LEVEL * note.velocity / 127.0 * noise).astype(np.float32)
