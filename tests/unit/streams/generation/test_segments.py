"""Segments of a performance: each is kept with all before it, and held while the checkpoint needs it."""

from pathlib import Path
from typing import Any

from grym.domain.composing.score import Metre, Score, Tonality
from grym.ports.generating import SEGMENT_SUFFIX, SEGMENTS
from schemas.body import ArtifactRef
from schemas.events import MusicGenerated
from streams.generation.checkpoint import Checkpoint, unpack
from streams.generation.segments import Segments
from tests.unit.streams.generation.test_generation import FakeStore, Reports


def paper(**changes: Any) -> Checkpoint:
    """Return an empty piece on paper."""
    ref = ArtifactRef(uri="artifact://sha256/" + "0" * 64, size_bytes=1, media_type="audio/midi")
    score = Score(
        title="",
        tempo_bpm=90.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(),
        chords=(),
        sections=(),
        length_ticks=480,
    )
    body = MusicGenerated(midi=ref, musicxml=ref, pages=(), backend="score", duration_s=1.0)
    return Checkpoint(score=score, body=body, **changes)


async def test_segments_land_one_after_the_other(tmp_path: Path) -> None:
    """Every checkpoint names all segments so far, in order, and holds each."""
    reports, store = Reports(), FakeStore()
    segments = Segments(artifacts=store, report=reports, paper=paper())
    await segments.lay_out(tmp_path)
    for name in ("one", "two"):
        path = tmp_path / SEGMENTS / f"{name}{SEGMENT_SUFFIX}"
        path.write_bytes(name.encode())
        await segments.land(path)
    last = unpack(reports.kept[-1][0])
    assert last is not None
    assert [ref.name for ref in last.segments] == ["one", "two"]
    assert {ref.uri for ref in last.segments} <= set(reports.kept[-1][1])


async def test_an_earlier_try_is_laid_out(tmp_path: Path) -> None:
    """What is still stored lies where the model looks; what was lost does not stop the rest."""
    store = FakeStore()
    there = await store.put(b"sound", media_type="application/zip", name="there")
    lost = ArtifactRef(uri="artifact://sha256/" + "1" * 64, size_bytes=5, media_type="application/zip", name="lost")
    await Segments(artifacts=store, report=Reports(), paper=paper(segments=(lost, there))).lay_out(tmp_path)
    assert [path.name for path in (tmp_path / SEGMENTS).iterdir()] == [f"there{SEGMENT_SUFFIX}"]
