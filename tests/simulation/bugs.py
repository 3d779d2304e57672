"""Planted bugs: each breaks one promise, and the simulation must notice within a few afternoons."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal, cast

from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.feed import Assignment, Mark
from grym.ports.jobs import LeasedJob
from grym.ports.outbox import Unsent
from grym.ports.work import Admission, DueTimer, InboxEntry, Letter, OpenWork, UnitOfWork
from schemas.catalogue import DEAD_LETTERS
from schemas.records import Message, Record, TopicPartition
from tests.simulation.mortal import Bookkeeping

Bug = Literal[
    "none",
    "no inbox",
    "commit before work",
    "commit past in-flight",
    "swallowed poison",
    "no parking order",
    "lost timer",
    "late sequence",
    "stale fence",
    "outbox deleted first",
    "outbox by cursor",
]

LATE = timedelta(seconds=3)


class BuggyWork:
    """A transaction with a bug."""

    def __init__(
        self, work: OpenWork, bug: Bug, fences: Mapping[str, int], end: Callable[[TopicPartition], Awaitable[int]]
    ) -> None:
        self._work = work
        self._bug = bug
        self._fences = fences
        self._end = end

    async def admit_all(self, entries: Sequence[InboxEntry]) -> list[Admission]:
        """Claim effects; every claim is granted where there is no inbox."""
        admissions = await self._work.admit_all(entries)
        if self._bug != "no inbox":
            return admissions
        judged = zip(entries, admissions, strict=True)
        books = cast("Bookkeeping", self._work)
        books.entries.effects += [entry for entry, admission in judged if admission is not Admission.NEW]
        return [Admission.NEW] * len(entries)

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim one effect."""
        return (await self.admit_all([entry]))[0]

    async def append(self, messages: Sequence[Message]) -> None:
        """Append outputs, but no dead letters where poison is swallowed."""
        swallows = self._bug == "swallowed poison"
        await self._work.append([message for message in messages if not (swallows and message.topic == DEAD_LETTERS)])

    async def file_letter(self, letter: Letter) -> None:
        """Enter a letter, unless poison is swallowed."""
        if self._bug != "swallowed poison":
            await self._work.file_letter(letter)

    async def advance(self, processor: str, positions: Mapping[TopicPartition, int]) -> None:
        """Record positions; the end of the log where what is in flight does not count."""
        if self._bug == "commit past in-flight":
            positions = {source: await self._end(source) for source in positions}
        await self._work.advance(processor, positions)

    async def take_due_timers(self, *, limit: int) -> list[DueTimer]:
        """Take timers, and lose every second one."""
        due = await self._work.take_due_timers(limit=limit)
        return due if self._bug != "lost timer" else [timer for timer in due if sum(timer.timer_id.encode()) % 2]

    async def finish_job(self, job_id: str, fence: int, *, state: str) -> None:
        """End a job; somebody whose fence is stale is believed too."""
        if not self._is_stale(job_id, fence):
            await self._work.finish_job(job_id, fence, state=state)

    async def touch_job(self, job_id: str, fence: int) -> None:
        """Hold a job; somebody whose fence is stale is believed too."""
        if not self._is_stale(job_id, fence):
            await self._work.touch_job(job_id, fence)

    def _is_stale(self, job_id: str, fence: int) -> bool:
        return self._bug == "stale fence" and fence < self._fences.get(job_id, fence)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


class FencelessJobs:
    """A queue that lets everybody know the newest fences."""

    def __init__(self, jobs: object, fences: dict[str, int]) -> None:
        self._jobs = jobs
        self._fences = fences

    async def take(self, *args: Any, **named: Any) -> LeasedJob | None:
        """Take a job and tell its fence."""
        job: LeasedJob | None = await cast("Any", self._jobs).take(*args, **named)
        if job is not None:
            self._fences[job.job_id] = job.fence
        return job

    async def renew(self, job_id: str, fence: int, **named: Any) -> bool:
        """Renew a job for whoever asks."""
        renewed: bool = await cast("Any", self._jobs).renew(job_id, self._fences.get(job_id, fence), **named)
        return renewed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jobs, name)


class Unseen:
    """A record of progress that has never seen anything."""

    def __init__(self, progress: object) -> None:
        self._progress = progress

    async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
        """Deny everything."""
        await asyncio.sleep(0)
        return [False] * len(entries)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._progress, name)


