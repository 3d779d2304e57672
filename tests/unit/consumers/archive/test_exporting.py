"""Archives of a log: artifacts come along, records keep their bytes, and a log that is away is waited for."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from consumers.archive import importing, known_records
from consumers.archive.exporting import Archivist, Tally, survey
from consumers.archive.importing import ATTEMPTS, Importer
from consumers.archive.lines import FORMAT, Line, Opening, read_lines
from consumers.claims import ClaimDesk
from consumers.spans import merged
from grym.adapters.artifact_folder import FolderArtifacts
from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.errors import InvalidRequestError, TransientError
from grym.ports.backend import Backend
from grym.ports.log import Publisher
from schemas.catalogue import TOPICS
from schemas.commands import RequestAnalysis, RequestComposition
from schemas.envelope import decode
from schemas.imported import is_imported, unmarked
from schemas.records import Message, Record
from tests.contract.fakes import message

NAMES = tuple(topic.name for topic in TOPICS)
OPENING = Opening(format=FORMAT, grym="1", topics=NAMES)


def _ignore(tally: Tally) -> None:
    del tally


async def _written(backend: Backend, artifacts: FolderArtifacts | None) -> tuple[list[bytes], Tally]:
    lines: list[bytes] = []
    archivist = Archivist(lines.append, artifacts=artifacts)
    archivist.open(OPENING)
    records = merged(backend.log, after={}, upto=await backend.log.ends(NAMES))
    await archivist.add_all(records, watch=_ignore)
    archivist.close()
    return lines, archivist.tally


class Away:
    """A publisher that does not answer for some calls."""

    def __init__(self, publisher: Publisher, *, calls: int) -> None:
        self._publisher = publisher
        self._calls = calls

    async def publish(self, messages: Sequence[Message]) -> None:
        """Fail, or publish."""
        if self._calls:
            self._calls -= 1
            raise TransientError("no answer", code="publish.unknown")
        await self._publisher.publish(messages)


class World:
    """A log and a store to import into."""

    def __init__(self, folder: Path, *, away: int = 0) -> None:
        self.clock = VirtualClock()
        self.backend = open_memory(self.clock)
        self.artifacts = FolderArtifacts(folder / "store")
        self._folder = folder
        self._away = away

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """Open a folder."""
        self._folder.mkdir(exist_ok=True)
        yield self._folder

    def importer(self, *, again: bool = False, dry_run: bool = False) -> Importer:
        """Return what imports into this world."""
        backend = replace(self.backend, publisher=Away(self.backend.publisher, calls=self._away))
        ways = {"again": again, "dry_run": dry_run}
        return Importer(backend=backend, artifacts=self.artifacts, clock=self.clock, folder=self.scratch, **ways)

    async def bring(self, lines: list[bytes], *, again: bool = False, dry_run: bool = False) -> tuple[int, int]:
        """Import an archive and return how many records were new, and how many known."""
        importer = self.importer(again=again, dry_run=dry_run)
        done = await importer.run(_lines(lines), topics=None, watch=_ignore)
        return done.imported, done.known

    async def records(self) -> list[Record]:
        """Return everything."""
        return [one async for one in merged(self.backend.log, after={}, upto=await self.backend.log.ends(NAMES))]


def _lines(written: list[bytes]) -> Iterator[Line]:
    return read_lines(written)


async def _filled(folder: Path) -> tuple[Backend, FolderArtifacts]:
    """Return a log with a claimed body and a reference to a sound of several pieces."""
    backend, artifacts = open_memory(VirtualClock()), FolderArtifacts(folder)
    sound = await artifacts.put(b"\x00\xff" * 400_000, media_type="audio/wav")
    long = message(RequestComposition(prompt="x" * 300_000), subject="long", event_id="long")
    claimed, _ = await ClaimDesk(artifacts).check_in(long)
    gone = sound.__class__(uri=f"artifact://sha256/{'0' * 64}", size_bytes=3, media_type="audio/wav")
    asked = [
        message(RequestAnalysis(audio=ref), subject=name, event_id=name) for ref, name in ((sound, "a"), (gone, "b"))
    ]
    tombstone = Message(topic="grym.requests.v1", key=None, headers=(("x", b"\xff"), ("x", b"")), value=None)
    await backend.publisher.publish([claimed, *asked, asked[0], tombstone])
    return backend, artifacts


async def test_a_log_and_its_artifacts_move_to_another_home(tmp_path: Path) -> None:
    """Records keep key, headers and value; sounds and claimed bodies are there and stay; what was gone is counted."""
    backend, artifacts = await _filled(tmp_path / "store")
    lines, written = await _written(backend, artifacts)
    assert (written.records, written.artifacts, written.missing) == (5, 2, 1)
    world = World(tmp_path / "other")
    done = await world.importer().run(_lines(lines), topics=None, watch=_ignore)
    assert (done.records, done.imported, done.known, done.artifacts) == (5, 4, 1, 2)
    moved = await world.records()
    kept = [one async for one in merged(backend.log, after={}, upto=await backend.log.ends(NAMES))]
    once = list(dict.fromkeys((r.key, r.headers, r.value) for r in kept))  # one event lay there twice
    assert [(r.key, unmarked(r).headers, r.value) for r in moved] == once
    assert all(is_imported(r.headers) for r in moved)
    assert len(await world.backend.housekeeping.held_artifacts()) == 2
    long = await ClaimDesk(world.artifacts).check_out(next(r for r in moved if r.key == b"long"))
    assert decode(long).body.prompt == "x" * 300_000
    heard = decode(next(r for r in moved if r.key == b"a")).body.audio
    assert await world.artifacts.get(heard) == b"\x00\xff" * 400_000


async def test_without_artifacts_only_records_travel(tmp_path: Path) -> None:
    """What a body refers to stays where it is."""
    backend, _ = await _filled(tmp_path / "store")
    lines, written = await _written(backend, None)
    assert (written.records, written.artifacts, written.missing) == (5, 0, 0)
    assert survey(_lines(lines), topics=None).records == 5


async def test_some_topics_are_imported(tmp_path: Path) -> None:
    """The others are passed over."""
    backend, _ = await _filled(tmp_path / "store")
    lines, _ = await _written(backend, None)
    wanted = frozenset({"grym.outcomes.v1"})
    assert survey(_lines(lines), topics=wanted).records == 0
    world = World(tmp_path / "other")
    assert (await world.importer().run(_lines(lines), topics=wanted, watch=_ignore)).records == 0


async def test_a_topic_nobody_knows_is_refused_before_anything_is_published(tmp_path: Path) -> None:
    """The outputs of a shadow run are such."""
    backend, _ = await _filled(tmp_path / "store")
    (record, *_) = [one async for one in merged(backend.log, after={}, upto=await backend.log.ends(NAMES))]
    lines: list[bytes] = []
    archivist = Archivist(lines.append)
    archivist.open(OPENING)
    await archivist.add(msgspec.structs.replace(record, topic="shadow.test.grym.requests.v1"))
    archivist.close()
    with pytest.raises(InvalidRequestError, match="no topic"):
        survey(_lines(lines), topics=None)


async def test_a_log_that_is_away_for_a_while_is_waited_for(tmp_path: Path) -> None:
    """A publish whose outcome is unknown is tried again under the same ids; at last it gives up."""
    backend = open_memory(VirtualClock())  # without files: a virtual clock waits for no thread
    await backend.publisher.publish([message(RequestComposition(prompt="a waltz"), event_id=f"{n}") for n in range(4)])
    lines, _ = await _written(backend, None)
    patient = World(tmp_path / "patient", away=ATTEMPTS - 1)
    await patient.clock.run(patient.importer().run(_lines(lines), topics=None, watch=_ignore))
    assert len(await patient.records()) == 4
    hopeless = World(tmp_path / "hopeless", away=ATTEMPTS)
    with pytest.raises(TransientError):
        await hopeless.clock.run(hopeless.importer().run(_lines(lines), topics=None, watch=_ignore))


async def test_batches_stay_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither many records nor large ones are held at once."""
    backend = open_memory(VirtualClock())
    value = b'{"prompt": "' + b"x" * 1_000 + b'"}'
    sent = [Message(topic="grym.requests.v1", key=b"%d" % n, headers=(), value=value) for n in range(50)]
    await backend.publisher.publish(sent)
    lines, _ = await _written(backend, None)
    monkeypatch.setattr(importing, "BATCH_BYTES", 10_000)
    sizes: list[int] = []
    world = World(tmp_path / "other")
    await world.importer().run(_lines(lines), topics=None, watch=lambda tally: sizes.append(tally.records))
    assert sizes == [10, 20, 30, 40, 50]


