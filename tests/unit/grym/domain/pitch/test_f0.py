"""The fundamental of one voice, against sources that are known at every moment."""

import numpy as np
import pytest

from grym.domain.pitch.f0 import melody_of
from grym.domain.signal import Signal
from grym.errors import InvalidAudioError
from tests.unit.grym.domain.pitch.sources import RATE_HZ, SUNG, cents, in_noise, seconds, voice

TIME = seconds(4.0)
SOURCES = {
    "glide over four octaves": (90.0 * 2.0**TIME, SUNG),
    "vibrato of 80 cents": (440.0 * 2.0 ** (0.8 / 12.0 * np.sin(2.0 * np.pi * 5.5 * TIME)), SUNG),
    "near the lowest": (60.0 + 4.0 * np.sin(TIME), (1.0, 0.8, 0.6, 0.5, 0.5, 0.3)),
    "near the highest": (1_600.0 + 100.0 * np.sin(TIME), (1.0, 0.5, 0.3, 0.2)),
    "sine": (300.0 + 100.0 * np.sin(TIME), (1.0,)),
    "octave louder than the fundamental": (220.0 + 10.0 * np.sin(TIME), (0.5, 1.0, 0.4, 0.8, 0.3, 0.5)),
    "fundamental missing": (200.0 + 10.0 * np.sin(TIME), (0.0, 1.0, 0.8, 0.6, 0.5, 0.3)),
    "odd partials only": (260.0 + 10.0 * np.sin(TIME), (1.0, 0.0, 0.6, 0.0, 0.4, 0.0, 0.2)),
}


@pytest.mark.parametrize("snr_db", [None, 20.0, 10.0])
@pytest.mark.parametrize("name", SOURCES)
def test_fundamental_is_followed(name: str, snr_db: float | None) -> None:
    """Every source has pitch nearly everywhere, right within a quarter-tone, mostly within a few cents."""
    f0_hz, partials = SOURCES[name]
    found = melody_of(in_noise(voice(f0_hz, partials), snr_db=snr_db))
    inside = slice(5, -10)
    wrong = np.abs(cents(found.f0_hz, np.interp(found.times_s, TIME, f0_hz)))[inside]
    assert np.mean(wrong < 50.0) > 0.98
    assert np.median(wrong) < 8.0


def test_voicing_ends_with_the_voice() -> None:
    """A tone between two stretches of noise has pitch, the noise has none."""
    tone = voice(np.full(len(TIME), 220.0))
    noise = np.random.default_rng(1).standard_normal(len(TIME)) * 0.05
    found = melody_of(in_noise(np.concatenate([noise, tone, noise]), snr_db=None))
    has_pitch = found.f0_hz > 0.0
    inside = (found.times_s > 4.05) & (found.times_s < 7.95)
    outside = (found.times_s < 3.95) | (found.times_s > 8.05)
    assert has_pitch[inside].all()
    assert not has_pitch[outside].any()
    assert found.voiced[inside].mean() > 0.9
    assert found.voiced[outside].mean() < 0.1


@pytest.mark.parametrize("length", [1, 100, 8_000])
def test_silence_has_no_pitch(length: int) -> None:
    """Silence of any length has a value every 10 ms, and none has pitch."""
    found = melody_of(Signal(samples=np.zeros((1, length), dtype=np.float32), sample_rate_hz=8_000))
    assert len(found.f0_hz) == 1 + length // 80
    assert not found.f0_hz.any()


def test_range_is_kept() -> None:
    """Fundamentals outside the range asked for are not given."""
    found = melody_of(in_noise(voice(np.full(len(TIME), 220.0)), snr_db=None), lowest_hz=300.0, highest_hz=1_000.0)
    assert found.f0_hz[found.f0_hz > 0.0].min(initial=300.0) >= 300.0 / 1.01


@pytest.mark.parametrize(("lowest_hz", "highest_hz"), [(10.0, 500.0), (500.0, 400.0), (55.0, 5_000.0)])
def test_impossible_range_is_refused(lowest_hz: float, highest_hz: float) -> None:
    """A range that is empty or not audible as pitch is named."""
    sound = in_noise(voice(np.full(RATE_HZ, 220.0)), snr_db=None)
    with pytest.raises(InvalidAudioError) as refused:
        melody_of(sound, lowest_hz=lowest_hz, highest_hz=highest_hz)
    assert refused.value.code == "pitch.range"
