"""The drum kit."""

import numpy as np
import pytest

from grym.domain.synthesis.drums import PIECES, piece, strike

RATE_HZ = 44_100


def hit(number: int, *, force: float = 0.7) -> np.ndarray:
    """Strike one piece with a fixed seed."""
    return np.asarray(strike(number, force=force, sample_rate_hz=RATE_HZ, rng=np.random.default_rng(5)))


def centroid_hz(samples: np.ndarray) -> float:
    """Return the power-weighted mean frequency."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((np.fft.rfftfreq(samples.shape[0], 1 / RATE_HZ) * power).sum() / power.sum())


@pytest.mark.parametrize("number", range(35, 82))
def test_every_general_midi_number_sounds_and_ends_in_silence(number: int) -> None:
    """All 47 numbers make a finite sound of the level of their piece that ends at zero."""
    samples = hit(number)
    assert np.isfinite(samples).all()
    assert float(np.abs(samples).max()) == pytest.approx(0.5 * 10 ** (piece(number).gain_db / 20), rel=1e-3)
    assert samples[-1] == 0.0


def test_kick_snare_and_hat_lie_in_their_registers() -> None:
    """The kick is below 200 Hz, the snare in the middle, the hat above 6 kHz."""
    kick, snare, hat = (centroid_hz(hit(number)) for number in (36, 38, 42))
    assert kick < 200.0 < snare < 6_000.0 < hat


def test_toms_go_up_with_their_numbers() -> None:
    """Low floor tom to high tom: each is higher than the one before."""
    pitches_hz = [centroid_hz(hit(number)) for number in (41, 43, 45, 47, 48, 50)]
    assert pitches_hz == sorted(pitches_hz)


def test_an_open_hat_rings_longer_than_a_closed_one() -> None:
    """Open rings, closed does not."""
    assert hit(46).shape[0] > 4 * hit(42).shape[0]


def test_unknown_numbers_borrow_the_nearest_piece() -> None:
    """58 (vibraslap) has no sound of its own and takes a neighbour's."""
    assert 58 not in PIECES
    assert piece(58) in (PIECES[57], PIECES[59])


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 96_000])
def test_the_kit_works_at_other_rates(rate_hz: int) -> None:
    """Filters stay below the Nyquist frequency of low rates."""
    for number in (36, 38, 42, 49, 81):
        samples = strike(number, force=0.9, sample_rate_hz=rate_hz, rng=np.random.default_rng(0))
        assert np.isfinite(samples).all()