async def test_an_import_adds_nothing_that_the_log_has(tmp_path: Path) -> None:
    """Neither into the log it came from nor a second time; a body that was erased meanwhile is not brought back."""
    backend, artifacts = await _filled(tmp_path / "store")
    lines, _ = await _written(backend, artifacts)
    home = World(tmp_path / "home")
    home.backend = backend
    assert await home.bring(lines) == (0, 5)
    assert await home.bring(lines, again=True) == (0, 5)
    other = World(tmp_path / "other")
    assert await other.bring(lines, dry_run=True) == (4, 1)
    assert await other.records() == []
    assert await other.bring(lines) == (4, 1)
    assert await other.bring(lines) == (0, 5)
    assert len(await other.records()) == 4


async def test_history_can_become_work(tmp_path: Path) -> None:
    """Events that were imported are published as work once, without the mark; and history never follows work."""
    backend, _ = await _filled(tmp_path / "store")
    lines, _ = await _written(backend, None)
    world = World(tmp_path / "other")
    assert await world.bring(lines) == (4, 1)
    again, _ = await _written(world.backend, None)
    assert await world.bring(again, again=True) == (4, 0)
    assert Counter(is_imported(record.headers) for record in await world.records()) == {True: 4, False: 4}
    assert await world.bring(lines) == (0, 5)
    assert await world.bring(lines, again=True) == (0, 5)


