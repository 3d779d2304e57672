"""From a pattern back to its sound, through the history of the request that made it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import soundfile

from grym.adapters.artifacts import FolderArtifacts
from grym.adapters.memory import open_memory
from grym.errors import InvalidPatternError
from grym.memory.journal.reembedding import Reembedder
from grym.memory.journal.writer import PatternWriter
from grym.ports.backend import Backend
from grym.ports.patterns import Origin
from grym.runtime.reembedding import Sounds, source_of
from schemas.body import ArtifactRef, Body
from schemas.commands import ExtractFeatures, RememberPatterns, TakeImprint
from schemas.envelope import Envelope, encode
from schemas.events import ImprintTaken
from tests.contract.fakes import LoopClock
from tests.contract.pattern_changes import record, stored

T = TypeVar("T")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RATE_HZ = 22_050


def ref(name: str) -> ArtifactRef:
    """Return a claim check."""
    return ArtifactRef(uri=f"artifact://sha256/{name}", size_bytes=1, media_type="x/y")


def event(event_id: str, body: Body, *, cause: str = "") -> Envelope:
    """Return an event of the request."""
    return Envelope(
        id=event_id,
        source="grym/x",
        type=type(body).TYPE,
        subject="r",
        time=NOW,
        body=body,
        correlation_id="r",
        causation_id=cause,
    )


def history(sound: ArtifactRef, *, imprint: ArtifactRef) -> list[Envelope]:
    """Return how a sound was learned, beside another one that was only looked at."""
    other = ref("other")
    return [
        event("take other", TakeImprint(audio=other)),
        event("other", ImprintTaken(imprint=ref("i"), extractor="old/1", duration_s=1.0), cause="take other"),
        event("take", TakeImprint(audio=sound)),
        event("taken", ImprintTaken(imprint=imprint, extractor="old/1", duration_s=1.0), cause="take"),
        event("remember", RememberPatterns(imprint=imprint), cause="taken"),
    ]


class Here:
    """Runs the work of worker processes in this one."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call it."""
        del timeout_s
        return work(*args)


def test_the_sound_is_the_one_that_the_command_named() -> None:
    """Not one that came before it."""
    events = history(ref("sound"), imprint=ref("imprint"))
    assert source_of([None, *events], "remember") == ref("sound")


@pytest.mark.parametrize("gone", ["take", "taken", "remember"])
def test_a_history_with_a_hole_leads_nowhere(gone: str) -> None:
    """Retention takes events in the order of their age."""
    events = [one for one in history(ref("sound"), imprint=ref("imprint")) if one.id != gone]
    assert source_of([*events], "remember") is None


def test_what_remembered_nothing_leads_nowhere() -> None:
    """Nor does what never was an answer."""
    events = [
        event("extract", ExtractFeatures(audio=ref("sound"))),
        event("remember", RememberPatterns(windows=ref("w"))),
    ]
    assert source_of([*events], "remember") is None
    assert source_of([*events], "extract") is None


@pytest.fixture
async def learned(tmp_path: Path) -> tuple[Backend, FolderArtifacts, ArtifactRef]:
    """Learn a tune, by hand, with numbers of an older extractor."""
    backend, artifacts = open_memory(LoopClock()), FolderArtifacts(tmp_path / "artifacts")
    seconds = np.arange(6 * RATE_HZ) / RATE_HZ
    tune = np.sin(2 * np.pi * 220 * 2 ** (np.floor(3 * seconds) * 7 % 12 / 12) * seconds) * 0.3
    file = tmp_path / "tune.wav"
    soundfile.write(file, tune, RATE_HZ)
    sound = await artifacts.put_file(file, media_type="audio/wav")
    events = history(sound, imprint=ref("imprint"))
    await backend.publisher.publish([encode(one) for one in events])
    origin = Origin(extractor="old/1", event_id="remember", request_id="r")
    await record(backend, stored("tune", origin=origin), stored("stranger"))
    return backend, artifacts, sound


async def test_a_recording_is_made_anew_from_its_sound(
    learned: tuple[Backend, FolderArtifacts, ArtifactRef],
) -> None:
    """With all that recognising needs."""
    backend, artifacts, _ = learned
    sounds = Sounds(backend.history, artifacts, Here())
    writer = PatternWriter(backend.work, LoopClock(), window_s=0.0)
    report = await Reembedder(backend.book, writer, LoopClock(), extractor="imprint/9", make=sounds.make).run(sample=0)
    assert (report.done, report.gone, report.failed) == (["tune"], ["stranger"], {})
    [pattern] = await backend.book.load(["tune"])
    assert (pattern.facts.origin.extractor, pattern.facts.duration_s) == ("imprint/9", 6.0)
    assert len(pattern.vectors) > 3
    assert len(pattern.imprint) > 100


async def test_a_sound_that_was_swept_is_gone(learned: tuple[Backend, FolderArtifacts, ArtifactRef]) -> None:
    """The pattern stays as it is."""
    backend, artifacts, sound = learned
    (await artifacts.local_path(sound)).unlink()
    [pattern] = await backend.book.load(["tune"])
    assert await Sounds(backend.history, artifacts, Here()).make(pattern.facts) is None


async def test_a_part_of_a_recording_stays_that_part(
    learned: tuple[Backend, FolderArtifacts, ArtifactRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the numbers of its own seconds, not of the whole; without such a part it keeps what it has."""
    backend, artifacts, _ = learned
    monkeypatch.setattr("streams.patterns.cutting.MAX_PATTERN_BYTES", 1000)
    monkeypatch.setattr("streams.patterns.cutting.MOST_PART_S", 3.0)
    [pattern] = await backend.book.load(["tune"])
    sounds = Sounds(backend.history, artifacts, Here())
    whole = await sounds.make(pattern.facts)
    assert whole is not None
    assert whole.duration_s == 6.0
    first = await sounds.make(replace(pattern.facts, tags={"part": "1/2", "start_s": "0.000"}))
    assert first is not None
    assert first.duration_s == pytest.approx(3.0, abs=0.1)
    with pytest.raises(InvalidPatternError) as raised:
        await sounds.make(replace(pattern.facts, tags={"part": "7/9", "start_s": "0.000"}))
    assert raised.value.code == "pattern.part"
