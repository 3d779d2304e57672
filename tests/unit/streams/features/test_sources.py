"""What a source is made of: scores read, sounds written down, the rest refused as an answer."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.signal import Signal
from grym.errors import GrymError, InvalidAudioError, PermanentError
from schemas.body import ArtifactRef
from schemas.commands import StudySource
from schemas.events import SourceStudied
from streams.features.sources import SOURCE, Sources
from streams.features.studying import unpack

T = TypeVar("T")
RATE_HZ = 22_050
MIDI = ArtifactRef(uri="artifact://midi", size_bytes=1, media_type="audio/midi")
SOUND = ArtifactRef(uri="artifact://sound", size_bytes=1, media_type="audio/wav")
WALTZ = compose(plan(Wish(prompt="a waltz in D minor, 150 bpm", seconds=8.0), seed=1), seed=1)


class InlinePool:
    """Calls the work at once and remembers how long it might have taken."""

    def __init__(self) -> None:
        self.timeouts_s: list[float] = []

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call `work`."""
        self.timeouts_s.append(timeout_s)
        return work(*args)


class Store:
    """Payloads by address."""

    def __init__(self, **payloads: bytes) -> None:
        self.payloads = {f"artifact://{name}": payload for name, payload in payloads.items()}

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a payload."""
        self.payloads[f"artifact://{name}"] = payload
        return ArtifactRef(
            uri=f"artifact://{name}", size_bytes=len(payload), media_type=media_type, samples=samples, name=name
        )

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Nobody stores files here."""
        raise NotADirectoryError(path, media_type, samples, name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a payload."""
        return self.payloads[ref.uri]

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return a path that only the door reads."""
        return Path(ref.uri)


class Door:
    """Plays a tune of plain tones in four, or raises."""

    def __init__(self, error: GrymError | None = None) -> None:
        self.error = error

    def read_signal(self, path: Path, *, max_seconds: float) -> Signal:
        """Return the sound."""
        del path, max_seconds
        if self.error:
            raise self.error
        times = np.arange(RATE_HZ // 2) / RATE_HZ
        tones = [
            np.exp(-4 * times) * np.sin(2 * np.pi * 440.0 * 2 ** (step / 12) * times)
            for step in (0, 2, 4, 5, 7, 5, 4, 2) * 3
        ]
        return Signal(samples=(0.4 * np.concatenate(tones)).astype(np.float32)[None], sample_rate_hz=RATE_HZ)


async def studied(
    source: ArtifactRef, payload: bytes = b"", *, door: Door | None = None
) -> tuple[SourceStudied, Store]:
    """Study a source; return the answer and what was stored."""
    store = Store(midi=payload)
    sources = Sources(artifacts=store, cpu=InlinePool(), door=door or Door())
    return await sources.studied(StudySource(source=source)), store


async def test_a_score_is_read_and_kept_packed() -> None:
    """Its facts travel with the answer, its notes by reference."""
    answer, store = await studied(MIDI, score_to_midi(WALTZ))
    assert answer.facts is not None
    assert answer.score is not None
    assert (answer.facts.made_of, answer.facts.tempo_bpm, answer.facts.metre.beats) == ("midi", 150.0, 3)
    assert answer.score.media_type == SOURCE
    kept = unpack(store.payloads[answer.score.uri])
    assert sum(len(part.notes) for part in kept.score.parts) == sum(len(part.notes) for part in WALTZ.parts)
    assert kept.facts.style == answer.facts.style


async def test_a_sound_is_written_down_and_told_by_ear() -> None:
    """With the styles it may be in, what was measured, and how sure everything is."""
    answer, _ = await studied(SOUND)
    assert answer.facts is not None
    assert answer.facts.made_of == "sound"
    assert len(answer.facts.styles) == 3
    assert answer.facts.traits["onsets_hz"] == pytest.approx(2.0, rel=0.3)
    assert set(answer.facts.sure) >= {"tempo", "metre", "key", "notes", "style"}


@pytest.mark.parametrize(
    ("source", "payload", "error", "code"),
    [
        (MIDI, b"", None, "score.empty"),
        (MIDI, b"no score at all", None, "score.unknown"),
        (SOUND, b"", InvalidAudioError("broken", code="audio.unreadable"), "audio.unreadable"),
    ],
)
async def test_what_cannot_be_used_is_answered_with_its_fault(
    source: ArtifactRef, payload: bytes, error: GrymError | None, code: str
) -> None:
    """A refusal is an answer: nothing is tried again, and nothing is stored."""
    answer, store = await studied(source, payload, door=Door(error))
    assert answer.fault is not None
    assert answer.fault.code == code
    assert (answer.facts, answer.score) == (None, None)
    assert set(store.payloads) == {"artifact://midi"}


async def test_what_is_our_fault_is_no_answer() -> None:
    """Whoever retries or gives up decides about any other error."""
    with pytest.raises(PermanentError):
        await studied(SOUND, door=Door(PermanentError("ours", code="test.ours")))


async def test_a_long_sound_may_take_longer() -> None:
    """A full analysis takes seconds a minute of sound."""
    pool = InlinePool()
    sources = Sources(artifacts=Store(), cpu=pool, door=Door())
    for max_seconds in (60.0, 600.0):
        await sources.studied(StudySource(source=SOUND, max_seconds=max_seconds))
    assert pool.timeouts_s[1] > pool.timeouts_s[0] > 0
