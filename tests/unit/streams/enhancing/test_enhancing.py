"""Enhancing: accepted at once as long work, and answered with what was done or why the sound cannot be used."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from grym.domain.enhancing.report import Report as Done
from grym.domain.enhancing.report import Step
from grym.errors import InvalidAudioError
from grym.ports.effects import EnqueueJob
from grym.ports.enhancing import Enhanced
from schemas.body import ArtifactRef
from schemas.commands import EnhanceAudio
from schemas.envelope import Envelope
from schemas.events import AudioEnhanced, EnhancementProgressed
from streams.enhancing import Enhancing, EnhancingWork

T = TypeVar("T")
AUDIO = ArtifactRef(uri=f"artifact://sha256/{'0' * 64}", size_bytes=1, media_type="audio/wav")
DUE = datetime(2026, 1, 1, tzinfo=UTC)


def _command(**wish: Any) -> Envelope:
    return Envelope(
        id="one",
        source="test",
        type=EnhanceAudio.TYPE,
        subject="request",
        time=DUE,
        body=EnhanceAudio(audio=AUDIO, deadline_at=DUE, **wish),
        correlation_id="request",
    )


class InlinePool:
    """Calls the work at once, in this process."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call `work`."""
        assert timeout_s > 0
        return work(*args)


class OneFile:
    """An artifact store that holds one sound and notes what is put in."""

    def __init__(self) -> None:
        self.kept: list[Path] = []

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Nobody stores bytes here."""
        raise NotADirectoryError(len(payload), media_type, samples, name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Note a file."""
        self.kept.append(path)
        return ArtifactRef(uri=AUDIO.uri, size_bytes=1, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Nobody reads bytes here."""
        raise NotADirectoryError(ref.uri)

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return where the sound lies."""
        assert ref == AUDIO
        return Path("sound.wav")


class OneFolder:
    """Scratch space that is one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Return the folder."""
        yield self._folder

    def told(self, folder: Path) -> tuple[str, float]:
        """Nobody tells anything here."""
        raise NotADirectoryError(folder)


class FakeBench:
    """A workbench that says what the test wants, or refuses."""

    def __init__(self, done: Enhanced | None) -> None:
        self._done = done
        self.asked: list[tuple[tuple[str, ...], bool]] = []

    def enhance(
        self, source: Path, *, stages: tuple[str, ...], dry_run: bool, max_seconds: float, folder: Path
    ) -> Enhanced:
        """Note the wish and answer."""
        assert (source, folder.is_dir(), max_seconds > 0) == (Path("sound.wav"), True, True)
        self.asked.append((stages, dry_run))
        if self._done is None:
            raise InvalidAudioError("no sound", code="audio.not_audio", hint="Send one.")
        return self._done


class Told:
    """A report that notes what it is told."""

    checkpoint = None

    def __init__(self) -> None:
        self.stages: list[str] = []

    async def __call__(self, stage: str, share: float) -> None:
        """Note a stage."""
        assert 0.0 <= share <= 1.0
        self.stages.append(stage)

    def follow(self, told: Callable[[], tuple[str, float]] | None) -> None:
        """Take whom to ask."""

    async def keep(self, checkpoint: bytes, *, holds: Sequence[str] = ()) -> None:
        """Nobody keeps anything here."""
        raise NotADirectoryError(checkpoint, holds)


def _done(sound: Path | None) -> Enhanced:
    step = Step(stage="hum", outcome="kept", found={"hum_dbfs": -40.0})
    report = Done(kept="enhanced" if sound else "original", before={"a": 1.0}, after={"a": None}, steps=(step,))
    return Enhanced(report=report, sound=sound, length_samples=88_200, sample_rate_hz=44_100, channels=2)


def _work(folder: Path, bench: FakeBench) -> tuple[EnhancingWork, OneFile]:
    store = OneFile()
    return EnhancingWork(artifacts=store, scratch=OneFolder(folder), cpu=InlinePool(), workbench=bench), store


async def test_a_repair_is_accepted_as_long_work() -> None:
    """One job, named after request and run, with its deadline; nothing is done yet."""
    decision = await Enhancing().process(_command(), None)
    (job,) = decision.effects
    assert isinstance(job, EnqueueJob)
    assert (job.kind, job.job_id, job.deadline_at, decision.outputs) == ("enhancing", "request:1:enhance", DUE, ())


async def test_what_was_done_is_told_with_the_better_sound(tmp_path: Path) -> None:
    """The wish reaches the workbench, and its report and file come back."""
    bench = FakeBench(_done(tmp_path / "better.wav"))
    work, store = _work(tmp_path, bench)
    told = Told()
    (output,) = await work.work(_command(stages=("hum",)), told)
    body = output.body
    assert isinstance(body, AudioEnhanced)
    assert (body.kept, body.duration_s, body.channels, body.steps[0].stage) == ("enhanced", 2.0, 2, "hum")
    assert body.audio is not None
    assert (body.audio.samples, store.kept, bench.asked) == (88_200, [tmp_path / "better.wav"], [(("hum",), False)])
    assert told.stages == ["measuring"]


async def test_an_original_that_is_kept_is_not_stored_again(tmp_path: Path) -> None:
    """No file, no artifact."""
    work, store = _work(tmp_path, FakeBench(_done(None)))
    (output,) = await work.work(_command(dry_run=True), Told())
    assert isinstance(output.body, AudioEnhanced)
    assert (output.body.audio, store.kept) == (None, [])


async def test_a_sound_that_is_none_is_answered_with_its_fault(tmp_path: Path) -> None:
    """The sender's mistake ends the request; it is not retried."""
    work, _ = _work(tmp_path, FakeBench(None))
    (output,) = await work.work(_command(), Told())
    assert isinstance(output.body, AudioEnhanced)
    assert output.body.fault is not None
    assert output.body.fault.code == "audio.not_audio"


def test_progress_is_an_event(tmp_path: Path) -> None:
    """Stage and share travel."""
    work, _ = _work(tmp_path, FakeBench(None))
    assert work.progress(_command(), "hum", 0.5) == EnhancementProgressed(stage="hum", share=0.5)


@pytest.mark.parametrize("stages", [("hum", "hum"), ("magic",)])
def test_impossible_stages_are_refused_before_anything_is_published(stages: tuple[str, ...]) -> None:
    """A stage that is not there, or twice, is the sender's mistake."""
    from grym.errors import InvalidRequestError
    from schemas.commands import RequestEnhancement
    from streams.coordinator.bounds import check_bounds

    with pytest.raises(InvalidRequestError) as refused:
        check_bounds(RequestEnhancement(audio=AUDIO, stages=stages))
    assert refused.value.code == "request.stages"
