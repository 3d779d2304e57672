"""Silence, offset and clipping, told when they begin and end."""

import numpy as np
import pytest

from grym.domain.live.alerts import Alerts
from grym.domain.live.conditions import Conditions
from grym.domain.live.facts import Alert
from grym.domain.signal import FloatArray
from tests.support.live import MONO

STEP = MONO.window_samples


def watched(windows: list[FloatArray], *, restored_at: int = -1) -> list[Alert]:
    """What is told of windows and their end."""
    conditions, alerts, told = Conditions(MONO), Alerts(), []
    for number, samples in enumerate(windows):
        conditions.window(number, samples[None], alerts)
        told += list(alerts.due(number))
        if number == restored_at:
            conditions = Conditions.restored(MONO, conditions.state())
    conditions.finish(len(windows), alerts)
    return [*told, *alerts.due(len(windows), all_of_them=True)]


def tone(level: float, *, offset: float = 0.0) -> FloatArray:
    """A window of a sine that fits into it."""
    wave = level * np.sin(2.0 * np.pi * 50.0 * np.arange(STEP) / STEP) + offset
    return wave.astype(np.float32)


QUIET, LOUD = tone(1e-4), tone(0.3)


def test_an_hour_of_silence_is_told_twice() -> None:
    """Once when it is two seconds old, once with its length when it is over."""
    told = watched([LOUD] * 10 + [QUIET] * 36_000 + [LOUD] * 10)
    assert [(alert.name, alert.over) for alert in told] == [("silence", False), ("silence", True)]
    assert told[0].at_s == pytest.approx(1.0)
    assert told[1].duration_s == pytest.approx(3_600.0)
    assert told[1].count == 1


def test_rests_are_no_silence() -> None:
    """Nineteen silent windows between sounds are music."""
    assert watched([LOUD, *[QUIET] * 19, LOUD] * 3) == []


def test_silence_to_the_end_has_its_length() -> None:
    """What lasts until the stream ends is told then."""
    told = watched([QUIET] * 50)
    assert told[-1].over
    assert told[-1].duration_s == pytest.approx(5.0)


def test_an_offset_is_told_when_it_comes_and_goes() -> None:
    """A waveform off centre by 5 % for ten seconds."""
    told = watched([LOUD] * 40 + [tone(0.3, offset=0.05)] * 100 + [LOUD] * 60)
    assert [(alert.name, alert.over) for alert in told] == [("dc", False), ("dc", True)]
    assert told[1].duration_s == pytest.approx(10.0, abs=3.0)


def test_low_tones_are_no_offset() -> None:
    """A tone of 7 Hz swings over many windows and means nothing over three seconds."""
    wave = (0.5 * np.sin(2.0 * np.pi * 7.0 * np.arange(100 * STEP) / MONO.sample_rate_hz)).astype(np.float32)
    assert watched(list(wave.reshape(100, STEP))) == []


def test_flat_tops_are_counted() -> None:
    """A sine cut off at full scale has two flat tops a period: a hundred in each window of 50 periods."""
    cut = np.clip(tone(2.0), -1.0, 1.0)
    told = watched([cut] * 3)
    assert told[-1].name == "clipping"
    assert told[-1].count == 300


@pytest.mark.parametrize("split", [1, 2, 3, 4])
@pytest.mark.parametrize("restored_at", [-1, 0])
def test_a_flat_top_across_windows_counts_once(split: int, restored_at: int) -> None:
    """Five samples at full scale, some in one window and the rest in the next."""
    wave = np.zeros(2 * STEP, dtype=np.float32)
    wave[STEP - split : STEP - split + 5] = 1.0
    told = watched(list(wave.reshape(2, STEP)), restored_at=restored_at)
    assert [alert.count for alert in told if alert.name == "clipping"] == [1]


def test_two_samples_at_full_scale_are_no_flat_top() -> None:
    """Peaks may touch full scale."""
    wave = LOUD.copy()
    wave[100:102] = 1.0
    assert watched([wave]) == []