async def test_many_requests_are_looked_up_in_their_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of the log is bounded, and looked up again where it was forgotten."""
    monkeypatch.setattr(known_records, "KEPT_HISTORIES", 2)
    backend = open_memory(VirtualClock())
    asked = [
        message(RequestComposition(prompt="a waltz"), subject=f"r{n % 5}", event_id=f"{n}") for n in (*range(20), 3)
    ]
    await backend.publisher.publish(asked)
    lines, _ = await _written(backend, None)
    world = World(tmp_path / "other")
    monkeypatch.setattr(importing, "BATCH_RECORDS", 1)
    assert await world.bring(lines) == (20, 1)
    assert await world.bring(lines) == (0, 21)


async def test_what_is_beyond_the_limits_is_left_out_and_counted(tmp_path: Path) -> None:
    """Another client may have written a key that this log does not take; the rest is brought in its order."""
    lines: list[bytes] = []
    archivist = Archivist(lines.append)
    archivist.open(OPENING)
    asked = [message(RequestComposition(prompt="a waltz"), subject=f"r{n}", event_id=f"{n}") for n in range(3)]
    for position, sent in enumerate(asked, start=1):
        key = b"k" * 100_000 if position == 2 else sent.key
        await archivist.add(
            Record(
                topic=sent.topic,
                partition=0,
                position=position,
                key=key,
                headers=sent.headers,
                value=sent.value,
                appended_at=VirtualClock().now(),
            )
        )
    archivist.close()
    world = World(tmp_path / "other")
    done = await world.importer().run(_lines(lines), topics=None, watch=_ignore)
    assert (done.records, done.imported, done.known, done.refused) == (3, 2, 0, 1)
    assert {record.key for record in await world.records()} == {b"r0", b"r2"}
