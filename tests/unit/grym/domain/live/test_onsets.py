"""Onsets of a stream, on curves whose peaks are known."""

import numpy as np

from grym.domain.live.onsets import OnsetPicker

RATE_HZ = 86.1328125


def bumps(at: list[int], length: int) -> np.ndarray:
    """A curve with a peak of 1 at given frames, half on both sides."""
    curve = np.zeros(length)
    for frame in at:
        curve[frame - 1 : frame + 2] += [0.5, 1.0, 0.5]
    return curve


def picked(curve: np.ndarray, block: int) -> list[float]:
    """Onset times of a curve that comes in blocks."""
    picker = OnsetPicker(RATE_HZ)
    return [onset.at_s for first in range(0, len(curve), block) for onset in picker.push(curve[first : first + block])]


def test_each_peak_is_one_onset_whatever_the_blocks() -> None:
    """Peaks are told once, near where their rise begins, for blocks of any size."""
    peaks = [40, 60, 100, 180]
    whole = picked(bumps(peaks, 250), 250)
    np.testing.assert_allclose(whole, np.array(peaks) / RATE_HZ, atol=0.025)
    for block in (1, 9, 50):
        np.testing.assert_allclose(picked(bumps(peaks, 250), block), whole, atol=1e-9)


def test_ripples_are_no_onsets() -> None:
    """What is a hundredth of the peaks stays silent, as does silence."""
    curve = bumps([40, 100], 250) + 0.005 * np.abs(np.sin(np.arange(250)))
    assert len(picked(curve, 9)) == 2
    assert picked(np.zeros(100), 9) == []


def test_restored_it_goes_on() -> None:
    """A picker restored in the middle of a rise tells the same onset."""
    curve = bumps([40, 60, 100], 150)
    picker = OnsetPicker(RATE_HZ)
    said = list(picker.push(curve[:60]))
    said += OnsetPicker.restored(RATE_HZ, picker.state()).push(curve[60:])
    assert [onset.at_s for onset in said] == picked(curve, 9)
