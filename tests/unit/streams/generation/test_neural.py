"""Pieces played by neural models: refused before anything is composed, guided by the score's own sound."""

from pathlib import Path
from typing import Any

import pytest

from grym.errors import InvalidRequestError
from grym.ports.generating import SEGMENT_SUFFIX, SEGMENTS, Commission, Landed, NoMusicians, unknown_generator
from grym.ports.sound import Recorded
from schemas.commands import GenerateMusic
from schemas.events import MusicGenerated
from streams.generation import GenerationWork
from tests.unit.streams.generation.test_generation import (
    PLAN,
    FakeStore,
    FakeStudio,
    FolderDesk,
    InlinePool,
    Reports,
)


class OneMusician:
    """Plays `musicgen` without a guide and `stableaudio3` with one; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Commission] = []
        self.found: list[list[bytes]] = []

    async def takes_guide(self, backend: str) -> bool:
        """Know two models."""
        if backend not in {"musicgen", "stableaudio3/small"}:
            raise unknown_generator(backend, ["musicgen/m"])
        return backend == "stableaudio3/small"

    async def perform(self, commission: Commission, folder: Path, landed: Landed) -> Recorded:
        """Finish one more segment than there are, then name a mix."""
        self.asked.append(commission)
        there = sorted((folder / SEGMENTS).iterdir())
        self.found.append([path.read_bytes() for path in there])
        fresh = folder / SEGMENTS / f"s{len(there)}{SEGMENT_SUFFIX}"
        fresh.write_bytes(b"made of %d" % len(there))
        await landed(fresh)
        return Recorded(
            mix=folder / "mix.wav",
            stems=(),
            backend=commission.backend.partition("/")[0],
            sample_rate_hz=44_100,
            length_samples=44_100 * 12,
            provenance={"pretrained": "false"},
        )


async def played(event: Any, tmp_path: Path, backend: str) -> tuple[MusicGenerated, Commission, FakeStudio, Reports]:
    """Make the usual piece by a model."""
    studio, reports, musician = FakeStudio(), Reports(), OneMusician()
    work = GenerationWork(
        artifacts=FakeStore(), scratch=FolderDesk(tmp_path), cpu=InlinePool(), studio=studio, musicians=musician
    )
    (output,) = await work.work(event(GenerateMusic(plan=PLAN, seed=7, backend=backend)), reports)
    assert isinstance(output.body, MusicGenerated)
    (commission,) = musician.asked
    return output.body, commission, studio, reports


async def test_the_score_is_written_and_the_model_plays(event: Any, tmp_path: Path) -> None:
    """Papers as ever, the sound of the model, no stems; the model is told plan, length and seed."""
    body, commission, studio, reports = await played(event, tmp_path, "musicgen")
    assert (body.backend, body.stems, body.provenance) == ("musicgen", (), {"pretrained": "false"})
    assert body.midi.size_bytes > 0
    assert body.audio is not None
    assert (commission.seed, commission.guide, commission.plan.style) == (7, None, PLAN.style)
    assert commission.seconds == pytest.approx(12.0, abs=2.0)
    assert studio.performed == []
    assert [stage for stage, _ in reports.told] == ["composing", "performing", "storing"]
    assert len(reports.kept) == 2


async def test_finished_segments_survive_a_crash(event: Any, tmp_path: Path) -> None:
    """Each is kept as it lands; the next try finds them before the model begins, but not one that was lost."""
    store, musician = FakeStore(), OneMusician()
    command = event(GenerateMusic(plan=PLAN, seed=7, backend="musicgen"))
    kept: bytes | None = None
    for tried in ("first", "second", "third"):
        (tmp_path / tried).mkdir()
        reports = Reports(kept)
        work = GenerationWork(
            artifacts=store,
            scratch=FolderDesk(tmp_path / tried),
            cpu=InlinePool(),
            studio=FakeStudio(),
            musicians=musician,
        )
        await work.work(command, reports)
        kept, holds = reports.kept[-1]
        if tried == "second":
            store.lose(holds[-1])
    assert musician.found == [[], [b"made of 0"], [b"made of 0"]]


async def test_a_model_that_can_is_given_the_sound_of_the_score(event: Any, tmp_path: Path) -> None:
    """The studio performs the score first, into a folder of its own, and the model hears that."""
    body, commission, studio, _ = await played(event, tmp_path, "stableaudio3/small")
    assert body.backend == "stableaudio3"
    assert (commission.guide, commission.guide_backend) == (tmp_path / "guide" / "mix.wav", "synth")
    assert [(backend, seed) for _, backend, seed in studio.performed] == [("auto", 7)]


@pytest.mark.parametrize("musicians", [OneMusician(), None, NoMusicians()])
async def test_a_model_that_is_not_here_is_refused_before_anything_is_made(
    event: Any, tmp_path: Path, musicians: OneMusician | None
) -> None:
    """Nothing is composed, and nothing plays in its place."""
    reports = Reports()
    work = GenerationWork(
        artifacts=FakeStore(),
        scratch=FolderDesk(tmp_path),
        cpu=InlinePool(),
        studio=FakeStudio(),
        musicians=musicians,
    )
    with pytest.raises(InvalidRequestError) as caught:
        await work.work(event(GenerateMusic(plan=PLAN, seed=7, backend="acestep")), reports)
    assert caught.value.code == "model.unknown"
    assert "--backend auto" in caught.value.hint
    assert reports.told == []
