"""A process that can die or freeze at any call to its backend, and the ledger of what was really committed.

Dying is what `kill -9` is to the others: the process never calls the backend again, so its lease and its jobs are not
given back, and a transaction that had not committed is gone. Freezing is a long pause, after which a process goes on
believing that it still holds what it held.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, cast

from grym.errors import UnavailableError
from grym.ports.backend import Backend
from grym.ports.work import Admission, InboxEntry, Lease, Letter, OpenWork, UnitOfWork
from schemas.catalogue import DEAD_LETTERS
from schemas.records import Message, Record, TopicPartition

Bug = Literal["none", "no inbox", "commit before work", "swallowed poison", "no parking order"]


@dataclass(slots=True, kw_only=True)
class Ledger:
    """What was committed, in the order of commits."""

    effects: list[InboxEntry] = field(default_factory=list)
    crashes: int = 0
    freezes: int = 0


class Life:
    """Whether a process lives, and how long its calls take."""

    def __init__(self, seed: str, ledger: Ledger, *, crash: float) -> None:
        self._chance = random.Random(seed)
        self._ledger = ledger
        self._crash = crash
        self._thawed = asyncio.Event()
        self._thawed.set()
        self.dead = False
        self.on_death: Callable[[], object] = lambda: None

    def die(self) -> None:
        """End the process."""
        if not self.dead:
            self._ledger.crashes += 1
            self.end()
            self.on_death()

    def end(self) -> None:
        """Let no call come through any more, frozen ones neither."""
        self.dead = True
        self._thawed.set()

    async def freeze(self, seconds: float) -> None:
        """Let the process do nothing for a while."""
        self._ledger.freezes += 1
        self._thawed.clear()
        await asyncio.sleep(seconds)
        self._thawed.set()

    async def step(self) -> None:
        """Let some time pass; refuse when dead."""
        await asyncio.sleep(self._chance.random() * 0.005)
        await self._thawed.wait()
        self.check()

    def check(self) -> None:
        """Refuse when dead."""
        if self.dead:
            raise UnavailableError("this process is dead")

    def risk(self) -> None:
        """Perhaps die here."""
        if self._chance.random() < self._crash:
            self.die()
        self.check()


class Through:
    """A port whose every call passes through a life."""

    def __init__(self, port: object, life: Life) -> None:
        self._port = port
        self._life = life

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)

        async def call(*args: object, **named: object) -> object:
            await self._life.step()
            result = await method(*args, **named)
            self._life.check()
            return result

        return call


class Bookkeeping:
    """A transaction whose admissions go into the ledger when it commits; carries out planted bugs."""

    def __init__(self, work: OpenWork, bug: Bug) -> None:
        self._work = work
        self._bug = bug
        self.admitted: list[InboxEntry] = []

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim an effect."""
        return (await self.admit_all([entry]))[0]

    async def admit_all(self, entries: Sequence[InboxEntry]) -> list[Admission]:
        """Claim many effects."""
        admissions = await self._work.admit_all(entries)
        if self._bug == "no inbox":
            admissions = [Admission.NEW] * len(entries)
        judged = zip(entries, admissions, strict=True)
        self.admitted += [entry for entry, admission in judged if admission is Admission.NEW]
        return admissions

    async def append(self, messages: list[Message]) -> None:
        """Append outputs."""
        swallow = self._bug == "swallowed poison"
        await self._work.append([message for message in messages if not (swallow and message.topic == DEAD_LETTERS)])

    async def file_letter(self, letter: Letter) -> None:
        """Enter a letter."""
        if self._bug != "swallowed poison":
            await self._work.file_letter(letter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


class MortalWork:
    """Transactions of a process that may die just before or just after a commit."""

    def __init__(self, work: UnitOfWork, life: Life, ledger: Ledger, bug: Bug) -> None:
        self._work = work
        self._life = life
        self._ledger = ledger
        self._bug = bug

    @asynccontextmanager
    async def begin(self, lease: Lease | None = None) -> AsyncIterator[OpenWork]:
        """Open a transaction."""
        await self._life.step()
        async with self._work.begin(lease) as work:
            books = Bookkeeping(work, self._bug)
            yield cast("OpenWork", books)
            await self._life.step()
            self._life.risk()
        self._ledger.effects += books.admitted
        self._life.risk()


class HastyLog:
    """A log whose reader commits what it reads before it has worked on it: a planted bug."""

    def __init__(self, log: object, work: UnitOfWork, processor_of: Callable[[str], tuple[str, ...]]) -> None:
        self._log = log
        self._work = work
        self._processor_of = processor_of

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Read, and call it done."""
        records: list[Record] = await cast("Any", self._log).read(source, after=after, limit=limit)
        if records:
            async with self._work.begin() as work:
                for processor in self._processor_of(source.topic):
                    await work.advance(processor, {source: records[-1].position})
        return records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class Forgetful:
    """A parking lot that never tells which keys wait: a planted bug."""

    def __init__(self, parking: object) -> None:
        self._parking = parking

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Tell of none."""
        del processor
        return set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parking, name)


def mortal(
    backend: Backend, life: Life, ledger: Ledger, *, bug: Bug, readers: Callable[[str], tuple[str, ...]]
) -> Backend:
    """Return the backend as one process sees it."""
    passed = {
        entry.name: Through(getattr(backend, entry.name), life)
        for entry in fields(backend)
        if entry.name not in {"work", "closing"}
    }
    seen = replace(backend, **cast("dict[str, Any]", passed), work=MortalWork(backend.work, life, ledger, bug))
    if bug == "commit before work":
        seen = replace(seen, log=cast("Any", HastyLog(seen.log, backend.work, readers)))
    if bug == "no parking order":
        seen = replace(seen, parking=cast("Any", Forgetful(seen.parking)))
    return seen
