"""Generation: plans from private text, pieces as jobs, and the piece itself made by the real composer."""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from grym.adapters.planning import RulePlanner
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Score
from grym.errors import PermanentError
from grym.ports.effects import EnqueueJob
from grym.ports.sound import AS_IT_IS, Recorded, Settings
from schemas.body import ArtifactRef
from schemas.commands import GenerateMusic, MakePlan
from schemas.envelope import decode
from schemas.events import GenerationProgressed, MusicGenerated, PlanMade
from streams.generation import Generation, GenerationWork
from streams.generation.work import slug
from streams.translate import plan_to_wire

T = TypeVar("T")
PROMPT = "a calm piano nocturne in D minor, 70 bpm"
PLAN = plan_to_wire(plan(Wish(prompt=PROMPT, seconds=12.0), seed=7))


class FakeTexts:
    """Private text in a dictionary."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts

    async def text(self, ref: str) -> str | None:
        """Return a text."""
        return self.texts.get(ref)


def content(path: Path) -> bytes:
    """Return what is in a file; nothing where there is none."""
    return path.read_bytes() if path.is_file() else b""


class FakeStore:
    """Artifacts by digest."""

    def __init__(self) -> None:
        self.payloads: dict[str, bytes] = {}

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a payload."""
        uri = f"artifact://sha256/{hashlib.sha256(payload).hexdigest()}"
        self.payloads[uri] = payload
        return ArtifactRef(uri=uri, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a file; its name where the fake studio has written none."""
        payload = content(path) or path.name.encode()
        return await self.put(payload, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a payload."""
        if ref.uri not in self.payloads:
            raise PermanentError("it was swept", code="artifact.missing")
        return self.payloads[ref.uri]

    def lose(self, uri: str) -> None:
        """Forget a payload."""
        del self.payloads[uri]

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Nobody asks for paths here."""
        raise FileNotFoundError(ref.uri)


class InlinePool:
    """Calls the work at once, in this process."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call `work`."""
        assert timeout_s > 0
        return work(*args)


class FakeStudio:
    """Says what it was asked to perform."""

    def __init__(self) -> None:
        self.performed: list[tuple[Score, str, int]] = []
        self.settings: list[Settings] = []

    def record(self, score: Score, *, backend: str, seed: int, folder: Path, settings: Settings = AS_IT_IS) -> Recorded:
        """Name a mix and one stem per part."""
        self.performed.append((score, backend, seed))
        self.settings.append(settings)
        return Recorded(
            mix=folder / "mix.wav",
            stems=tuple((part.name, folder / f"{number}.wav") for number, part in enumerate(score.parts)),
            backend="synth",
            sample_rate_hz=44_100,
            length_samples=44_100 * 13,
            provenance={"fallback": "no SoundFont"},
            timings_s={"render": 0.5},
        )

    def engrave(self, musicxml: str) -> list[str]:
        """Return one page."""
        return [f"<svg><!-- {len(musicxml)} --></svg>"]


class FolderDesk:
    """Hands out one folder and remembers whether it is open."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.open = False

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Open the folder."""
        self.open = True
        try:
            yield self.path
        finally:
            self.open = False

    def told(self, folder: Path) -> tuple[str, float]:
        """Tell that half is done."""
        assert folder == self.path
        return "performing", 0.5


class Reports:
    """What a worker told about its progress."""

    def __init__(self, checkpoint: bytes | None = None) -> None:
        self.told: list[tuple[str, float]] = []
        self.followed: list[tuple[str, float]] = []
        self.checkpoint = checkpoint
        self.kept: list[tuple[bytes, tuple[str, ...]]] = []

    async def __call__(self, stage: str, share: float) -> None:
        """Note a report."""
        self.told.append((stage, share))

    def follow(self, told: Callable[[], tuple[str, float]] | None) -> None:
        """Note what would be asked now."""
        if told is not None:
            self.followed.append(told())

    async def keep(self, checkpoint: bytes, *, holds: Sequence[str] = ()) -> None:
        """Note a checkpoint."""
        self.kept.append((checkpoint, tuple(holds)))


async def made(
    event: Any, tmp_path: Path, command: GenerateMusic, *, checkpoint: bytes | None = None
) -> tuple[MusicGenerated, FakeStudio, Reports]:
    """Run the work for a command."""
    studio, reports, desk = FakeStudio(), Reports(checkpoint), FolderDesk(tmp_path)
    work = GenerationWork(artifacts=FakeStore(), scratch=desk, cpu=InlinePool(), studio=studio)
    (output,) = await work.work(event(command), reports)
    assert not desk.open
    assert isinstance(output.body, MusicGenerated)
    return output.body, studio, reports


def command_for(prompt_ref: str = "text://r1/prompt") -> MakePlan:
    """Return a planning command."""
    return MakePlan(prompt_ref=prompt_ref, seconds=12.0, seed=7, parameters={"density": 0.9})


async def test_a_plan_is_made_from_the_private_text(event: Any) -> None:
    """The prompt comes by reference, the learned parameters with the command."""
    texts = FakeTexts(**{"text://r1/prompt": PROMPT})
    decision = await Generation(planner=RulePlanner(), texts=texts).process(event(command_for()), None)
    (output,) = decision.outputs
    assert isinstance(output.body, PlanMade)
    made_plan = output.body.plan
    assert (made_plan.style, made_plan.tempo_bpm, made_plan.tonality.tonic) == ("nocturne", 70.0, 2)
    assert made_plan.parameters["density"] == 0.9
    assert made_plan.planner.startswith("rules/")


async def test_an_erased_prompt_is_no_reason_to_try_again(event: Any) -> None:
    """What was erased stays erased: a permanent error with a remedy."""
    with pytest.raises(PermanentError) as caught:
        await Generation(planner=RulePlanner(), texts=FakeTexts()).process(event(command_for()), None)
    assert caught.value.code == "prompt.erased"
    assert caught.value.hint


async def test_a_piece_is_accepted_as_a_job(event: Any) -> None:
    """Nothing is made now; the job carries the whole command and one name per run and round."""
    cause = event(GenerateMusic(plan=PLAN, seed=7, round=2), run_no=3)
    decision = await Generation(planner=RulePlanner(), texts=FakeTexts()).process(cause, None)
    (job,) = decision.effects
    assert decision.outputs == ()
    assert isinstance(job, EnqueueJob)
    assert (job.job_id, job.kind, job.run_no, job.tenant) == ("r1:3:2", "generation", 3, "acme")
    assert decode(job.message).body == cause.body


async def test_a_piece_is_composed_performed_and_stored(event: Any, tmp_path: Path) -> None:
    """Score, page, mix and one stem per part, with what made them."""
    body, studio, reports = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=7))
    (performed,) = studio.performed
    assert performed[1:] == ("auto", 7)
    assert [stem.name for stem in body.stems] == [slug(part.name) for part in performed[0].parts]
    assert body.audio is not None
    assert (body.audio.samples, body.audio.media_type) == (44_100 * 13, "audio/wav")
    assert (body.backend, body.provenance, body.duration_s) == ("synth", {"fallback": "no SoundFont"}, 13.0)
    assert {check.name for check in body.score_checks} >= {"music.in_key", "music.ends_on_cadence"}
    assert body.motifs
    assert len(body.pages) == 1
    assert [stage for stage, _ in reports.told] == ["composing", "performing", "storing"]
    assert [share for _, share in reports.told] == sorted(share for _, share in reports.told)
    ((stage, share),) = reports.followed
    assert (stage, round(share, 6)) == ("performing", 0.6)


