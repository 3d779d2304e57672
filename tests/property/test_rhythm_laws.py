"""What must not change the rhythm that is heard: time, level, polarity and sample rate."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from grym.domain.chroma import chroma
from grym.domain.rhythm.pulse import Pulse
from grym.domain.rhythm.tracking import track_pulse
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory, certain

LAB = Laboratory()
RATE_HZ = 44_100
slowly = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AS_LIKELY = 0.2
"""Lead of one metrical level over the next, in probability, that another grid of frames may turn round."""

tempi = st.floats(min_value=70.0, max_value=130.0)


def pulse_of(sound: FloatArray, *, rate_hz: int = RATE_HZ) -> Pulse:
    """Track the pulse of a mono sound."""
    framing = framing_for(rate_hz)
    return track_pulse(describe(sound, framing).mel_power, framing=framing, pitch=chroma(sound, rate_hz))


def same_level(one: Pulse, other: Pulse) -> bool:
    """Whether both took the same metrical level; another one is allowed only between two that are as likely."""
    if abs(certain(other.tempo_bpm) / certain(one.tempo_bpm) - 1.0) < 0.01:
        return True
    best, second = one.hypotheses[:2]
    assert best.score - second.score < AS_LIKELY
    assert abs(certain(other.tempo_bpm) / second.tempo_bpm - 1.0) < 0.01
    return False


def shared(first: np.ndarray, second: np.ndarray, *, within_s: float) -> float:
    """Share of the times that have one of the others close by."""
    return float(np.mean([np.abs(second - time).min() < within_s for time in first]))


@slowly
@given(bpm=tempi, shift_samples=st.integers(min_value=1, max_value=2 * RATE_HZ))
def test_beats_move_with_the_sound(bpm: float, shift_samples: int) -> None:
    """Silence put in front moves beats by its length, and downbeats where two and four beats a bar are not a tie."""
    sound = LAB.music(seconds=14.0, bpm=bpm)
    still = pulse_of(sound)
    moved = pulse_of(np.concatenate([np.zeros(shift_samples, dtype=np.float32), sound]))
    if not same_level(still, moved):
        return
    shift_s = shift_samples / RATE_HZ
    assert shared(still.beats_s + shift_s, moved.beats_s, within_s=0.03) > 0.9
    fewer, more = sorted([still.downbeats_s + shift_s, moved.downbeats_s], key=len)
    assert shared(fewer, more, within_s=0.03) > 0.9
    assert {still.beats_per_bar, moved.beats_per_bar} in ({2}, {3}, {4}, {2, 4})


@slowly
@given(bpm=tempi, gain_db=st.floats(min_value=-40.0, max_value=0.0), turned=st.booleans())
def test_level_and_polarity_change_no_beat(bpm: float, gain_db: float, turned: bool) -> None:
    """A quieter or inverted copy has the same beats, bars and tempo."""
    sound = LAB.music(seconds=14.0, bpm=bpm)
    factor = np.float32((-1.0 if turned else 1.0) * 10.0 ** (gain_db / 20.0))
    reference, other = pulse_of(sound), pulse_of(sound * factor)
    assert other.metre == reference.metre
    np.testing.assert_allclose(other.beats_s, reference.beats_s, atol=2e-3)
    np.testing.assert_allclose(other.downbeats_s, reference.downbeats_s, atol=2e-3)


@slowly
@given(bpm=tempi, rate=st.sampled_from([(22_050, 1, 2), (48_000, 160, 147)]))
def test_another_sample_rate_changes_little(bpm: float, rate: tuple[int, int, int]) -> None:
    """At half the rate and at 48 kHz nine of ten beats stay within 30 ms, and the tempo within 1 %."""
    sound = LAB.music(seconds=14.0, bpm=bpm)
    rate_hz, up, down = rate
    reference = pulse_of(sound)
    other = pulse_of(resample_poly(sound, up, down).astype(np.float32), rate_hz=rate_hz)
    if not same_level(reference, other):
        return
    assert shared(reference.beats_s, other.beats_s, within_s=0.03) > 0.9
