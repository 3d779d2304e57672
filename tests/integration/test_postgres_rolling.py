"""Migrations under running code: what expands the schema disturbs nobody who works with the one of before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.migrating import Migration, known_migrations, migrate
from grym.adapters.postgres.rows import pack_headers
from grym.ports.backend import Backend
from grym.ports.effects import EnqueueJob, HoldArtifact, KeepText, RecordPatterns, SetTimer
from grym.ports.log import Placement
from grym.ports.outbox import SHARDS
from grym.ports.patterns import PatternQuery
from grym.ports.work import FaultNote, InboxEntry, Lease, Letter, StateChange
from schemas.records import Message, Record, TopicPartition
from tests.contract.pattern_changes import change, motif

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAULT = FaultNote(error_class="TransientError", code="test.fault", message="went wrong", hint="")
TOPIC = "grym.outcomes.v1"
LEASE_S = 600.0


async def next_schema(dsn: str) -> tuple[Migration, ...]:
    """Return this code's migrations and one more that adds a column to every table, and an index."""
    connection = await connect(dsn)
    names = await connection.fetch(
        "select table_name as name from information_schema.tables"
        " where table_schema = current_schema() and table_name <> 'schema_versions'"
    )
    await connection.close()
    known = known_migrations()
    number = known[-1].version + 1
    columns = "\n".join(f"alter table {row['name']} add column later text not null default 'later';" for row in names)
    sql = f"-- minimum: 1\n{columns}\ncreate table later (n integer); create index on jobs (later);"
    return (*known, Migration(version=number, name=f"{number:04}_later.sql", sql=sql))


class Day:
    """What a worker does with a backend, over and over, under names of its own."""

    def __init__(self, backend: Backend, *, name: str) -> None:
        self._backend = backend
        self._name = name
        self.rounds = 0

    async def work(self, stop: asyncio.Event) -> None:
        """Do everything, again and again."""
        while not stop.is_set():
            self.rounds += 1
            for step in self._steps():
                await step(f"{self._name}-{self.rounds}")

    def _steps(self) -> tuple[Callable[[str], Awaitable[None]], ...]:
        return (self._unit, self._failures, self._jobs, self._leases, self._outbox, self._reading)

    async def _unit(self, key: str) -> None:
        entry = InboxEntry(processor="p", source="s", event_id=key, run_no=1, digest=b"d", external=False)
        message = Message(topic=TOPIC, key=key.encode(), headers=(), value=b"{}")
        async with self._backend.work.begin() as work:
            await work.admit_all([entry, replace(entry, digest=b"other")])
            await work.save_all([StateChange(processor="p", key=key, value=b"1", expected_version=0)])
            await work.apply_all(
                [
                    SetTimer(timer_id=key, subject=key, purpose="x", due_at=NOW, run_no=1),
                    EnqueueJob(job_id=key, kind="k", request_id=key, run_no=1, tenant="t", message=message),
                    KeepText(ref=key, request_id=key, user="u", text="words"),
                    HoldArtifact(request_id=key, uri="a"),
                    RecordPatterns(changes=(motif(key), change("reinforced", key))),
                ]
            )
            await work.append([message])
            await work.advance("p", {TopicPartition(TOPIC, 0): self.rounds})
            await work.take_due_timers(limit=10)

    async def _failures(self, key: str) -> None:
        record = Record(
            topic=TOPIC, partition=0, position=self.rounds, key=b"k", headers=(), value=b"", appended_at=NOW
        )
        letter = Letter(
            letter_id=key,
            processor="p",
            request_id=key,
            run_no=1,
            event_id=key,
            event_type="t",
            origin=TopicPartition(TOPIC, 0),
            origin_position=1,
            attempts=1,
            fault=FAULT,
            created_at=NOW,
        )
        async with self._backend.work.begin() as work:
            await work.park(key, record, fault=FAULT, delay_s=0)
            await work.file_letter(letter)
            await work.note([record])
        [head] = await self._backend.parking.due_heads(key, limit=5)
        await self._backend.parking.next_due_in_s(key)
        async with self._backend.work.begin() as work:
            await work.postpone(head.parked_id, fault=FAULT, delay_s=0)
            await work.unpark(head.parked_id)
            await work.mark_letter(key, state="discarded")

    async def _jobs(self, key: str) -> None:
        del key
        job = await self._backend.jobs.take(("k",), holder="h", lease_s=LEASE_S)
        assert job is not None
        assert await self._backend.jobs.renew(job.job_id, job.fence, lease_s=LEASE_S)
        await self._backend.jobs.backlog(("k",))
        async with self._backend.work.begin() as work:
            await work.keep_checkpoint(job.job_id, job.fence, b"c")
            await work.finish_job(job.job_id, job.fence, state="done")

    async def _leases(self, key: str) -> None:
        lease = await self._lease(key)
        lease = await self._backend.leases.renew(lease, ttl_s=LEASE_S)
        async with self._backend.work.begin(lease):
            pass
        await self._backend.leases.release(lease)

    async def _outbox(self, key: str) -> None:
        outbox = self._backend.outbox
        assert outbox is not None
        lease = await self._lease(f"relay-{key}")
        for shard in range(SHARDS):
            for unsent in await outbox.unsent(shard, limit=10):
                place = TopicPartition(TOPIC, 0)
                placement = Placement(source=place, position=unsent.outbox_no, appended_at=NOW)
                await outbox.sent(lease, [(unsent, placement)])
        await outbox.backlog()

    async def _reading(self, key: str) -> None:
        backend = self._backend
        assert (await backend.states.load_all("p", [key]))[key].version == 1
        await backend.states.scan("p", limit=5)
        await backend.history.of_request(key)
        await backend.letters.letters(limit=5)
        await backend.letters.letter(key)
        await backend.texts.text(key)
        await backend.book.events(await backend.book.head() - 1, limit=5)
        await backend.book.find(PatternQuery(collection="c", text=key, tags={"t": ""}))
        await backend.book.count(PatternQuery(kind="motif"))
        assert len(await backend.book.load([key])) == len(await backend.book.facts([key])) == 1
        await backend.counters.open_work()
        await backend.progress.positions("p")
        await backend.housekeeping.sweep(limit=1)

    async def _lease(self, name: str) -> Lease:
        lease = await self._backend.leases.acquire(name, holder="h", ttl_s=LEASE_S)
        assert lease is not None
        return lease


