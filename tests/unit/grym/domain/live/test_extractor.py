"""Frames of sound in pieces; that they equal those of the whole is a law in tests/property."""

import numpy as np
import pytest

from grym.domain.live.extractor import Extractor, first_frame_ending_after
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.support.live import MONO, music

FRAMING = framing_for(44_100)
SOUND = music(MONO, seconds=0.4)[0]


def test_frames_come_as_soon_as_their_window_is_full() -> None:
    """Frame 0 needs half a window, each further one a hop."""
    extractor = Extractor(FRAMING)
    assert len(extractor.push(SOUND[:1_023]).rms) == 0
    assert len(extractor.push(SOUND[1_023:1_024]).rms) == 1
    assert len(extractor.push(SOUND[1_024 : 1_024 + 3 * 512]).rms) == 3
    assert extractor.next_frame == 4


def test_nothing_in_nothing_out() -> None:
    """An empty piece completes no frame, and the end of nothing is one frame of silence, as offline."""
    extractor = Extractor(FRAMING)
    assert len(extractor.push(SOUND[:0]).rms) == 0
    assert len(extractor.finish().rms) == len(describe(SOUND[:0], FRAMING).rms) == 1


@pytest.mark.parametrize("length", [1, 511, 512, 513, 2_048, 5_000])
def test_the_end_is_padded_as_offline(length: int) -> None:
    """As many frames come in all as the whole sound has."""
    extractor = Extractor(FRAMING)
    count = len(extractor.push(SOUND[:length]).rms) + len(extractor.finish().rms)
    assert count == FRAMING.frame_count(length)


@pytest.mark.parametrize("position", [0, 1, 4_410, 441_000, 441_001])
def test_a_start_in_the_middle_is_silence_before(position: int) -> None:
    """Frames after a start at a position are those of silence up to there and the sound."""
    extractor = Extractor(FRAMING, from_sample=position)
    first = extractor.next_frame
    assert first == first_frame_ending_after(position, FRAMING)
    frames = extractor.push(SOUND)
    whole = describe(np.concatenate([np.zeros(position, dtype=np.float32), SOUND]), FRAMING)
    count = len(frames.rms)
    np.testing.assert_allclose(frames.rms, whole.rms[first : first + count], atol=1e-6)
    np.testing.assert_allclose(frames.flux, whole.flux[first : first + count], atol=1e-5)
    np.testing.assert_allclose(frames.mel_power, whole.mel_power[first : first + count], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(frames.times_s, whole.times_s[first : first + count], rtol=1e-6)


def test_a_stored_extractor_goes_on_to_the_last_bit() -> None:
    """Restoring between two pieces changes no feature."""
    one, other = Extractor(FRAMING), Extractor(FRAMING)
    for extractor in (one, other):
        extractor.push(SOUND[:3_000])
    other = Extractor.restored(FRAMING, other.state())
    first, second = (extractor.push(SOUND[3_000:]) for extractor in (one, other))
    np.testing.assert_array_equal(first.mel_power, second.mel_power)
    np.testing.assert_array_equal(first.flux, second.flux)


def test_what_is_kept_is_less_than_a_window() -> None:
    """The state does not grow with the sound."""
    extractor = Extractor(FRAMING)
    for _ in range(20):
        extractor.push(SOUND)
    assert len(extractor.state()["kept"]) < FRAMING.n_fft


def test_what_costs_most_may_be_left_out() -> None:
    """Without contrast and crossings everything else is the same."""
    plain, whole = (Extractor(FRAMING, full=full).push(SOUND) for full in (False, True))
    assert plain.contrast_db.shape == (len(whole.rms), 0)
    np.testing.assert_array_equal(plain.rolloff_hz, whole.rolloff_hz)
