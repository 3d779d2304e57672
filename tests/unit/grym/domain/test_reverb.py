"""The room."""

import numpy as np
import pytest

from grym.domain.reverb import reverberate, room_response

RATE_HZ = 44_100


def test_white_noise_comes_back_as_loud_as_it_went_in() -> None:
    """Each side of the response has an energy of one."""
    assert np.square(room_response(RATE_HZ), dtype=np.float64).sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-4)


def test_the_sides_are_independent() -> None:
    """Left and right hardly correlate."""
    left, right = room_response(RATE_HZ)
    assert abs(float(np.corrcoef(left, right)[0, 1])) < 0.15


def test_the_room_answers_late_and_dies_away() -> None:
    """Nothing comes back at once; a second later 40 dB are gone."""
    click = np.zeros(2 * RATE_HZ, dtype=np.float32)
    click[0] = 1.0
    wet = reverberate(click, sample_rate_hz=RATE_HZ)
    assert np.abs(wet[:, : int(0.005 * RATE_HZ)]).max() < 1e-5
    start = np.square(wet[:, : RATE_HZ // 5]).mean()
    end = np.square(wet[:, RATE_HZ : RATE_HZ + RATE_HZ // 5]).mean()
    assert 10 * np.log10(end / start) < -40.0


def test_basses_stay_dry() -> None:
    """A tone of 60 Hz comes back at least 30 dB weaker than one of 1 kHz."""
    times_s = np.arange(2 * RATE_HZ) / RATE_HZ
    low, middle = (
        np.square(
            reverberate(np.sin(2 * np.pi * hertz * times_s).astype(np.float32), sample_rate_hz=RATE_HZ)[:, RATE_HZ:]
        ).mean()
        for hertz in (60.0, 1_000.0)
    )
    assert 10 * np.log10(low / middle) < -30.0


@pytest.mark.parametrize("rate_hz", [8_000, 48_000, 192_000])
def test_the_room_exists_at_every_rate(rate_hz: int) -> None:
    """Bands beyond the Nyquist frequency are left out, not folded."""
    assert np.isfinite(room_response(rate_hz)).all()