async def test_code_goes_on_while_the_schema_grows_under_it(empty_dsn: str) -> None:
    """Not one call fails: neither what was prepared before nor what is first called afterwards."""
    backend = await open_postgres(empty_dsn, log_elsewhere=True)
    fresh = await open_postgres(empty_dsn, log_elsewhere=True)
    stop, days = asyncio.Event(), [Day(backend, name="a"), Day(backend, name="b")]
    working = [asyncio.create_task(day.work(stop)) for day in days]

    async def rounds(more: int) -> None:
        wanted = [day.rounds + more for day in days]
        while any(day.rounds < count for day, count in zip(days, wanted, strict=True)):
            done = [task for task in working if task.done()]
            for task in done:
                await task
            await asyncio.sleep(0.01)

    await rounds(4)
    connection = await connect(empty_dsn)
    grown = await migrate(connection, migrations=await next_schema(empty_dsn))
    await connection.close()
    assert grown.version == known_migrations()[-1].version + 1
    await rounds(4)
    late = Day(fresh, name="late")
    working.append(asyncio.create_task(late.work(stop)))
    days.append(late)
    await rounds(2)
    stop.set()
    await asyncio.gather(*working)
    await backend.close()
    await fresh.close()


BEFORE_2_ENQUEUE = """
insert into jobs (job_id, kind, request_id, run_no, tenant, topic, key, headers, value)
values ($1, 'k', 'r', 1, 't', 'grym.outcomes.v1', null, $2, null) on conflict (job_id) do nothing"""
BEFORE_2_RETRY = """
update jobs set state = 'queued', leased_until = null, fault = $3, due_at = clock_timestamp() + $4
where job_id = $1 and fence = $2 and state = 'running' returning true"""
# As written by code that knew one migration; it may still run while others know more.


async def test_jobs_of_the_first_schema_are_taken_by_code_of_the_newest(empty_dsn: str) -> None:
    """Those accepted before the schema grew, and those that older code accepts and retries afterwards."""
    old = await connect(empty_dsn)
    await migrate(old, up_to=1)
    headers = pack_headers(())
    await old.execute(BEFORE_2_ENQUEUE, "before", headers)
    backend = await open_postgres(empty_dsn)
    await old.execute(BEFORE_2_ENQUEUE, "after", headers)
    taken = [await backend.jobs.take(("k",), holder="h", lease_s=LEASE_S) for _ in range(2)]
    assert [job and (job.job_id, job.failures, job.priority, job.deadline_at) for job in taken] == [
        ("before", 0, 0, None),
        ("after", 0, 0, None),
    ]
    assert await old.fetchval(BEFORE_2_RETRY, "after", 1, b"{}", timedelta())
    again = await backend.jobs.take(("k",), holder="h", lease_s=LEASE_S)
    assert again is not None
    assert (again.job_id, again.fence) == ("after", 2)
    await backend.close()
    await old.close()
