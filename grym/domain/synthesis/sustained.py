"""Sounds that last while the key is down: strings, winds, brass, organs, choirs, pads, synthesiser basses and leads.

A harmonic source passes a moving low-pass filter; both are evaluated partial by partial, which is subtractive
synthesis without its aliasing. Ensembles are detuned copies with phases of their own, different left and right.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.signal import butter, sosfilt

from grym.domain.signal import FloatArray
from grym.domain.synthesis.partials import Vector, edge_times_s, sum_partials, warp_pitch
from grym.domain.synthesis.voice import MIDDLE_C_HZ, Envelope, Formant, Touch, body, partial_count

Source = Literal["saw", "square", "triangle", "drawbars"]

WIDTH = 0.6
"""Left and right are independent ensembles; this much of their difference stays, which leaves a correlation of some
0.5: wide, and still whole where both sides are heard through one loudspeaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sustained:
    """A source, a filter and two envelopes.

    Parameters
    ----------
    source
        Spectrum of the source; ``drawbars`` takes `drawbars` instead.
    drawbars
        Pairs of (multiple of the pitch, level).
    cutoff_hz
        Low-pass corner at middle C and middling force once the filter envelope has settled.
    sweep_octaves
        How far the filter envelope opens the filter at full force.
    resonance
        Height of the bump at the corner, 0–3.
    detune_cents
        Detuning of the copies; one list is shared by both sides, mirrored.
    vibrato_cents, vibrato_hz, vibrato_delay_s
        Depth, speed and delay of the vibrato.
    breath
        Level of band-passed noise around the second harmonic.
    """

    source: Source = "saw"
    drawbars: tuple[tuple[float, float], ...] = ()
    cutoff_hz: float = 2_000.0
    follow: float = 0.6
    sweep_octaves: float = 1.0
    resonance: float = 0.0
    amplitude: Envelope = field(default_factory=Envelope)
    filter: Envelope = field(default_factory=lambda: Envelope(attack_s=0.01, decay_s=0.4, sustain=0.3))
    detune_cents: tuple[float, ...] = (0.0,)
    stereo: bool = False
    vibrato_cents: float = 0.0
    vibrato_hz: float = 5.2
    vibrato_delay_s: float = 0.35
    breath: float = 0.0
    most_partials: int = 48
    release_s: float = 0.15
    gain_db: float = 0.0
    formants: tuple[Formant, ...] = ()

    def play(self, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Return the note, shape (1, samples), or (2, samples) for a stereo ensemble."""
        length = int((touch.held_s + self.release_s) * touch.sample_rate_hz) + 1
        multiples, heights = self._source(touch)
        times_s = edge_times_s(length, sample_rate_hz=touch.sample_rate_hz)
        levels = self._levels(multiples * touch.frequency_hz, heights, times_s, touch)
        sides = [
            self._side(multiples * touch.frequency_hz, levels, touch, length=length, mirror=mirror, rng=rng)
            for mirror in ((1.0, -1.0) if self.stereo else (1.0,))
        ]
        if len(sides) == 1:
            return sides[0][None, :]
        left, right = sides
        middle = (left + right) / 2
        return np.stack([middle + WIDTH * (left - middle), middle + WIDTH * (right - middle)])

    def _source(self, touch: Touch) -> tuple[Vector, Vector]:
        """Return the multiples of the pitch in the source and their amplitudes."""
        if self.source == "drawbars":
            bars = np.array(self.drawbars)
            return bars[:, 0], bars[:, 1]
        count = partial_count(touch.frequency_hz, sample_rate_hz=touch.sample_rate_hz, most=self.most_partials)
        numbers = np.arange(1.0, count + 1.0)
        if self.source == "saw":
            return numbers, 1.0 / numbers
        odd = numbers[::2]
        return odd, 1.0 / odd if self.source == "square" else 1.0 / odd**2

    def _levels(self, frequencies_hz: Vector, heights: Vector, times_s: Vector, touch: Touch) -> Vector:
        """Return the amplitude of each partial over time: source × filter × body × envelope."""
        base_hz = (
            self.cutoff_hz * (touch.frequency_hz / MIDDLE_C_HZ) ** self.follow * 2.0 ** (1.6 * (touch.force - 0.6))
        )
        corner_hz = base_hz * np.exp2(self.sweep_octaves * touch.force * self.filter.at(times_s))
        relative = np.square(frequencies_hz[:, None] / corner_hz[None, :])
        response = 1.0 / (1.0 + np.square(relative))
        if self.resonance:
            response += self.resonance * relative / (0.08 + np.square(relative - 1.0)) * 0.08
        loudness = self.amplitude.at(times_s)
        levels: Vector = (heights * body(frequencies_hz, self.formants))[:, None] * response * loudness
        return levels

    def _side(
        self,
        frequencies_hz: Vector,
        levels: Vector,
        touch: Touch,
        *,
        length: int,
        mirror: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Render one channel: all detuned copies, then vibrato and breath."""
        copies = np.exp2(mirror * np.array(self.detune_cents) / 1200.0)
        # Copies in phase would add up to a peak at the onset: each starts at a phase of its own.
        phases = rng.uniform(0.0, 2.0 * np.pi, (copies.size, frequencies_hz.size))
        samples = sum_partials(
            frequencies_hz=np.outer(copies, frequencies_hz).reshape(-1),
            levels=np.tile(levels, (copies.size, 1)),
            phases=phases.reshape(-1),
            length_samples=length,
            sample_rate_hz=touch.sample_rate_hz,
        )
        if self.vibrato_cents:
            samples = warp_pitch(samples, cents=self._vibrato(touch, length, rng=rng))
        return self._with_breath(samples, touch, rng=rng) if self.breath else samples

    def _vibrato(self, touch: Touch, length: int, *, rng: np.random.Generator) -> Vector:
        """Return the deviation in cents, 100 moments a second, fading in after the delay."""
        times_s = np.arange(max(2, int(length / touch.sample_rate_hz * 100))) / 100.0
        depth = self.vibrato_cents * np.clip((times_s - self.vibrato_delay_s) / 0.5, 0.0, 1.0)
        speed_hz = self.vibrato_hz * rng.uniform(0.94, 1.06)
        cents: Vector = depth * np.sin(2.0 * np.pi * speed_hz * times_s)
        return cents

    def _with_breath(self, samples: FloatArray, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Add band-passed noise that follows the amplitude envelope, strongest at the attack."""
        nyquist_hz = touch.sample_rate_hz / 2
        band_hz = (min(touch.frequency_hz, 0.3 * nyquist_hz), min(touch.frequency_hz * 5 + 1_500.0, 0.9 * nyquist_hz))
        sos = butter(1, band_hz, btype="bandpass", fs=touch.sample_rate_hz, output="sos")
        noise = sosfilt(sos, rng.standard_normal((samples.shape[0],)))
        times_s = np.arange(samples.shape[0]) / touch.sample_rate_hz
        swell = self.amplitude.at(times_s) * (0.6 + 1.2 * np.exp(-times_s / 0.06))
        loudness = self.breath * float(np.sqrt(np.mean(np.square(samples)))) + 1e-9
        breathy: FloatArray = samples + (loudness * noise * swell).astype(np.float32)
        return breathy
