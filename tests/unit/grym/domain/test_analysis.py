"""The whole analysis of sounds whose facts are known."""

from itertools import pairwise

import numpy as np
import pytest

from grym.domain.analysis import Analysis, analyse
from grym.domain.signal import Signal
from grym.errors import InvalidAudioError
from tests.unit.grym.domain.laboratory import Laboratory, certain, octave_error


@pytest.fixture(scope="module")
def piece(lab: Laboratory) -> Signal:
    """Sixteen seconds of C major at 120 BPM, in stereo."""
    mono = lab.music(seconds=16.0, bpm=120.0)
    return lab.signal(mono, mono * np.float32(0.8))


@pytest.fixture(scope="module")
def found(piece: Signal) -> Analysis:
    """Its analysis."""
    return analyse(piece)


def test_the_facts_of_a_piece(found: Analysis) -> None:
    """Length, tempo up to octave, key, and levels in their usual ranges."""
    assert found.duration_s == 16.0
    assert (found.sample_rate_hz, found.channels) == (44_100, 2)
    assert octave_error(found.tempo_bpm, 120.0) < np.log2(1.01)
    assert (certain(found.key).tonic_name, certain(found.key).mode) == ("C", "major")
    assert -40.0 < certain(found.loudness_lufs) < 0.0
    assert certain(found.true_peak_dbtp) < 3.0
    assert certain(found.loudness_range_lu) >= 0.0
    assert abs(found.tuning_cents) < 3.0


def test_times_ascend_and_lie_within_the_sound(found: Analysis) -> None:
    """Beats, downbeats and onsets are sorted; downbeats are beats; sections cover everything."""
    for times in (found.beats_s, found.downbeats_s, found.onsets_s):
        assert len(times) > 3
        assert (np.diff(times) > 0).all()
        assert times[0] >= 0.0
        assert times[-1] <= found.duration_s
    assert set(found.downbeats_s.tolist()) <= set(found.beats_s.tolist())
    assert found.sections[0].start_s == 0.0
    assert found.sections[-1].end_s == found.duration_s


def test_features_are_named_and_finite(found: Analysis) -> None:
    """Every summary has a finite mean and deviation; the vectors are complete."""
    assert {"centroid_hz", "rms", "flatness", "mfcc_0", "mfcc_19", "chroma_11", "contrast_db_6"} <= set(found.features)
    assert all(np.isfinite([entry["mean"], entry["std"]]).all() for entry in found.features.values())
    assert sum(found.features[f"chroma_{index}"]["mean"] for index in range(12)) == pytest.approx(1.0, abs=0.1)


def test_the_same_sound_gives_the_same_facts(piece: Signal, found: Analysis) -> None:
    """Nothing depends on anything but the sound."""
    again = analyse(piece)
    np.testing.assert_array_equal(again.embedding.vector, found.embedding.vector)
    np.testing.assert_array_equal(again.onsets_s, found.onsets_s)
    assert again.features == found.features


@pytest.mark.parametrize("length", [0, 1, 100, 2_047])
def test_below_one_window_a_sound_is_too_short(length: int) -> None:
    """A typed error with a hint, not a crash."""
    with pytest.raises(InvalidAudioError) as error:
        analyse(Signal(samples=np.zeros((1, length), dtype=np.float32), sample_rate_hz=44_100))
    assert error.value.code == "audio.too_short"
    assert error.value.hint


@pytest.mark.parametrize("length", [2_048, 2_049, 4_410, 8_191, 16_384, 22_050, 44_100])
def test_very_short_sounds_are_analysed(lab: Laboratory, length: int) -> None:
    """From one window on there is an answer, with what can be known."""
    found = analyse(lab.signal(lab.note(69, seconds=1.0)[:length]))
    assert found.sections[-1].end_s == pytest.approx(length / 44_100)
    assert np.isfinite(found.embedding.vector).all()
    assert found.true_peak_dbtp is not None
    assert (found.loudness_lufs is None) == (length < 0.4 * 44_100)


def test_silence_has_no_facts() -> None:
    """Silence has no tempo, key, loudness or peak; its sections are one."""
    found = analyse(Signal(samples=np.zeros((2, 5 * 44_100), dtype=np.float32), sample_rate_hz=44_100))
    assert found.tempo_bpm is None
    assert found.tempo_confidence == 0.0
    assert found.key is None
    assert found.loudness_lufs is None
    assert found.loudness_range_lu is None
    assert found.true_peak_dbtp is None
    assert len(found.beats_s) == len(found.downbeats_s) == len(found.onsets_s) == 0
    assert [section.label for section in found.sections] == ["A"]


