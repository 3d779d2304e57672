"""The signal gate: what is no music fails for the right reason, music passes."""

import numpy as np
import pytest

from grym.domain.quality.catalogue import CATALOGUE
from grym.domain.quality.gate import judged, measured, signal_checks
from grym.domain.quality.profiles import PROFILES, RECORDING, RELEASE, Bound, Profile
from grym.domain.signal import FloatArray, Signal
from tests.unit.grym.domain.laboratory import Laboratory


def failed(signal: Signal, profile: Profile = RECORDING) -> set[str]:
    """Names of the checks that failed."""
    return {check.name for check in signal_checks(signal, profile=profile) if not check.passed}


def coloured(lab: Laboratory, exponent: float, *, seconds: float = 10.0) -> FloatArray:
    """Noise whose power falls as 1/f^exponent above 20 Hz."""
    spectrum = np.fft.rfft(lab.noise(seconds=seconds))
    hz = np.fft.rfftfreq(round(seconds * 44_100), 1 / 44_100)
    shaped = np.fft.irfft(spectrum * np.where(hz > 20.0, np.maximum(hz, 20.0) ** (-exponent / 2.0), 0.0))
    return np.asarray(0.5 * shaped / np.abs(shaped).max(), dtype=np.float32)


@pytest.fixture(scope="module")
def music(lab: Laboratory) -> FloatArray:
    """Eight seconds of music at moderate level; a brushed drum marks the beats instead of the metronome's clicks."""
    beats = list(np.arange(0.1, 7.0, 0.5))
    loud = [0.3 if index % 4 == 0 else 0.15 for index in range(len(beats))]
    piece = lab.music(seconds=8.0) - lab.clicks(beats, seconds=8.0, amplitudes=loud)
    time = np.arange(round(0.2 * 44_100)) / 44_100
    for index, start_s in enumerate(beats):
        brush = lab.noise(seconds=0.2, seed=index) * np.exp(-25.0 * time) * np.minimum(1.0, time / 0.01)
        piece[round(start_s * 44_100) :][: len(brush)] += brush.astype(np.float32)
    return piece * np.float32(0.5 / np.abs(piece).max())


def test_music_passes(lab: Laboratory, music: FloatArray) -> None:
    """Music passes every check, and then nothing is advised."""
    checks = signal_checks(lab.signal(music, music))
    assert all(check.passed for check in checks)
    assert all(check.advice == "" for check in checks)
    assert len({check.name for check in checks}) == len(checks) == len(CATALOGUE)


def test_white_noise_fails_for_being_noise(lab: Laboratory) -> None:
    """Flat spectrum, no change."""
    assert {"signal.flatness", "signal.change"} <= failed(lab.signal(lab.noise(seconds=10.0)))


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_coloured_noise_fails_for_not_changing(lab: Laboratory, exponent: float) -> None:
    """Pink, brown and in between: steady noise is no music whatever its colour."""
    assert "signal.change" in failed(lab.signal(coloured(lab, exponent)))


def test_silence_fails(lab: Laboratory) -> None:
    """Silence has neither level nor content."""
    names = failed(lab.signal(np.zeros(88_200, dtype=np.float32)))
    assert {"signal.silence", "signal.loudness", "signal.true_peak", "signal.occupied_bands"} <= names


@pytest.mark.parametrize("hz", [100.0, 440.0, 5_000.0])
def test_a_lone_sine_fails_for_its_monotony(lab: Laboratory, hz: float) -> None:
    """A held tone neither changes nor fills the spectrum."""
    assert {"signal.change", "signal.occupied_bands"} <= failed(lab.signal(lab.sine(hz, seconds=5.0)))


def test_a_held_chord_fails_for_not_changing(lab: Laboratory) -> None:
    """Three sines held are no music either."""
    chord = np.sum([lab.sine(hz, seconds=5.0, amplitude=0.2) for hz in (262.0, 330.0, 392.0)], axis=0)
    assert "signal.change" in failed(lab.signal(chord))


@pytest.mark.parametrize("turned_down", [1.0, 0.5])
def test_clipped_music_fails_even_when_turned_down(lab: Laboratory, music: FloatArray, turned_down: float) -> None:
    """Hard clipping is seen at any level."""
    clipped = np.clip(music * 8.0, -1.0, 1.0).astype(np.float32) * np.float32(turned_down)
    assert "signal.clipping" in failed(lab.signal(clipped))