async def test_a_score_alone_makes_no_sound(event: Any, tmp_path: Path) -> None:
    """Backend `score` performs nothing and says so."""
    body, studio, _ = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=7, backend="score"))
    assert studio.performed == []
    assert (body.audio, body.stems, body.backend, body.sample_rate_hz) == (None, (), "score", None)
    assert body.duration_s == pytest.approx(12.0, rel=0.2)


async def test_the_same_seed_gives_the_same_midi(event: Any, tmp_path: Path) -> None:
    """Repeating the work after a crash stores the same artifact; another seed stores another."""
    first, _, _ = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=7))
    again, _, _ = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=7))
    other, _, _ = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=8))
    assert first.midi == again.midi
    assert first.midi.uri != other.midi.uri


async def test_a_piece_on_paper_is_only_performed_after_a_crash(event: Any, tmp_path: Path) -> None:
    """The next try gives the same piece without composing, and holds on to the papers meanwhile."""
    command = GenerateMusic(plan=PLAN, seed=7)
    whole, first, reports = await made(event, tmp_path, command)
    ((checkpoint, holds),) = reports.kept
    assert len(checkpoint) < 50_000
    papers = (whole.midi, whole.musicxml, *whole.pages)
    assert set(holds) == {paper.uri for paper in papers}
    resumed, again, later = await made(event, tmp_path, command, checkpoint=checkpoint)
    assert resumed == whole
    assert again.performed == first.performed
    assert [stage for stage, _ in later.told] == ["performing", "storing"]
    assert later.kept == []


@pytest.mark.parametrize("checkpoint", [b"", b"broken", zlib.compress(b"broken"), zlib.compress(b"\x80")])
async def test_an_unreadable_checkpoint_is_none(event: Any, tmp_path: Path, checkpoint: bytes) -> None:
    """Another version of the code may have kept it: the piece is made anew."""
    whole, _, _ = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=7))
    again, _, reports = await made(event, tmp_path, GenerateMusic(plan=PLAN, seed=7), checkpoint=checkpoint)
    assert again == whole
    assert [stage for stage, _ in reports.told] == ["composing", "performing", "storing"]


async def test_a_job_carries_the_requests_priority_and_deadline(event: Any) -> None:
    """The queue needs them without reading the command."""
    due_at = datetime(2026, 1, 1, tzinfo=UTC)
    cause = event(GenerateMusic(plan=PLAN, seed=7, priority=3, deadline_at=due_at))
    decision = await Generation(planner=RulePlanner(), texts=FakeTexts()).process(cause, None)
    (job,) = decision.effects
    assert isinstance(job, EnqueueJob)
    assert (job.priority, job.deadline_at) == (3, due_at)


def test_progress_tells_stage_share_and_round(event: Any, tmp_path: Path) -> None:
    """A report becomes an event of the round it belongs to."""
    work = GenerationWork(artifacts=FakeStore(), scratch=FolderDesk(tmp_path), cpu=InlinePool(), studio=FakeStudio())
    body = work.progress(event(GenerateMusic(plan=PLAN, seed=7, round=2)), "performing", 0.3)
    assert body == GenerationProgressed(stage="performing", share=0.3, round=2)


@pytest.mark.parametrize(("name", "expected"), [("Nylon Guitar", "nylon-guitar"), ("drums", "drums"), ("«»", "part")])
def test_names_become_slugs(name: str, expected: str) -> None:
    """Only letters, digits and hyphens are left."""
    assert slug(name) == expected
