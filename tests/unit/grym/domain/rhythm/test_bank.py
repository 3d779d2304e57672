"""The bank of tempi, fed with evidence whose period is known."""

import numpy as np
import pytest

from grym.domain.rhythm.bank import PulseBank

RATE_HZ = 86.1328125


def fed(bank: PulseBank, period: int, frames: int, *, start: int = 0) -> None:
    """Settle evidence that peaks every so many frames and falls off beside, ten frames at a time."""
    for first in range(start, start + frames, 10):
        at = np.arange(first, first + 10)
        away = np.minimum(at % period, period - at % period)
        bank.settle(np.maximum(-3.0, 4.0 - away))


@pytest.mark.parametrize("period", [30, 43, 86])
def test_most_is_collected_at_the_period_of_the_beats(period: int) -> None:
    """Of intervals up to one and a half periods, those within 4 % of the beats collect most."""
    bank = PulseBank(RATE_HZ)
    fed(bank, period, 1_000)
    near = bank.intervals < 1.5 * period
    best = bank.intervals[near][bank.collected()[near].argmax()]
    assert abs(np.log2(best / period)) < 0.06


def test_the_newest_beat_leads_on() -> None:
    """The best frame of the last period is the last clear one, to a frame."""
    bank = PulseBank(RATE_HZ)
    fed(bank, 40, 1_000)
    column = int(np.abs(bank.intervals - 40).argmin())
    assert int(bank.onward(column)[-40:].argmax()) in {39, 0, 1}


def test_what_was_long_ago_fades() -> None:
    """After half a minute of another tempo the first one collects less than the new one."""
    bank = PulseBank(RATE_HZ)
    fed(bank, 40, 1_000)
    fed(bank, 54, 3_000, start=1_000)
    old, new = (int(np.abs(bank.intervals - period).argmin()) for period in (40, 54))
    assert bank.collected()[new] > bank.collected()[old]


def test_a_restored_bank_goes_on_alike() -> None:
    """Scores after a restoration are the same bit for bit."""
    bank, other = PulseBank(RATE_HZ), PulseBank(RATE_HZ)
    fed(bank, 40, 500)
    other.restore(bank.state())
    fed(bank, 40, 200, start=500)
    fed(other, 40, 200, start=500)
    np.testing.assert_array_equal(bank.collected(), other.collected())
