"""What must not change when a sound is made louder, moved, turned over or mirrored between channels."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.domain.analysis import analyse
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.onset import onset_envelope, onset_times
from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from grym.domain.tonality import key_scores, tonality_of_pitches
from tests.unit.grym.domain.laboratory import Laboratory, certain

RATE_HZ = 44_100
FRAMING = framing_for(RATE_HZ)
LAB = Laboratory()
slowly = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(min_value=0, max_value=2**16)


def melody(seed: int, *, seconds: float = 3.0) -> FloatArray:
    """A plucked melody of random notes and rhythm that depends on the seed alone."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.choice([0.25, 0.375, 0.5], 40))
    times = times[times < seconds - 0.8]
    pitches = 55 + np.cumsum(rng.choice([-4, -2, 2, 3, 5], len(times))) % 24
    sound = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
    played = LAB.play([[int(pitch)] for pitch in pitches], list(times))
    sound[: len(played)] = played[: len(sound)]
    return sound


def onsets_of(sound: FloatArray) -> np.ndarray:
    """Onset times of a mono sound."""
    envelope = onset_envelope(describe(sound, FRAMING).mel_power, frame_rate_hz=FRAMING.frame_rate_hz)
    return onset_times(envelope, frame_rate_hz=FRAMING.frame_rate_hz)


def stereo(left: FloatArray, right: FloatArray) -> Signal:
    """Two channels as a signal."""
    return Signal(samples=np.stack([left, right]), sample_rate_hz=RATE_HZ)


@slowly
@given(seed=seeds, gain_db=st.floats(min_value=-20.0, max_value=12.0))
def test_gain_adds_to_loudness_and_true_peak(seed: int, gain_db: float) -> None:
    """A gain of x dB adds x LU and x dB true peak, as long as everything stays above the absolute gate."""
    sound = melody(seed)
    louder = sound * np.float32(10.0 ** (gain_db / 20.0))
    before, after = (measure_loudness(stereo(s, s)).integrated_lufs for s in (sound, louder))
    assert abs(certain(after) - certain(before) - gain_db) < 0.05
    peaks = [certain(true_peak_dbtp(stereo(s, s))) for s in (sound, louder)]
    assert abs(peaks[1] - peaks[0] - gain_db) < 1e-3


@slowly
@given(seed=seeds, shift_samples=st.integers(min_value=1, max_value=3 * RATE_HZ))
def test_onsets_move_with_the_sound(seed: int, shift_samples: int) -> None:
    """Silence put in front moves every onset by its length, to within one hop."""
    sound = melody(seed)
    moved = onsets_of(np.concatenate([np.zeros(shift_samples, dtype=np.float32), sound]))
    still = onsets_of(sound)
    expected = still + shift_samples / RATE_HZ
    late = expected > shift_samples / RATE_HZ + 0.05
    for time in expected[late]:
        assert np.abs(moved - time).min() < 1.5 * FRAMING.hop_length / RATE_HZ


@slowly
@given(seed=seeds, gain_db=st.floats(min_value=-40.0, max_value=0.0))
def test_onsets_do_not_depend_on_level(seed: int, gain_db: float) -> None:
    """A quieter copy has the same onsets."""
    sound = melody(seed)
    quieter = onsets_of(sound * np.float32(10.0 ** (gain_db / 20.0)))
    np.testing.assert_allclose(quieter, onsets_of(sound), atol=2e-3)


@slowly
@given(seed=seeds)
def test_polarity_and_channel_order_do_not_matter(seed: int) -> None:
    """Turned over, or with its channels swapped, a sound has the same facts."""
    left, right = melody(seed), melody(seed + 1)
    reference = analyse(stereo(left, right))
    for other in (stereo(-left, -right), stereo(right, left)):
        found = analyse(other)
        assert found.tempo_bpm == reference.tempo_bpm
        assert found.key == reference.key
        assert abs(certain(found.loudness_lufs) - certain(reference.loudness_lufs)) < 1e-6
        assert found.true_peak_dbtp == reference.true_peak_dbtp
        np.testing.assert_array_equal(found.onsets_s, reference.onsets_s)
        np.testing.assert_allclose(found.embedding.vector, reference.embedding.vector, atol=1e-6)


@slowly
@given(seed=seeds, length=st.integers(min_value=2_048, max_value=40_000), channels=st.integers(1, 3))
def test_any_sound_is_analysed_without_failing(seed: int, length: int, channels: int) -> None:
    """Random bursts between silences give finite facts within the sound."""
    rng = np.random.default_rng(seed)
    bursts = rng.standard_normal((channels, length)) * (rng.random(length) < 0.3) * rng.choice([1e-7, 0.1, 5.0])
    found = analyse(Signal(samples=bursts.astype(np.float32), sample_rate_hz=RATE_HZ))
    assert np.isfinite(found.embedding.vector).all()
    assert (found.onsets_s <= found.duration_s).all()
    assert all(np.isfinite([entry["mean"], entry["std"]]).all() for entry in found.features.values())


@given(
    weights=st.lists(st.floats(min_value=0.0, max_value=100.0), min_size=12, max_size=12),
    steps=st.integers(min_value=0, max_value=11),
)
def test_transposing_the_notes_transposes_the_scores(weights: list[float], steps: int) -> None:
    """Each key's score moves with the notes."""
    scores = key_scores(np.array(weights)).reshape(2, 12)
    moved = key_scores(np.roll(np.array(weights), steps)).reshape(2, 12)
    np.testing.assert_allclose(moved, np.roll(scores, steps, axis=1), atol=1e-9)


@given(notes=st.lists(st.tuples(st.integers(0, 127), st.floats(0.1, 8.0)), min_size=1, max_size=40))
def test_octaves_do_not_matter_to_the_key_of_notes(notes: list[tuple[int, float]]) -> None:
    """Folding every note into one octave changes nothing."""
    assert tonality_of_pitches(notes) == tonality_of_pitches([(60 + pitch % 12, weight) for pitch, weight in notes])
