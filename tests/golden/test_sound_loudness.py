"""Loudness meter conformance: the test signals of the EBU, made here, and the readings the EBU prescribes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grym.domain.loudness import measure_loudness
from grym.domain.signal import Signal

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "sound" / "bs1770.json").read_text(encoding="utf-8"))
TONE_HZ = 1_000.0


def signal_of(case: dict[str, Any]) -> Signal:
    """Make the stereo sine of a case, its phase running on across the changes of level."""
    rate_hz = GOLDEN["sample_rate_hz"]
    levels = np.concatenate([np.full(round(seconds * rate_hz), level) for level, seconds in case["parts"]])
    sine = 10.0 ** (levels / 20.0) * np.sin(2.0 * np.pi * TONE_HZ * np.arange(len(levels)) / rate_hz)
    return Signal(samples=np.stack([sine, sine]).astype(np.float32), sample_rate_hz=rate_hz)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_conformance(case: dict[str, Any]) -> None:
    """The reading is the prescribed one within the prescribed tolerance."""
    measured = measure_loudness(signal_of(case))
    if "integrated_lufs" in case:
        expected = pytest.approx(case["integrated_lufs"], abs=GOLDEN["integrated_tolerance_lu"])
        assert measured.integrated_lufs == expected
    if "range_lu" in case:
        assert measured.range_lu == pytest.approx(case["range_lu"], abs=GOLDEN["range_tolerance_lu"])