def test_noise_has_no_tempo(lab: Laboratory) -> None:
    """Ten seconds of white noise."""
    found = analyse(lab.signal(lab.noise(seconds=10.0)))
    assert found.tempo_bpm is None
    assert found.tempo_confidence == 0.0


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000, 96_000, 192_000])
def test_any_rate(rate_hz: int) -> None:
    """Notes every half second, at any rate: tempo 120 up to octave, A as tonic."""
    time = np.arange(12 * rate_hz) / rate_hz
    phase = time % 0.5
    steps = np.array([0, 4, 7, 12, 7, 4])[(time // 0.5).astype(int) % 6]
    hz = 220.0 * 2.0 ** (steps / 12.0)
    tone = np.sin(2 * np.pi * hz * phase) + 0.5 * np.sin(4 * np.pi * hz * phase)
    sound = (0.3 * tone * np.exp(-6.0 * phase)).astype(np.float32)
    found = analyse(Signal(samples=sound[None, :], sample_rate_hz=rate_hz), full=True)
    assert certain(certain(found.morphology).matter).dominant == "note"
    assert octave_error(found.tempo_bpm, 120.0) < np.log2(1.01)
    assert (certain(found.key).tonic_name, certain(found.key).mode) == ("A", "major")


@pytest.mark.parametrize("channels", [1, 3, 6, 8])
def test_any_number_of_channels(lab: Laboratory, channels: int) -> None:
    """Up to eight channels are mixed for rhythm and key."""
    mono = lab.music(seconds=4.0)
    assert analyse(lab.signal(*[mono] * channels), full=True).channels == channels


def test_a_constant_has_no_music() -> None:
    """A displaced zero line: no tempo, no key, no chord, no grain; nothing that is not finite."""
    found = analyse(Signal(samples=np.full((2, 3 * 44_100), 0.5, dtype=np.float32), sample_rate_hz=44_100), full=True)
    assert found.tempo_bpm is None
    assert found.key is None
    assert all(span.root is None for span in found.chords)
    assert found.true_peak_dbtp == pytest.approx(-6.0, abs=1.5)
    assert found.dynamics.crest_factor_db == pytest.approx(0.0, abs=0.01)
    assert certain(found.morphology).cloud.grains <= 2  # its two ends


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 192_000])
def test_fifty_milliseconds_have_shapes(rate_hz: int) -> None:
    """Hardly more than one window: one impulse, no loudness, one section."""
    time = np.arange(round(0.05 * rate_hz)) / rate_hz
    sound = (0.5 * np.sin(2 * np.pi * 880.0 * time) * np.exp(-60.0 * time)).astype(np.float32)
    found = analyse(Signal(samples=sound[None], sample_rate_hz=rate_hz), full=True)
    assert found.loudness_lufs is None
    assert len(found.sections) == 1
    assert found.tempo_bpm is None
    assert [event.shape for event in certain(found.morphology).events] == ["impulse"]


def test_keys_and_chords_cover_the_piece(found: Analysis) -> None:
    """Spans are in order and touch each other; chords of the piece are those it was made of."""
    for spans in ([(key.start_s, key.end_s) for key in found.keys], [(one.start_s, one.end_s) for one in found.chords]):
        assert spans[0][0] == 0.0
        assert spans[-1][1] == pytest.approx(16.0)
        assert all(one[1] == other[0] for one, other in pairwise(spans))
    sounding = {span.root for span in found.chords if span.end_s - span.start_s > 1.0}
    assert {0, 5, 7} <= sounding
    assert certain(found.metre).beats == found.beats_per_bar
    assert found.tempo_hypotheses[0].tempo_bpm == pytest.approx(certain(found.tempo_bpm), rel=0.05)


def test_everything_is_more_than_the_core(piece: Signal, found: Analysis) -> None:
    """What takes longer comes only when asked for, and changes nothing of the core."""
    assert found.morphology is None
    everything = analyse(piece, full=True)
    assert everything.morphology is not None
    np.testing.assert_array_equal(everything.beats_s, found.beats_s)
    assert everything.chords == found.chords


def test_where_a_sound_breaks_off_nothing_begins(lab: Laboratory) -> None:
    """A tone that is cut at full strength begins once, at its start."""
    tone = np.concatenate([np.zeros(22_050, dtype=np.float32), lab.sine(440.0, seconds=2.0)])
    onsets_s = analyse(lab.signal(tone[: 2 * 44_100])).onsets_s
    np.testing.assert_allclose(onsets_s, [0.5], atol=0.05)
