"""Open work: all zero only when nothing is left."""

from grym.adapters.readership import ROLES, readers_by_catalogue
from grym.ports.effects import EnqueueJob
from schemas.catalogue import BY_NAME, TOPICS
from schemas.records import TopicPartition
from tests.contract.backends import FAULT, LANE, Kit, message, record

NOTHING = {"records": 0, "parked": 0, "jobs": 0, "outbox": 0}


async def test_an_empty_backend_has_nothing_to_do(kit: Kit) -> None:
    """Zero of everything."""
    assert await kit.backend.counters.open_work() == NOTHING


async def test_records_count_for_every_reader_that_is_behind(kit: Kit) -> None:
    """By the catalogue, also for one that has never run."""
    readers = set(BY_NAME[LANE].readers) - ROLES
    await kit.backend.publisher.publish([message(), message()])
    assert await kit.backend.counters.open_work() == NOTHING | {"records": 2 * len(readers)}
    async with kit.backend.work.begin() as work:
        for reader in readers:
            await work.advance(reader, {TopicPartition(LANE, 0): 2})
    assert await kit.backend.counters.open_work() == NOTHING


async def test_topics_that_no_processor_reads_do_not_count(kit: Kit) -> None:
    """Outcomes are for others."""
    await kit.backend.publisher.publish([message(topic="grym.outcomes.v1")])
    assert await kit.backend.counters.open_work() == NOTHING


async def test_parked_records_and_open_jobs_count(kit: Kit) -> None:
    """Queued and running ones, until they end."""
    async with kit.backend.work.begin() as work:
        await work.park("p", record(1), fault=FAULT, delay_s=100)
        await work.apply(EnqueueJob(job_id="j", kind="g", request_id="r", run_no=1, tenant="t", message=message()))
    assert await kit.backend.counters.open_work() == {**NOTHING, "parked": 1, "jobs": 1}
    job = await kit.backend.jobs.take(("g",), holder="h", lease_s=10)
    assert job is not None
    assert (await kit.backend.counters.open_work())["jobs"] == 1
    async with kit.backend.work.begin() as work:
        await work.finish_job("j", job.fence, state="done")
    assert (await kit.backend.counters.open_work())["jobs"] == 0


def test_every_reader_of_the_catalogue_is_a_processor_or_a_role() -> None:
    """The roles are those that the catalogue names and that keep no positions."""
    named = {name for topic in TOPICS for name in (*topic.readers, *topic.writers)}
    assert named >= ROLES
    assert set(readers_by_catalogue()) == {
        "coordinator",
        "enhancing",
        "features",
        "generation",
        "learning",
        "live",
        "patterns",
        "quality",
        "sessions",
    }
