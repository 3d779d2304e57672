"""Rating: real checks of real sounds through the worker's function, and what the plan promised."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.signal import Signal
from grym.errors import InvalidAudioError
from schemas.body import ArtifactRef, CheckResult, Fault
from schemas.commands import RateQuality
from schemas.events import AudioRefused, QualityRated
from schemas.music import AnalysisSummary
from streams.quality import Quality
from streams.translate import plan_to_wire

T = TypeVar("T")
RATE_HZ = 44_100
AUDIO = ArtifactRef(uri=f"artifact://sha256/{'0' * 64}", size_bytes=1, media_type="audio/wav")
GOOD = CheckResult(name="music.in_key", value=1.0, required=">= 0.9", unit="share", passed=True, advice="")


class InlinePool:
    """Calls the work at once, in this process."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call `work`."""
        assert timeout_s > 0
        return work(*args)


class FakeArtifacts:
    """Every artifact lies at one path."""

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Nobody stores anything here."""
        raise NotADirectoryError(len(payload), media_type, samples, name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Nobody stores anything here."""
        raise NotADirectoryError(path, media_type, samples, name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Nobody reads bytes here."""
        raise NotADirectoryError(ref.uri)

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return the one path."""
        return Path(ref.name or "sound")


class FakeDoor:
    """Reads the sound the test made, or refuses it."""

    def __init__(self, samples: NDArray[np.float32] | None) -> None:
        self.samples = samples

    def read_signal(self, path: Path, *, max_seconds: float) -> Signal:
        """Return the sound."""
        assert max_seconds > 0
        if self.samples is None:
            raise InvalidAudioError(f"{path} is cut off", code="audio.truncated", hint="Send it again.")
        return Signal(samples=np.stack([self.samples, self.samples]), sample_rate_hz=RATE_HZ)


def noise() -> NDArray[np.float32]:
    """Return two seconds of white noise."""
    return np.random.default_rng(1).normal(0, 0.1, RATE_HZ * 2).astype(np.float32)


async def rate(event: Any, command: RateQuality, samples: NDArray[np.float32] | None) -> Any:
    """Rate a sound and return the answer."""
    quality = Quality(artifacts=FakeArtifacts(), cpu=InlinePool(), door=FakeDoor(samples))
    decision = await quality.process(event(command), None)
    (output,) = decision.outputs
    return output.body


@pytest.mark.parametrize(
    "samples",
    [
        noise(),
        np.zeros(RATE_HZ * 2, np.float32),
        (0.3 * np.sin(np.arange(RATE_HZ * 2) * 0.0627)).astype(np.float32),
        np.clip(noise() * 50, -1, 1).astype(np.float32),
        (noise() * 0.01 + 0.4).astype(np.float32),
    ],
    ids=["noise", "silence", "sine", "clipping", "offset"],
)
async def test_what_is_no_music_does_not_pass(event: Any, samples: NDArray[np.float32]) -> None:
    """Every failed check says what to change."""
    rated = await rate(event, RateQuality(purpose="recording", audio=AUDIO), samples)
    assert isinstance(rated, QualityRated)
    assert not rated.passed
    assert all(check.advice for check in rated.checks if not check.passed)


async def test_a_score_alone_is_rated_by_its_own_checks(event: Any) -> None:
    """Without sound the checks of the score decide."""
    command = RateQuality(purpose="composition", audio=None, score_checks=(GOOD,), round=2)
    rated = QualityRated(passed=True, checks=(GOOD,), round=2, profile="release")
    assert await rate(event, command, None) == rated


async def test_what_the_plan_promised_is_held_against_what_was_heard(event: Any) -> None:
    """Half the length and another tempo are two failed checks."""
    made = plan_to_wire(plan(Wish(prompt="a waltz at 90 bpm", seconds=30.0), seed=1))
    heard = AnalysisSummary(duration_s=15.0, sample_rate_hz=RATE_HZ, channels=2, tempo_bpm=113.0, tempo_confidence=0.9)
    rated = await rate(event, RateQuality(purpose="composition", audio=None, plan=made, analysis=heard), None)
    assert {check.name for check in rated.checks if not check.passed} == {"sound.length", "sound.tempo"}


async def test_deliverables_are_held_to_stricter_limits_than_recordings(event: Any) -> None:
    """A quiet sound may be somebody's recording, but grym does not deliver it."""
    quiet = (noise() * 0.05).astype(np.float32)
    ours = await rate(event, RateQuality(purpose="composition", audio=AUDIO), quiet)
    theirs = await rate(event, RateQuality(purpose="recording", audio=AUDIO), quiet)
    loudness = [next(check for check in r.checks if check.name == "signal.loudness") for r in (ours, theirs)]
    assert loudness[0].required != loudness[1].required


async def test_a_sound_that_is_none_is_refused(event: Any) -> None:
    """Its sender is to blame: an answer, not a failure."""
    refused = await rate(event, RateQuality(purpose="recording", audio=AUDIO), None)
    assert refused == AudioRefused(
        fault=Fault(code="audio.truncated", message="sound is cut off", hint="Send it again.")
    )
