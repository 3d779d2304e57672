"""A drum kit by General MIDI number: swept skins, filtered noise and clusters of metal partials.

Every hit is rendered once per strength and laid down wherever it is played; numbers without a piece of their own
borrow the nearest relative (`PIECES` is the documented table).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from grym.domain.signal import FloatArray
from grym.domain.synthesis.partials import Vector

Hit = Callable[[float, int, np.random.Generator], Vector]
"""(force 0–1, sample rate in hertz, chance) → samples of one hit."""

CLOSING_NUMBERS = frozenset({42, 44})
OPEN_HAT = 46

METAL_PARTIALS = 36
"""So many partials without a common pitch fuse into a shimmer; fewer are heard as a whistle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the kit: its sound, its place (−1 left to 1 right) and its level in decibels."""

    hit: Hit
    pan: float = 0.0
    gain_db: float = 0.0


def _times(seconds: float, rate_hz: int) -> Vector:
    return np.arange(int(seconds * rate_hz)) / rate_hz


def _band(samples: Vector, low_hz: float, high_hz: float, rate_hz: int) -> Vector:
    """Band-pass `samples`, both corners held below the Nyquist frequency."""
    top_hz = min(high_hz, 0.45 * rate_hz)
    filtered: Vector = sosfilt(
        butter(2, (min(low_hz, 0.8 * top_hz), top_hz), "bandpass", fs=rate_hz, output="sos"), samples
    )
    return filtered


def skin(*, start_hz: float, end_hz: float, sweep_s: float, ring_s: float, click: float) -> Hit:
    """Return a drum head: a sine that falls in pitch, with the click of the beater."""

    def hit(force: float, rate_hz: int, rng: np.random.Generator) -> Vector:
        times_s = _times(ring_s * 1.1, rate_hz)
        pitch_hz = end_hz + (start_hz - end_hz) * (0.6 + 0.4 * force) * np.exp(-times_s / sweep_s)
        tone = np.sin(2.0 * np.pi * np.cumsum(pitch_hz) / rate_hz) * np.exp(-6.9 * times_s / ring_s)
        beater = _band(rng.standard_normal(times_s.size), 900.0, 5_000.0, rate_hz) * np.exp(-times_s / 0.004)
        return tone + click * force * beater

    return hit


def snare(*, tone_hz: float, ring_s: float, wires: float) -> Hit:
    """Return a snare drum: two modes of the head and the rattle of the wires."""

    def hit(force: float, rate_hz: int, rng: np.random.Generator) -> Vector:
        times_s = _times(ring_s * 1.1, rate_hz)
        head = np.sin(2.0 * np.pi * tone_hz * times_s) + 0.6 * np.sin(2.0 * np.pi * tone_hz * 1.78 * times_s)
        noise = rng.standard_normal(times_s.size)
        rattle = _band(noise, 1_200.0, 5_000.0 + 6_000.0 * force, rate_hz) * np.exp(-6.9 * times_s / ring_s)
        return 0.5 * head * np.exp(-times_s / 0.045) + wires * (0.5 + 0.5 * force) * rattle

    return hit


def metal(*, base_hz: float, low_hz: float, ring_s: float, attack_s: float = 0.001, noise: float = 0.6) -> Hit:
    """Return a hat or cymbal: noise and inharmonic partials above `low_hz`."""

    def hit(force: float, rate_hz: int, rng: np.random.Generator) -> Vector:
        times_s = _times(ring_s * 1.1, rate_hz)
        partials_hz = np.geomspace(base_hz * 2.0, base_hz * 26.0, METAL_PARTIALS) * rng.uniform(
            0.93, 1.07, METAL_PARTIALS
        )
        partials_hz = partials_hz[partials_hz < min(16_000.0, 0.42 * rate_hz)]
        angles = 2.0 * np.pi * np.outer(partials_hz, times_s) + rng.uniform(0.0, 6.28, (partials_hz.size, 1))
        ringing = np.sin(angles.astype(np.float32)).sum(axis=0) / np.sqrt(partials_hz.size)
        mixed = (1.0 - noise) * ringing + noise * rng.standard_normal(times_s.size)
        shape = np.clip(times_s / attack_s, 0.0, 1.0) * np.exp(-6.9 * times_s / ring_s)
        bright = _band(mixed, low_hz * (1.15 - 0.3 * force), 16_000.0, rate_hz)
        return bright * shape

    return hit


def clap() -> Hit:
    """Return hand claps: four bursts of noise in 30 ms and a short room."""

    def hit(force: float, rate_hz: int, rng: np.random.Generator) -> Vector:
        times_s = _times(0.28, rate_hz)
        bursts = sum(np.where(times_s >= at_s, np.exp(-(times_s - at_s) / 0.006), 0.0) for at_s in (0.0, 0.009, 0.019))
        room_at_s = 0.028
        room = np.where(times_s >= room_at_s, np.exp(-(times_s - room_at_s) / 0.05), 0.0)
        noise = _band(rng.standard_normal(times_s.size), 800.0, 3_500.0 + 2_000.0 * force, rate_hz)
        return np.asarray(noise * (bursts + room))

    return hit


def wood(*, tones_hz: tuple[float, ...], ring_s: float) -> Hit:
    """Return a stick, block, bell or triangle: a few short partials."""

    def hit(force: float, rate_hz: int, rng: np.random.Generator) -> Vector:
        times_s = _times(ring_s * 1.1, rate_hz)
        sound = sum(np.sin(2.0 * np.pi * tone_hz * times_s) / (n + 1) for n, tone_hz in enumerate(tones_hz))
        tick = _band(rng.standard_normal(times_s.size), 2_000.0, 8_000.0, rate_hz) * np.exp(-times_s / 0.002)
        return np.asarray(sound) * np.exp(-6.9 * times_s / ring_s) + 0.5 * force * tick

    return hit


def shaken(*, low_hz: float, ring_s: float, attack_s: float) -> Hit:
    """Return a shaker, maraca or tambourine: a short swell of bright noise."""

    def hit(force: float, rate_hz: int, rng: np.random.Generator) -> Vector:
        times_s = _times(ring_s * 1.4, rate_hz)
        shape = np.clip(times_s / attack_s, 0.0, 1.0) ** 2 * np.exp(-6.9 * np.maximum(0.0, times_s - attack_s) / ring_s)
        return _band(rng.standard_normal(times_s.size), low_hz, 14_000.0, rate_hz) * shape * (0.5 + 0.5 * force)

    return hit


def _tom(pitch_hz: float) -> Hit:
    return skin(start_hz=pitch_hz * 1.7, end_hz=pitch_hz, sweep_s=0.05, ring_s=0.55, click=0.25)


def _hand(pitch_hz: float, ring_s: float) -> Hit:
    return skin(start_hz=pitch_hz * 1.25, end_hz=pitch_hz, sweep_s=0.012, ring_s=ring_s, click=0.5)


KICK = Piece(hit=skin(start_hz=170.0, end_hz=48.0, sweep_s=0.028, ring_s=0.42, click=0.35), gain_db=2.0)
SOFT_KICK = Piece(hit=skin(start_hz=120.0, end_hz=52.0, sweep_s=0.03, ring_s=0.38, click=0.18), gain_db=1.5)
SNARE = Piece(hit=snare(tone_hz=188.0, ring_s=0.24, wires=0.8), pan=0.05)
TIGHT_SNARE = Piece(hit=snare(tone_hz=225.0, ring_s=0.17, wires=0.9), pan=0.05)
RIM = Piece(hit=wood(tones_hz=(1_720.0, 2_430.0, 480.0), ring_s=0.09), pan=0.12, gain_db=-7.0)
CLAP = Piece(hit=clap(), pan=-0.08, gain_db=-2.0)
CLOSED_HAT = Piece(hit=metal(base_hz=540.0, low_hz=7_200.0, ring_s=0.09), pan=0.28, gain_db=-10.0)
PEDAL_HAT = Piece(hit=metal(base_hz=520.0, low_hz=6_000.0, ring_s=0.07, attack_s=0.004), pan=0.28, gain_db=-13.0)
OPENED_HAT = Piece(hit=metal(base_hz=540.0, low_hz=6_800.0, ring_s=0.75), pan=0.28, gain_db=-10.0)
RIDE = Piece(hit=metal(base_hz=410.0, low_hz=5_200.0, ring_s=1.6, noise=0.25), pan=-0.3, gain_db=-12.0)
RIDE_BELL = Piece(hit=wood(tones_hz=(1_290.0, 2_110.0, 3_480.0, 5_120.0), ring_s=1.1), pan=-0.3, gain_db=-12.0)
CRASH = Piece(hit=metal(base_hz=330.0, low_hz=3_200.0, ring_s=2.4, attack_s=0.003, noise=0.7), pan=-0.25, gain_db=-7.0)
SPLASH = Piece(hit=metal(base_hz=480.0, low_hz=4_600.0, ring_s=0.9, attack_s=0.002, noise=0.7), pan=0.3, gain_db=-8.0)
SHAKER = Piece(hit=shaken(low_hz=5_500.0, ring_s=0.1, attack_s=0.02), pan=-0.35, gain_db=-13.0)
TAMBOURINE = Piece(
    hit=metal(base_hz=900.0, low_hz=6_500.0, ring_s=0.3, attack_s=0.006, noise=0.4), pan=0.3, gain_db=-12.0
)

PIECES: dict[int, Piece] = {
    35: SOFT_KICK,
    36: KICK,
    37: RIM,
    38: SNARE,
    39: CLAP,
    40: TIGHT_SNARE,
    41: Piece(hit=_tom(72.0), pan=-0.4),
    42: CLOSED_HAT,
    43: Piece(hit=_tom(88.0), pan=-0.3),
    44: PEDAL_HAT,
    45: Piece(hit=_tom(108.0), pan=-0.15),
    46: OPENED_HAT,
    47: Piece(hit=_tom(132.0), pan=0.05),
    48: Piece(hit=_tom(158.0), pan=0.2),
    49: CRASH,
    50: Piece(hit=_tom(190.0), pan=0.35),
    51: RIDE,
    52: CRASH,
    53: RIDE_BELL,
    54: TAMBOURINE,
    55: SPLASH,
    56: Piece(hit=wood(tones_hz=(562.0, 845.0), ring_s=0.3), pan=0.2, gain_db=-9.0),
    57: CRASH,
    59: RIDE,
    60: Piece(hit=_hand(330.0, 0.2), pan=0.25, gain_db=-5.0),
    61: Piece(hit=_hand(240.0, 0.25), pan=0.25, gain_db=-5.0),
    62: Piece(hit=_hand(280.0, 0.1), pan=-0.25, gain_db=-6.0),
    63: Piece(hit=_hand(230.0, 0.3), pan=-0.25, gain_db=-5.0),
    64: Piece(hit=_hand(170.0, 0.35), pan=-0.25, gain_db=-4.0),
    65: Piece(hit=_hand(410.0, 0.3), pan=0.3, gain_db=-6.0),
    66: Piece(hit=_hand(290.0, 0.35), pan=0.3, gain_db=-6.0),
    67: Piece(hit=wood(tones_hz=(1_400.0, 2_100.0), ring_s=0.3), pan=-0.3, gain_db=-11.0),
    68: Piece(hit=wood(tones_hz=(950.0, 1_430.0), ring_s=0.35), pan=-0.3, gain_db=-11.0),
    69: SHAKER,
    70: SHAKER,
    75: Piece(hit=wood(tones_hz=(2_450.0,), ring_s=0.1), pan=0.25, gain_db=-9.0),
    76: Piece(hit=wood(tones_hz=(1_150.0, 2_760.0), ring_s=0.1), pan=0.3, gain_db=-9.0),
    77: Piece(hit=wood(tones_hz=(820.0, 1_960.0), ring_s=0.12), pan=0.3, gain_db=-9.0),
    80: Piece(hit=wood(tones_hz=(4_100.0, 6_700.0), ring_s=0.12), pan=-0.35, gain_db=-15.0),
    81: Piece(hit=wood(tones_hz=(4_100.0, 6_700.0, 9_300.0), ring_s=1.4), pan=-0.35, gain_db=-15.0),
    82: SHAKER,
}


def piece(number: int) -> Piece:
    """Return the piece for a General MIDI drum number, or its nearest neighbour in the table."""
    return PIECES[number] if number in PIECES else PIECES[min(PIECES, key=lambda known: (abs(known - number), known))]


def strike(number: int, *, force: float, sample_rate_hz: int, rng: np.random.Generator) -> FloatArray:
    """Render one hit, its peak at 0.5 plus the gain of the piece.

    Parameters
    ----------
    number
        General MIDI drum number.
    force
        Velocity as 0–1.
    sample_rate_hz
        Samples per second.

    Returns
    -------
    FloatArray
        Shape (samples,); it has rung out and faded to zero at its end.
    """
    samples = piece(number).hit(force, sample_rate_hz, rng)
    fade = min(samples.size, int(0.01 * sample_rate_hz))
    samples[samples.size - fade :] *= np.linspace(1.0, 0.0, fade)
    peak = float(np.abs(samples).max()) or 1.0
    scaled: FloatArray = (samples * (0.5 * 10.0 ** (piece(number).gain_db / 20.0) / peak)).astype(np.float32)
    return scaled
