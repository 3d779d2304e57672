"""Pattern memory: kept once, recognised when it is the same, lent when it was liked."""

import io
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from grym.ports.effects import KeepPattern
from grym.ports.patterns import StoredPattern
from schemas.body import ArtifactRef, MotifData
from schemas.commands import RecallPatterns, RememberPatterns
from schemas.events import FeedbackGiven, PatternsRecalled, PatternsRemembered
from streams.patterns import Patterns, Remembered

MOTIF = MotifData(intervals=(2, 2, -4), durations_beats=(1.0, 0.5, 0.5, 2.0))


class FakeArtifacts:
    """Payloads in a dictionary."""

    def __init__(self) -> None:
        self.payloads: dict[str, bytes] = {}

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a payload under its number."""
        uri = f"artifact://sha256/{len(self.payloads):064x}"
        self.payloads[uri] = payload
        return ArtifactRef(uri=uri, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Nobody stores files here."""
        raise FileNotFoundError(path, media_type, samples, name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a payload."""
        return self.payloads[ref.uri]

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Nobody asks for paths here."""
        raise FileNotFoundError(ref.uri)


class FakeStore:
    """Patterns in a list, as the runner would have kept them."""

    def __init__(self) -> None:
        self.kept: list[KeepPattern] = []

    async def patterns(self, collection: str, *, kind: str, limit: int) -> list[StoredPattern]:
        """Return the patterns of a kind."""
        return [_stored(kept) for kept in self.kept if (kept.collection, kept.kind) == (collection, kind)][:limit]


def _stored(kept: KeepPattern) -> StoredPattern:
    vectors = np.frombuffer(kept.vectors, dtype="<f4").reshape(-1, kept.vector_dim or 1)
    return StoredPattern(
        pattern_id=kept.pattern_id,
        collection=kept.collection,
        kind=kept.kind,
        name=kept.name,
        extractor=kept.extractor,
        vectors=vectors,
        motif=kept.motif,
        tags=kept.tags,
    )


class Memory:
    """The processor with its store, applying what it decides."""

    def __init__(self, event: Any) -> None:
        self.event = event
        self.store, self.artifacts = FakeStore(), FakeArtifacts()
        self.patterns = Patterns(store=self.store, artifacts=self.artifacts)
        self.states: dict[str, Remembered] = {}

    async def take(self, body: Any, *, subject: str = "r1") -> list[Any]:
        """Decide one event and apply it."""
        envelope = self.event(body, subject=subject)
        key = self.patterns.state_key(envelope)
        decision = await self.patterns.process(envelope, self.states.get(key) if key else None)
        if decision.state is not None and key:
            self.states[key] = decision.state
        known = {kept.pattern_id for kept in self.store.kept}
        self.store.kept += [
            effect for effect in decision.effects if isinstance(effect, KeepPattern) and effect.pattern_id not in known
        ]
        return [output.body for output in decision.outputs]

    async def windows(self, vectors: NDArray[np.float32]) -> ArtifactRef:
        """Store windows as the features processor does."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, vectors=vectors, starts_s=np.arange(len(vectors)))
        return await self.artifacts.put(buffer.getvalue(), media_type="application/x-npz")

    async def keep(self, vectors: NDArray[np.float32], *, subject: str = "r1", name: str = "piece") -> list[Any]:
        """Remember a piece."""
        command = RememberPatterns(
            windows=await self.windows(vectors), motifs=(MOTIF,), name=name, style="nocturne", mode="minor"
        )
        return await self.take(command, subject=subject)


@pytest.fixture
def memory(event: Any) -> Memory:
    """Return an empty memory."""
    return Memory(event)


def windows(seed: int, count: int = 8) -> NDArray[np.float32]:
    """Return random unit rows."""
    rows = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


async def test_a_piece_leaves_its_windows_and_motifs(memory: Memory) -> None:
    """Both are kept, with where they came from."""
    (remembered,) = await memory.keep(windows(1))
    assert isinstance(remembered, PatternsRemembered)
    assert [kept.kind for kept in memory.store.kept] == ["windows", "motif"]
    assert {kept.request_id for kept in memory.store.kept} == {"r1"}
    assert remembered.pattern_ids == tuple(kept.pattern_id for kept in memory.store.kept)


async def test_the_same_piece_is_remembered_once(memory: Memory) -> None:
    """Patterns are named by their content."""
    first = await memory.keep(windows(1))
    second = await memory.keep(windows(1), subject="r2")
    assert first == second
    assert len(memory.store.kept) == 2


async def test_a_known_sound_is_recognised_with_its_place(memory: Memory) -> None:
    """An excerpt is found where it was cut, and says why."""
    await memory.keep(windows(1, 12), name="the one")
    await memory.keep(windows(2, 12), subject="r2", name="another")
    query = await memory.windows(windows(1, 12)[3:9])
    (answer,) = await memory.take(RecallPatterns(purpose="recognise", windows=query))
    assert isinstance(answer, PatternsRecalled)
    assert answer.known
    assert [match.name for match in answer.matches] == ["the one"]
    assert answer.matches[0].confidence > 0.99
    assert answer.matches[0].offset_s == 7.5
    assert "6 windows" in answer.matches[0].why
    assert answer.searched == 2


async def test_a_stranger_is_not_known(memory: Memory) -> None:
    """An unrelated sound does not match."""
    await memory.keep(windows(1))
    query = await memory.windows(windows(9))
    (answer,) = await memory.take(RecallPatterns(purpose="recognise", windows=query))
    assert answer == PatternsRecalled(known=False, searched=1)


async def test_unrated_pieces_lend_nothing(memory: Memory) -> None:
    """A seed keeps its meaning as long as nobody has said anything."""
    await memory.keep(windows(1))
    (answer,) = await memory.take(RecallPatterns(purpose="compose", style="nocturne", mode="minor", user="ann"))
    assert answer == PatternsRecalled(known=False)


async def test_a_liked_piece_lends_its_motifs_to_its_listener(memory: Memory) -> None:
    """Only to the user who liked it, in the same style and mode, and with its pattern id."""
    await memory.keep(windows(1))
    await memory.take(FeedbackGiven(user="ann", stars=5))
    question = RecallPatterns(purpose="compose", style="nocturne", mode="minor", user="ann")
    (answer,) = await memory.take(question)
    assert [motif.intervals for motif in answer.motifs] == [MOTIF.intervals]
    assert answer.motifs[0].pattern_id
    for other in ({"user": "bob"}, {"style": "waltz"}, {"mode": "major"}):
        (nothing,) = await memory.take(msgspec.structs.replace(question, **other))
        assert nothing.motifs == ()


@pytest.mark.parametrize("given", [FeedbackGiven(user="ann", stars=3), FeedbackGiven(user="ann", preferred_over="x")])
async def test_lukewarm_opinions_keep_nothing(memory: Memory, given: FeedbackGiven) -> None:
    """Four stars make a favourite; less does not."""
    await memory.keep(windows(1))
    await memory.take(given)
    assert "favourite" not in {kept.kind for kept in memory.store.kept}


async def test_liking_an_unknown_piece_changes_nothing(memory: Memory) -> None:
    """There is nothing to keep of a piece that was never remembered."""
    assert await memory.take(FeedbackGiven(user="ann", stars=5), subject="unknown") == []
    assert memory.store.kept == []
