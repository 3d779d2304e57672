"""The loop: several faults at once, what it says of them, and what it does not do."""

import numpy as np
import pytest

from grym.domain.enhancing.loop import enhance_sound
from grym.domain.enhancing.sound import Clean, Sound
from grym.domain.enhancing.stages import SURVEYS
from grym.domain.enhancing.whole import enhance
from grym.domain.reels import ArrayReel, Progress, nobody_asks
from grym.domain.signal import FloatArray, Signal
from tests.unit.grym.domain.enhancing.workshop import RATE_HZ, Samples, as_sound, hum, sdr_db


def _spoilt(piece: Samples) -> Samples:
    """Return the piece with noise and hum, cut at 8 dB below its peak."""
    noise = 0.004 * np.random.default_rng(7).standard_normal(piece.shape)
    dirty = piece + noise + hum(piece.shape[1])
    return np.clip(dirty, -0.2, 0.2).astype(np.float32)


def _signal(samples: Samples) -> Signal:
    return Signal(samples=samples, sample_rate_hz=RATE_HZ)


def test_a_noisy_humming_clipped_piece_gets_better(piece: Samples) -> None:
    """All three faults are repaired and told, and the result is nearer to the original."""
    spoilt = _spoilt(piece)
    better, report = enhance(_signal(spoilt))
    assert report.kept == "enhanced"
    assert {step.stage for step in report.steps if step.outcome == "kept"} >= {"declip", "hum", "denoise"}
    assert sdr_db(piece, better.samples) > sdr_db(piece, spoilt) + 3.0
    for name in ("clipped_per_s", "hum_dbfs", "noise_dbfs"):
        before, after = report.before[name], report.after[name]
        assert before is not None
        assert after is not None
        assert after < before


def test_a_clean_piece_is_the_very_one(piece: Samples) -> None:
    """Nothing is copied, nothing is changed, and every stage says why."""
    given = _signal(piece)
    better, report = enhance(given)
    assert better is given
    assert report.kept == "original"
    assert report.before == report.after
    assert all(step.outcome == "clean" and step.why for step in report.steps)


@pytest.mark.parametrize("gain", [0.005, 0.02, 1.0, 4.0])
def test_a_report_is_made_of_plain_numbers(gain: float, piece: Samples) -> None:
    """Every number of a report is one of Python's, since those of numpy do not travel."""
    _, report = enhance(_signal((gain * _spoilt(piece[:, : 6 * RATE_HZ])).astype(np.float32)))
    told = [*report.before.values(), *report.after.values(), *(v for step in report.steps for v in step.found.values())]
    assert {type(value) for value in told} <= {float, type(None)}


def test_only_the_stages_asked_for_are_used(piece: Samples) -> None:
    """A wish for one repair leaves other faults as they are."""
    _, report = enhance(_signal(_spoilt(piece)), stages=("hum",))
    assert {step.stage for step in report.steps} == {"hum"}


def test_a_look_changes_nothing(piece: Samples) -> None:
    """A dry run says what would be repaired and hands back the sound itself."""
    sound = as_sound(_spoilt(piece))
    better, report = enhance_sound(sound, lambda: pytest.fail("no reel is needed to look"), dry_run=True)
    assert better is sound
    assert {step.stage for step in report.steps if step.outcome == "planned"} >= {"declip", "denoise"}


def test_tops_that_rise_above_full_scale_are_lowered(piece: Samples) -> None:
    """A piece cut at full scale is declipped and then lowered, so that a file can hold it."""
    hot = np.clip(3.0 * piece, -1.0, 1.0).astype(np.float32)
    better, report = enhance(_signal(hot))
    assert np.abs(better.samples).max() <= 1.0
    assert any(step.stage == "loudness" and step.found.get("gain_db", 0.0) < 0.0 for step in report.steps)


def test_repairing_twice_is_repairing_once(piece: Samples) -> None:
    """What has been declipped, dehummed and centred has no such fault any more."""
    spoilt = np.clip(piece + hum(piece.shape[1]) + 0.02, -0.25, 0.3).astype(np.float32)
    stages = ("declip", "hum", "rumble")
    once, _ = enhance(_signal(spoilt), stages=stages)
    twice, report = enhance(once, stages=stages)
    assert report.kept == "original"
    assert twice is once


class Halving:
    """A repair that halves everything, music included, and says that this is what it wanted."""

    reach_samples = 0
    found = {"offset": 1.0, "rumble_dbfs": 0.0}  # noqa: RUF012 (nobody writes to it)

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return half of it."""
        del start
        return around * np.float32(0.5)


def test_a_repair_that_takes_music_away_is_undone(piece: Samples) -> None:
    """What was removed moves with the music, so the repair is undone and not tried again."""
    said: list[Halving | Clean] = [Halving(), Clean(why="Done.", found={"offset": 0.0, "rumble_dbfs": -200.0})]

    def survey(sound: Sound, progress: Progress = nobody_asks) -> Halving | Clean:
        del sound
        progress(1.0)
        return said.pop(0)

    sound = as_sound(piece)
    spare = ArrayReel(np.zeros_like(piece))
    better, report = enhance_sound(sound, lambda: spare, surveys={"rumble": survey})
    assert better is sound
    assert [step.outcome for step in report.steps] == ["undone"]
    assert "music" in report.steps[0].why


def test_somebody_who_stops_listening_stops_the_work(piece: Samples) -> None:
    """What `tell` raises passes through, between blocks."""

    class StoppedError(Exception):
        """Nobody waits any more."""

    def tell(stage: str, share: float) -> None:
        assert 0.0 <= share <= 1.0
        if stage == "declip":
            raise StoppedError

    with pytest.raises(StoppedError):
        enhance_sound(as_sound(_spoilt(piece)), lambda: ArrayReel(np.zeros_like(piece)), tell=tell, surveys=SURVEYS)