def test_an_offset_fails(lab: Laboratory, music: FloatArray) -> None:
    """A twentieth of full scale."""
    assert failed(lab.signal(music + np.float32(0.05))) == {"signal.dc_offset"}


def test_eight_bits_fail(lab: Laboratory, music: FloatArray) -> None:
    """Music reduced to 8 bits."""
    assert "signal.effective_bits" in failed(lab.signal((np.round(music * 128) / 128).astype(np.float32)))


def test_a_flipped_channel_fails(lab: Laboratory, music: FloatArray) -> None:
    """Channels of opposite polarity cancel in mono: nothing is left to judge but the correlation tells why."""
    assert "signal.stereo_correlation" in failed(lab.signal(music, -music))


def test_telephone_sound_fails_for_its_bandwidth(lab: Laboratory, music: FloatArray) -> None:
    """Nothing above 1 kHz."""
    spectrum = np.fft.rfft(music)
    spectrum[np.fft.rfftfreq(len(music), 1 / 44_100) > 1_000.0] = 0.0
    assert "signal.bandwidth" in failed(lab.signal(np.fft.irfft(spectrum).astype(np.float32)))


def test_mostly_silent_fails(lab: Laboratory, music: FloatArray) -> None:
    """Music in the first quarter only."""
    assert "signal.silence" in failed(
        lab.signal(np.concatenate([music[: 2 * 44_100], np.zeros(6 * 44_100, dtype=np.float32)]))
    )


def test_deliverables_are_held_to_loudness_and_peak(lab: Laboratory, music: FloatArray) -> None:
    """The same music passes as a recording and fails as a deliverable when it is too loud or too quiet."""
    quiet = lab.signal(music * np.float32(0.1), music * np.float32(0.1))
    assert failed(quiet, RELEASE) == {"signal.loudness"}
    hot = lab.signal(music * np.float32(2.0), music * np.float32(2.0))
    assert "signal.true_peak" in failed(hot, RELEASE)
    assert failed(quiet) == set()


def test_requirements_can_be_set(lab: Laboratory, music: FloatArray) -> None:
    """Every requirement is a parameter."""
    assert failed(
        lab.signal(music), Profile(name="mine", purpose="", bounds={"signal.loudness": Bound(least=-5.0)})
    ) == {"signal.loudness"}


def test_a_failed_check_says_what_to_do(lab: Laboratory) -> None:
    """Value, requirement, unit and advice are filled in."""
    for check in signal_checks(lab.signal(lab.noise(seconds=2.0))):
        assert check.required
        assert check.unit
        assert check.passed or len(check.advice) > 20


@pytest.mark.parametrize("length", [0, 1, 10, 2_000, 20_000])
def test_any_length_is_answered(lab: Laboratory, length: int) -> None:
    """Even an empty sound gets its checks, with finite numbers or None."""
    sound = lab.sine(440.0, seconds=1.0)[:length]
    checks = signal_checks(lab.signal(sound))
    assert len(checks) == len(CATALOGUE)
    assert all(check.value is None or np.isfinite(check.value) for check in checks)
    assert all(type(check.value) in (float, type(None)) and type(check.passed) is bool for check in checks)
    assert not all(check.passed for check in checks)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("disguise", ["swelling", "in bursts", "swept", "clipped", "with an offset and a tone"])
def test_noise_cannot_pass_in_any_disguise(lab: Laboratory, exponent: float, disguise: str) -> None:
    """Whatever is done to noise of any colour, every profile for music tells that it is noise, or never changes."""
    noise = coloured(lab, exponent, seconds=6.0)
    time = np.arange(len(noise)) / 44_100
    dressed = {
        "swelling": noise * (0.55 + 0.45 * np.sin(2.0 * np.pi * 1.3 * time)),
        "in bursts": noise * np.exp(-8.0 * (2.0 * time % 1.0)),
        "swept": noise * (0.5 + 0.5 * np.sin(0.6 * time))
        + np.diff(noise, append=0.0) * (0.5 - 0.5 * np.sin(0.6 * time)),
        "clipped": np.clip(noise * 4.0, -0.5, 0.5),
        "with an offset and a tone": noise + 0.02 + lab.sine(440.0, seconds=6.0, amplitude=0.02),
    }[disguise]
    measures = measured(lab.signal(dressed.astype(np.float32)))
    for name in ("recording", "draft", "release", "stream"):
        stopped = {check.name for check in judged(measures, PROFILES[name]) if not check.passed}
        assert stopped & {"signal.noisiness", "signal.change"}, name
