"""`grym enhance`: a noisy, humming, clipped recording gets measurably better; a clean one is left alone."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.fft import irfft, rfft, rfftfreq

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.sounds import RATE_HZ, Floats

SECONDS = 12.0


def _played(seed: int = 3) -> Floats:
    """Return plucked notes with overtones, no two alike, each dying away; peak 0.6."""
    rng = np.random.default_rng(seed)
    piece = np.zeros(round((SECONDS + 2.0) * RATE_HZ))
    time_s = np.arange(RATE_HZ) / RATE_HZ
    for onset_s in np.arange(0.0, SECONDS, 0.2):
        hz = 440.0 * 2.0 ** ((int(rng.choice([45, 50, 57, 60, 62, 64, 69, 72, 77, 81])) - 69) / 12.0)
        waves = [np.sin(2 * np.pi * n * hz * time_s) * np.exp(-time_s * (4 + n)) / n for n in range(1, 24)]
        start = round(onset_s * RATE_HZ)
        swell = np.minimum(1.0, time_s / 0.003) * (1.0 - time_s)
        piece[start : start + RATE_HZ] += rng.uniform(0.4, 1.0) * swell * np.sum(waves, axis=0)
    piece = piece[: round(SECONDS * RATE_HZ)]
    return np.asarray(0.6 * piece / np.abs(piece).max())


def _spoilt(piece: Floats) -> Floats:
    """Return a piece as a bad line and a hot input leave it: pink-ish noise, mains at 49.97 Hz, cut at 0.3."""
    rng = np.random.default_rng(11)
    spectrum = rfft(rng.standard_normal(len(piece)))
    spectrum /= np.maximum(rfftfreq(len(piece), 1 / RATE_HZ), 40.0) ** 0.3
    noise = irfft(spectrum, len(piece))
    time_s = np.arange(len(piece)) / RATE_HZ
    hum = np.sum([np.cos(2 * np.pi * 49.97 * n * time_s + n * n) / n for n in (1, 2, 3, 5)], axis=0)
    return np.asarray(np.clip(piece + 0.004 * noise / noise.std() + 0.02 * hum, -0.3, 0.3))


def _distortion_db(original: Floats, path: Path) -> float:
    """Return signal to distortion of a file against what was played, at the gain that fits best."""
    heard = soundfile.read(path)[0]
    target = original * (original @ heard) / (original @ original)
    return float(10 * np.log10(np.square(target).sum() / np.square(heard - target).sum()))


def test_a_spoilt_recording_gets_better_and_says_how(grym: Grym, measured: Measured) -> None:
    """Nearer to what was played by 3 dB and more, each fault smaller by its own measure, and a picture of it."""
    piece = _played()
    spoilt = grym.work / "spoilt.wav"
    soundfile.write(spoilt, _spoilt(piece), RATE_HZ, subtype="PCM_24")
    told = grym.tell("enhance", "spoilt.wav", "--out", "better.flac", "--plot", "better.png")
    before_db, after_db = _distortion_db(piece, spoilt), _distortion_db(piece, grym.work / "better.flac")
    measured("signal to distortion of a spoilt recording, dB", f"{before_db:.1f} → {after_db:.1f}", "3 dB better")
    assert after_db > before_db + 3.0
    assert told["kept"] == "enhanced"
    assert {step["stage"] for step in told["steps"] if step["outcome"] == "kept"} >= {"declip", "hum", "denoise"}
    for name in ("clipped_per_s", "hum_dbfs", "noise_dbfs"):
        assert told["after"][name] < told["before"][name]
    assert (grym.work / "better.png").stat().st_size > 10_000


def test_a_clean_recording_is_left_alone(grym: Grym) -> None:
    """Byte for byte, with a reason from every stage."""
    soundfile.write(grym.work / "clean.wav", _played(), RATE_HZ, subtype="PCM_24")
    told = grym.tell("enhance", "clean.wav", "--out", "same.wav")
    assert told["kept"] == "original"
    assert told["before"] == told["after"]
    assert all(step["outcome"] == "clean" and step["why"] for step in told["steps"])
    assert (grym.work / "same.wav").read_bytes() == (grym.work / "clean.wav").read_bytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("letter.wav", "--out", "new.wav"), "audio.not_audio"),
        (("nothing.wav", "--out", "new.wav"), "audio.empty"),
        (("numberless.wav", "--out", "new.wav"), "audio.not_finite"),
        (("there.wav", "--out", "there.wav"), "request.out"),
        (("numberless.wav", "--out", "there.wav"), "request.out"),
        (("there.wav", "--out", "new.txt"), "request.out"),
        (("there.wav",), "request.out"),
        (("there.wav", "--out", "new.wav", "--stages", "magic"), "request.stages"),
    ],
)
def test_what_cannot_be_repaired_is_refused(grym: Grym, words: tuple[str, ...], code: str) -> None:
    """A typed refusal before anything is published, and no file appears."""
    (grym.work / "letter.wav").write_text("Dear Ada,\n" * 50)
    (grym.work / "nothing.wav").touch()
    soundfile.write(grym.work / "numberless.wav", np.full(9_000, np.nan), RATE_HZ, subtype="FLOAT")
    soundfile.write(grym.work / "there.wav", 0.1 * np.ones(9_000), RATE_HZ)
    error = grym.tell("enhance", *words, code=2)["error"]
    assert (error["code"], bool(error["hint"])) == (code, True)
    assert not (grym.work / "new.wav").exists()
