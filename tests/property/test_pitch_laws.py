"""Laws of pitch: what a change of the sound does to what is heard of it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from grym.domain.pitch.f0 import melody_of
from grym.domain.pitch.transcription import transcribe
from grym.domain.signal import Signal
from tests.unit.grym.domain.laboratory import Laboratory

RATE_HZ = 16_000
QUARTER_TONE = 50.0


def sung(hz: float, *, bend: float = 0.05) -> np.ndarray:
    """Half a second of four partials whose pitch swings by 5 %, with silence around."""
    time = np.arange(RATE_HZ // 2) / RATE_HZ
    phase = 2.0 * np.pi * np.cumsum(hz * (1.0 + bend * np.sin(9.0 * time))) / RATE_HZ
    tone = sum(0.2 / k * np.sin(k * phase) for k in range(1, 5))
    return np.pad(tone, RATE_HZ // 10).astype(np.float32)


def f0_of(sound: np.ndarray, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Its fundamental every 10 ms."""
    return melody_of(Signal(samples=np.asarray(sound, dtype=np.float32)[None], sample_rate_hz=rate_hz)).f0_hz


def cents_between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The distance where both have pitch."""
    both = (one > 0.0) & (other > 0.0)
    assert both.sum() > 30
    distance: np.ndarray = np.abs(1200.0 * np.log2(one[both] / other[both]))
    return distance


@settings(max_examples=15, deadline=None)
@given(hz=st.floats(70.0, 800.0))
def test_octave_doubles_the_fundamental(hz: float) -> None:
    """A source an octave higher has twice the fundamental wherever both have pitch."""
    assert np.quantile(cents_between(f0_of(sung(2.0 * hz)), 2.0 * f0_of(sung(hz))), 0.9) < QUARTER_TONE


@settings(max_examples=15, deadline=None)
@given(hz=st.floats(70.0, 1_500.0), gain_db=st.floats(-60.0, 12.0), sign=st.sampled_from([-1.0, 1.0]))
def test_gain_and_polarity_change_nothing(hz: float, gain_db: float, sign: float) -> None:
    """Level and sign do not change the fundamental."""
    plain, scaled = f0_of(sung(hz)), f0_of(sung(hz) * sign * 10.0 ** (gain_db / 20.0))
    np.testing.assert_allclose(scaled, plain, rtol=1e-3)


@settings(max_examples=15, deadline=None)
@given(hz=st.floats(70.0, 1_500.0), frames=st.integers(1, 100))
def test_delay_shifts_the_fundamental(hz: float, frames: int) -> None:
    """Silence of n hops before the sound moves what is heard by n frames."""
    sound = sung(hz)
    later = f0_of(np.concatenate([np.zeros(frames * RATE_HZ // 100, dtype=np.float32), sound]))
    np.testing.assert_allclose(later[frames + 5 : -5], f0_of(sound)[5:-5], rtol=1e-3)


@settings(max_examples=10, deadline=None)
@given(hz=st.floats(70.0, 1_500.0), rate=st.sampled_from([(3, 2, 24_000), (2, 1, 32_000), (441, 160, 44_100)]))
def test_rate_changes_nothing(hz: float, rate: tuple[int, int, int]) -> None:
    """The same sound at another rate has the same fundamental within two cents."""
    up, down, rate_hz = rate
    resampled = f0_of(resample_poly(sung(hz), up, down), rate_hz)
    plain = f0_of(sung(hz))
    assert np.quantile(cents_between(resampled[: len(plain)], plain[: len(resampled)]), 0.95) < 2.0


@settings(max_examples=8, deadline=None)
@given(
    pitches=st.lists(st.integers(50, 79), min_size=3, max_size=6).filter(lambda p: all(np.diff(p))),
    gain_db=st.floats(-40.0, 6.0),
    shift_s=st.sampled_from([0.0, 0.5, 1.0]),
    semitones=st.sampled_from([0, 12]),
)
def test_notes_follow_gain_shift_and_octave(pitches: list[int], gain_db: float, shift_s: float, semitones: int) -> None:
    """Louder, later and higher sound has the same notes, later and higher."""
    lab = Laboratory()
    times = [0.2 + 0.4 * index for index in range(len(pitches))]
    plain = transcribe(lab.signal(lab.play([[p] for p in pitches], times, seconds_each=0.35, sustained=True)))
    changed_sound = lab.play([[p + semitones] for p in pitches], times, seconds_each=0.35, sustained=True)
    changed_sound = np.pad(changed_sound * 10.0 ** (gain_db / 20.0), (round(shift_s * 44_100), 0))
    changed = transcribe(lab.signal(changed_sound.astype(np.float32)))
    assert [note.pitch for note in plain.notes] == pitches
    assert [note.pitch - semitones for note in changed.notes] == pitches
    starts = np.array([note.start_s for note in changed.notes]) - [note.start_s for note in plain.notes]
    np.testing.assert_allclose(starts, shift_s, atol=0.02)
