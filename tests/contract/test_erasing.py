"""Erasing in PostgreSQL: tombstones where everybody has read, no words and numbers in the journal, others untouched."""

from collections.abc import AsyncIterator

import pytest

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.readership import readers_by_catalogue
from grym.memory.journal.verifying import verify
from grym.ports.backend import Backend
from grym.ports.effects import HoldArtifact, KeepText
from grym.ports.erasing import Erased, Erasure
from grym.ports.patterns import Origin
from schemas.catalogue import FEEDBACK
from schemas.envelope import peek
from schemas.erased import is_erased
from schemas.events import FeedbackGiven, StepStarted
from schemas.records import Record, TopicPartition
from tests.contract.conftest import empty
from tests.contract.fakes import message
from tests.contract.pattern_changes import change, record, stored

MINE, OTHERS = "request-of-rosa", "request-of-bob"
ROSA = Erasure(user="rosa", tenant="default", requests=(MINE,))


@pytest.fixture
async def backend(server_dsn: str) -> AsyncIterator[Backend]:
    """Open an empty database."""
    await empty(server_dsn)
    opened = await open_postgres(server_dsn)
    yield opened
    await opened.close()


async def erase(backend: Backend, erasure: Erasure = ROSA, *, dry_run: bool = False) -> Erased:
    """Erase."""
    assert backend.eraser is not None
    return await backend.eraser.erase(erasure, dry_run=dry_run)


async def opinions(backend: Backend) -> list[Record]:
    """Return the feedback lane."""
    return await backend.log.read(TopicPartition(FEEDBACK, 0), after=0, limit=100)


async def say(backend: Backend, user: str, *, of: str, tenant: str = "default") -> None:
    """Publish an opinion."""
    given = message(FeedbackGiven(user=user, stars=5), subject=of, tenant=tenant, key=user)
    await backend.publisher.publish([given])


async def read_all(backend: Backend) -> None:
    """Let every reader pass everything."""
    for processor, topics in readers_by_catalogue().items():
        async with backend.work.begin() as work:
            await work.advance(processor, await backend.log.ends(topics))


async def test_only_what_everybody_has_read_becomes_a_tombstone(backend: Backend) -> None:
    """Before that it is counted as left; its place, type and ids stay."""
    await say(backend, "rosa", of=MINE)
    assert (await erase(backend)).left == 1
    assert (await opinions(backend))[0].value is not None
    await read_all(backend)
    erased = await erase(backend)
    assert (erased.left, erased.removed["events"]) == (0, 1)
    (tombstone,) = await opinions(backend)
    assert (tombstone.position, tombstone.key, tombstone.value) == (1, None, None)
    assert is_erased(tombstone.headers)
    assert peek(tombstone.headers, "ce_type") == FeedbackGiven.TYPE
    assert (await erase(backend)).removed["events"] == 0


async def test_what_others_say_of_their_piece_stays(backend: Backend) -> None:
    """And what the same name says in another tenant."""
    await say(backend, "bob", of=MINE)
    await say(backend, "rosa", of=OTHERS)
    await say(backend, "rosa", of="elsewhere", tenant="acme")
    await read_all(backend)
    assert (await erase(backend)).removed["events"] == 1
    assert [record.value is None for record in await opinions(backend)] == [False, True, False]


async def test_topics_that_nobody_reads_here_wait_for_nobody(backend: Backend) -> None:
    """Outcomes are for others."""
    await backend.publisher.publish([message(StepStarted(step="plan"), subject=name) for name in (MINE, OTHERS)])
    assert (await erase(backend)).removed["events"] == 1
    assert [one.value is None for one in await backend.history.of_request(MINE)] == [True]
    assert [one.value is None for one in await backend.history.of_request(OTHERS)] == [False]


async def test_a_dry_run_counts_the_same_and_changes_nothing(backend: Backend) -> None:
    """It is the same transaction."""
    await say(backend, "rosa", of=MINE)
    await read_all(backend)
    async with backend.work.begin() as work:
        await work.apply(KeepText(ref="t", request_id=MINE, user="rosa", text="a waltz"))
        await work.apply(HoldArtifact(request_id=MINE, uri="artifact://sha256/" + "0" * 64))
    dry = await erase(backend, dry_run=True)
    assert await backend.texts.text("t") == "a waltz"
    assert (await opinions(backend))[0].value is not None
    assert await erase(backend) == dry
    assert await backend.texts.text("t") is None
    assert await backend.housekeeping.held_artifacts() == set()


async def test_patterns_of_the_person_are_emptied_and_the_journal_stays_whole(backend: Backend) -> None:
    """Order and digests fit, the table follows, and what others brought is untouched."""
    mine, others = (Origin(extractor="x/1", event_id="e", request_id=name) for name in (MINE, OTHERS))
    await record(backend, stored("mine", origin=mine), stored("theirs", origin=others))
    await record(backend, change("retired", "mine", data={"reason": "rosa said so"}, origin=mine))
    erased = await erase(backend, Erasure(user="rosa", tenant="default", requests=(MINE,), patterns=("mine",)))
    assert erased.removed["patterns"] == 2
    events = {event.change.event_id: event.change for event in await backend.book.events(0, limit=10)}
    bare = events["stored mine"]
    assert (bare.imprint, bare.vectors, bare.dim, bare.data["name"]) == (b"", b"", 0, "")
    assert events["retired mine"].data["reason"] == ""
    assert events["stored theirs"].data["name"] == "the theirs"
    assert (await verify(backend.book)).is_clean
    assert (await backend.book.facts(["mine"]))["mine"].name == ""
    assert [pattern.facts.name for pattern in await backend.book.load(["mine", "theirs"])] == ["the theirs"]


async def test_a_pattern_that_others_learned_too_keeps_its_sound(backend: Backend) -> None:
    """Only what this person said of it goes."""
    mine, others = (Origin(extractor="x/1", event_id="e", request_id=name) for name in (MINE, OTHERS))
    await record(backend, stored("shared", origin=mine))
    await record(backend, change("corrected", "shared", data={"name": "Bob's name"}, origin=others))
    await erase(backend)
    (pattern,) = await backend.book.load(["shared"])
    assert (pattern.imprint, pattern.facts.name) == (b"shared", "Bob's name")
    assert (await verify(backend.book)).is_clean
