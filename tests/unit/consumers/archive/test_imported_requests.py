"""An afternoon that was live elsewhere: imported, its requests stand where they stood, and nobody works on them."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from consumers.archive.exporting import Archivist, Tally
from consumers.archive.importing import Importer
from consumers.archive.lines import FORMAT, Opening, read_lines
from consumers.spans import merged
from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from producers.client import GrymClient
from schemas.catalogue import TOPICS
from schemas.commands import RequestComposition
from schemas.events import RequestCompleted
from schemas.imported import is_imported
from schemas.records import Record
from tests.contract.fakes import message
from tests.unit.consumers.replay.afternoon import Afternoon

NAMES = tuple(topic.name for topic in TOPICS)


async def archive(backend: Backend, *, upto: int | None = None) -> list[bytes]:
    """Return an archive of a log, or of its first records."""
    lines: list[bytes] = []
    archivist = Archivist(lines.append)
    archivist.open(Opening(format=FORMAT, grym="1", topics=NAMES))
    async for record in merged(backend.log, after={}, upto=await backend.log.ends(NAMES)):
        if archivist.tally.records == upto:
            break
        await archivist.add(record)
    archivist.close()
    return lines


@contextlib.contextmanager
def nowhere() -> Iterator[Path]:
    """Return no folder: these archives hold no artifacts."""
    yield Path()


async def bring(afternoon: Afternoon, lines: list[bytes], *, again: bool = False) -> tuple[int, int]:
    """Import an archive into the log of an afternoon and return how many records were new, and how many known."""
    importer = Importer(
        backend=afternoon.backend,
        artifacts=afternoon.artifacts,
        clock=afternoon.clock,
        folder=nowhere,
        again=again,
    )
    tally = await importer.run(read_lines(lines), topics=None, watch=ignore)
    return tally.imported, tally.known


def ignore(tally: Tally) -> None:
    """Watch nothing."""
    del tally


async def _records(backend: Backend) -> list[Record]:
    return [one async for one in merged(backend.log, after={}, upto=await backend.log.ends(NAMES))]


def client_of(afternoon: Afternoon) -> GrymClient:
    """Return a client."""
    return GrymClient(backend=afternoon.backend, artifacts=afternoon.artifacts, clock=afternoon.clock)


async def other(*, seed: int = 99, hours: float = 5.0) -> Afternoon:
    """Return an empty world, some hours later."""
    afternoon = Afternoon(seed=seed, requests=0)
    await afternoon.clock.advance(hours * 3600.0)
    return afternoon


@pytest.mark.parametrize("seed", range(6))
async def test_requests_stand_where_they_stood(seed: int) -> None:
    """State, result, steps and times are those of the log they came from; processors pass all of it over."""
    lived, home = Afternoon(seed=seed), await other()
    await lived.live()
    imported, known = await bring(home, await archive(lived.backend))
    assert known <= 10  # some requests were sent twice
    await home.live()
    here, there = client_of(home), client_of(lived)
    for one in await there.requests(limit=100):
        brought = await here.status(one.request_id)
        assert brought.imported
        stood = await there.status(one.request_id)
        if stood.state == "cancelled":  # an answer that came too late was ignored there
            stood = replace(stood, steps=brought.steps)
        assert brought == replace(stood, imported=True, style=brought.style)
        assert await here.wait(one.request_id, timeout_s=1) == brought
        assert {event.logged_at for event in await here.story(one.request_id)} == {
            event.logged_at for event in await there.story(one.request_id)
        }
    assert {one.request_id for one in await here.requests(limit=100)} == set(lived.begun)
    ends = await home.backend.log.ends(NAMES)
    assert sum(ends.values()) == imported


async def test_an_archive_may_end_in_the_middle() -> None:
    """A request without its end is running, as far as anybody knows; nobody can cancel it, and it can be asked anew."""
    lived, home = Afternoon(seed=1, requests=1), await other()
    await lived.live()
    await bring(home, await archive(lived.backend, upto=12))
    await home.live()
    here = client_of(home)
    (brought,) = await here.requests(limit=10)
    assert (brought.state, brought.imported) == ("running", True)
    with pytest.raises(InvalidRequestError, match="nobody works on it"):
        await here.cancel("r0")
    await bring(home, await archive(lived.backend))
    assert (await here.status("r0")).over
    assert (await here.status("r0")).imported


async def test_a_request_is_asked_for_anew_where_its_end_is_unknown() -> None:
    """One whose end came along is known."""
    wish = RequestComposition(prompt="a calm waltz", user="ada", seconds=20.0)
    lived, home = Afternoon(seed=3, requests=0), await other()
    await client_of(lived).compose(wish, request_id="mine")
    begun = await archive(lived.backend)
    await lived.live()
    ended = await archive(lived.backend)
    here = client_of(home)
    await bring(home, begun)
    assert not (await here.compose(wish, request_id="mine")).known
    assert (await here.compose(wish, request_id="mine")).known
    await home.live()
    now = await here.status("mine")
    assert (now.state, now.imported) == ("completed", False)
    assert await bring(home, ended) == (0, len(await _records(lived.backend)))
    late = await other(seed=4)
    await bring(late, ended)
    assert (await client_of(late).compose(wish, request_id="mine")).known


async def test_work_that_was_imported_before_is_done_again() -> None:
    """Its requests run here, beside the history they had; where they stand is what happened here."""
    lived, home = Afternoon(seed=5), await other()
    await lived.live()
    lines = await archive(lived.backend, upto=1)
    await bring(home, lines)
    await bring(home, lines, again=True)
    (waiting,) = await client_of(home).requests(limit=10)
    assert (waiting.state, waiting.imported) == ("accepted", False)
    await home.live()
    (ended,) = await client_of(home).requests(limit=10)
    assert ended.over
    assert not ended.imported


async def test_an_end_whose_result_was_left_behind_is_an_end() -> None:
    """A result that travels by claim check may not be in the archive."""
    home = await other()
    lost = message(RequestCompleted(kind="analyze", result={"x": "y"}), subject="r1", source="grym/coordinator")
    claim = (("grym_claim", f"artifact://sha256/{'0' * 64}".encode()), ("grym_claim_bytes", b"300000"))
    lived = Afternoon(seed=0, requests=0)
    await lived.backend.publisher.publish([msgspec.structs.replace(lost, headers=(*lost.headers, *claim), value=b"")])
    await bring(home, await archive(lived.backend))
    status = await client_of(home).status("r1")
    assert (status.state, status.result) == ("completed", {})


async def test_the_log_of_an_import_is_history_throughout() -> None:
    """Records keep their mark in another export, and the time of the first log with it."""
    lived, home, far = Afternoon(seed=6), await other(), await other(hours=50)
    await lived.live()
    await bring(home, await archive(lived.backend))
    await bring(far, await archive(home.backend))
    assert all(is_imported(record.headers) for record in await _records(far.backend))
    known = {one.request_id: one for one in await client_of(home).requests(limit=9)}
    assert {one.request_id: one for one in await client_of(far).requests(limit=9)} == known
