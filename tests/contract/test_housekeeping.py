"""Retention: what is old goes, in batches; positions go on counting."""

from datetime import UTC, datetime

from grym.adapters.retention import INBOX_HORIZON_S
from grym.ports.effects import HoldArtifact
from schemas.catalogue import BY_NAME, DAY_S, DEAD_LETTERS, TOPICS
from tests.contract.backends import LANE, Kit, entry, lane, letter, message

AUDIT = "grym.audit.v1"  # one partition
KEPT_S = BY_NAME[AUDIT].retention_s or 0


async def test_old_records_go_and_positions_go_on(kit: Kit) -> None:
    """A reader never sees a position twice."""
    await kit.backend.publisher.publish([message(b"old", topic=AUDIT) for _ in range(3)])
    await kit.pass_time(KEPT_S + 1)
    await kit.backend.publisher.publish([message(b"new", topic=AUDIT)])
    assert (await kit.backend.housekeeping.sweep(limit=100))["events"] == 3
    assert [(record.position, record.value) for record in await lane(kit.backend, topic=AUDIT)] == [(4, b"new")]
    assert [record.value for record in await kit.backend.history.of_request("k")] == [b"new"]


async def test_sweeping_stops_at_the_limit(kit: Kit) -> None:
    """The oldest go first, the rest the next time."""
    await kit.backend.publisher.publish([message(str(n).encode(), topic=AUDIT) for n in range(5)])
    await kit.pass_time(KEPT_S + 1)
    assert (await kit.backend.housekeeping.sweep(limit=3))["events"] == 3
    assert [record.position for record in await lane(kit.backend, topic=AUDIT)] == [4, 5]


async def test_what_is_kept_for_ever_stays(kit: Kit) -> None:
    """Feedback is the learner's memory."""
    assert BY_NAME[LANE].retention_s is None
    await kit.backend.publisher.publish([message()])
    await kit.pass_time(3650 * DAY_S)
    assert (await kit.backend.housekeeping.sweep(limit=100))["events"] == 0
    assert len(await lane(kit.backend)) == 1


async def test_a_delivery_is_remembered_longer_than_it_can_come_again(kit: Kit) -> None:
    """Promise 14: longer than its topic and its dead letter are kept."""
    async with kit.backend.work.begin() as work:
        await work.admit(entry())
    await kit.pass_time(INBOX_HORIZON_S - 100)
    assert (await kit.backend.housekeeping.sweep(limit=100))["inbox"] == 0
    await kit.pass_time(200)
    assert (await kit.backend.housekeeping.sweep(limit=100))["inbox"] == 1
    assert not await kit.backend.progress.seen(entry())


def test_the_horizon_exceeds_every_topic_that_is_read_plus_its_letters() -> None:
    """Checked against the catalogue as it is."""
    letters_s = BY_NAME[DEAD_LETTERS].retention_s or 0
    read = [topic for topic in TOPICS if topic.readers != ("operator",) and topic.retention_s is not None]
    assert all((topic.retention_s or 0) + letters_s < INBOX_HORIZON_S for topic in read)


async def test_artifacts_that_requests_refer_to_are_known(kit: Kit) -> None:
    """Once each, however many refer to them."""
    async with kit.backend.work.begin() as work:
        for request_id in ("r1", "r2", "r1"):
            await work.apply(HoldArtifact(request_id=request_id, uri="artifact://sha256/" + "a" * 64))
    assert await kit.backend.housekeeping.held_artifacts() == {"artifact://sha256/" + "a" * 64}


async def test_the_register_forgets_letters_with_their_bytes(kit: Kit) -> None:
    """A line of the register may quote what its letter held, so it is kept as long and no longer."""
    async with kit.backend.work.begin() as work:
        await work.file_letter(letter("old", created_at=datetime(2000, 1, 1, tzinfo=UTC)))
        await work.file_letter(letter("new", created_at=datetime(2100, 1, 1, tzinfo=UTC)))
    assert (await kit.backend.housekeeping.sweep(limit=100))["letters"] == 1
    assert [found.letter_id for found in await kit.backend.letters.letters()] == ["new"]