class Forgetful:
    """A parking lot that never tells which keys wait."""

    def __init__(self, parking: object) -> None:
        self._parking = parking

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Tell of none."""
        del processor
        await asyncio.sleep(0)
        return set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parking, name)


class HastyLog:
    """A log whose readers commit what they read before they have worked on it."""

    def __init__(self, log: object, work: UnitOfWork, readers: Callable[[str], tuple[str, ...]]) -> None:
        self._log = log
        self._work = work
        self._readers = readers

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Read, and call it done."""
        records: list[Record] = await cast("Any", self._log).read(source, after=after, limit=limit)
        if records:
            async with self._work.begin() as work:
                for processor in self._readers(source.topic):
                    await work.advance(processor, {source: records[-1].position})
        return records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class LateLog:
    """A log in which some records become visible after those that lie above them."""

    def __init__(self, log: object, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Read what is visible already."""
        records: list[Record] = await cast("Any", self._log).read(source, after=after, limit=limit)
        return in_time(records, self._clock)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class BuggyAssignment:
    """An assignment of a group with a bug."""

    def __init__(self, assignment: Assignment, bug: Bug, clock: Clock) -> None:
        self._assignment = assignment
        self._bug = bug
        self._clock = clock

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Return the next records."""
        records = await self._assignment.poll(max_records=max_records, max_bytes=max_bytes)
        if self._bug == "commit before work" and records:
            await self._assignment.commit({r.topic_partition: Mark(position=r.position) for r in records})
        return in_time(records, self._clock) if self._bug == "late sequence" else records

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store marks; what is in flight below the highest finished position is forgotten."""
        if self._bug == "commit past in-flight":
            marks = {source: Mark(position=max((mark.position, *mark.beyond))) for source, mark in marks.items()}
        await self._assignment.commit(marks)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assignment, name)


class HastyOutbox:
    """An outbox that forgets messages as soon as it has handed them out to be sent."""

    def __init__(self, outbox: object, forget: Callable[[Unsent], object]) -> None:
        self._outbox = outbox
        self._forget = forget

    async def unsent(self, shard: int, *, limit: int) -> list[Unsent]:
        """Return what waits, and forget it."""
        waiting: list[Unsent] = await cast("Any", self._outbox).unsent(shard, limit=limit)
        for unsent in waiting:
            self._forget(unsent)
        return waiting

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)


class CountingOutbox:
    """An outbox that goes by numbers: what becomes visible below one that was handed out already is passed over."""

    def __init__(self, outbox: object, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._cursors: dict[int, int] = {}
        self._first_seen_s: dict[int, float] = {}

    async def unsent(self, shard: int, *, limit: int) -> list[Unsent]:
        """Return what waits above the cursor; every third message is seen late."""
        waiting: list[Unsent] = await cast("Any", self._outbox).unsent(shard, limit=limit)
        visible = [unsent for unsent in waiting if unsent.outbox_no % 3 or self._is_old(unsent)]
        above = [unsent for unsent in visible if unsent.outbox_no > self._cursors.get(shard, 0)]
        if above:
            self._cursors[shard] = above[-1].outbox_no
        return above

    def _is_old(self, unsent: Unsent) -> bool:
        now_s = self._clock.monotonic_s()
        return now_s - self._first_seen_s.setdefault(unsent.outbox_no, now_s) > LATE.total_seconds()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)


def in_time(records: Sequence[Record], clock: Clock) -> list[Record]:
    """Leave out every third record while it is young, unless it is the last: nobody would read past it then."""
    now = clock.now()
    return [r for r in records if r is records[-1] or r.position % 3 or abs(now - r.appended_at) > LATE]


def infect(
    backend: Backend,
    bug: Bug,
    *,
    clock: Clock,
    readers: Callable[[str], tuple[str, ...]],
    fences: dict[str, int],
    forget: Callable[[Unsent], object],
) -> Backend:
    """Return a backend as a process with the bug sees it; bugs in transactions and assignments come elsewhere."""
    changed: dict[str, object] = {}
    match bug:
        case "no inbox":
            changed["progress"] = Unseen(backend.progress)
        case "no parking order":
            changed["parking"] = Forgetful(backend.parking)
        case "stale fence":
            changed["jobs"] = FencelessJobs(backend.jobs, fences)
        case "outbox deleted first":
            changed["outbox"] = HastyOutbox(backend.outbox, forget)
        case "outbox by cursor":
            changed["outbox"] = CountingOutbox(backend.outbox, clock)
        case "commit before work" if backend.feeds is None:
            changed["log"] = HastyLog(backend.log, backend.work, readers)
        case "late sequence" if backend.feeds is None:
            changed["log"] = LateLog(backend.log, clock)
    return replace(backend, **cast("dict[str, Any]", changed))
