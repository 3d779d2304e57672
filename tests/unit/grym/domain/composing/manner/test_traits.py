"""The traits of a recording."""

import numpy as np
import pytest

from grym.domain.analysis import analyse
from grym.domain.composing.manner.heard_styles import LINKS, MEANS
from grym.domain.composing.manner.traits import COMPARED, swing_heard, traits_of
from grym.domain.signal import Signal

RATE_HZ = 44_100


def clicks(off_beat: float, *, beat_s: float = 0.5, beats: int = 40) -> Signal:
    """Return clicks on every beat and, softer, between them."""
    samples = np.zeros(round(beats * beat_s * RATE_HZ), dtype=np.float32)
    decay = np.exp(-np.arange(2000) / 200).astype(np.float32)
    noise = np.random.default_rng(1).standard_normal(2000).astype(np.float32) * decay
    for beat in range(beats):
        for place, level in ((0.0, 0.5), (off_beat, 0.2)):
            at = round((beat + place) * beat_s * RATE_HZ)
            samples[at : at + 2000] += level * noise[: len(samples) - at]
    return Signal(samples=samples[None], sample_rate_hz=RATE_HZ)


@pytest.mark.parametrize(("off_beat", "swing"), [(0.5, 0.0), (2 / 3, 1.0)])
def test_where_off_beats_lie_is_heard(off_beat: float, swing: float) -> None:
    """Clicks at the half are straight, clicks at two thirds are swung; tempo and onsets are those that were made."""
    traits = traits_of(analyse(clicks(off_beat)))
    assert traits.onsets_hz == pytest.approx(4.0, rel=0.1)
    if not traits.compound:
        assert traits.swing == pytest.approx(swing, abs=0.15)
        assert (traits.late > traits.half) == (swing > 0)


def test_swing_needs_off_beats() -> None:
    """Where hardly anything sounds between the beats there is nothing to be late."""
    assert swing_heard(np.zeros(50)) == 0.0
    assert swing_heard(np.array([])) == 0.0


def test_silence_has_traits() -> None:
    """A sound without beats, chords and energy is measured without an error, by finite numbers."""
    quiet = Signal(samples=np.zeros((1, RATE_HZ), dtype=np.float32), sample_rate_hz=RATE_HZ)
    assert np.isfinite(traits_of(analyse(quiet)).vector()).all()


def test_what_was_fitted_has_the_columns_that_are_compared() -> None:
    """Rows and links are as long as the vector."""
    assert {len(row) for row in (*MEANS.values(), *LINKS)} == {len(COMPARED)}
