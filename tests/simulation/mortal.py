"""A process that can die or freeze at any call to its ports.

Dying is what `kill -9` is to the others: the process never calls anything again, so its lease, its jobs and its
membership are not given back, and a transaction that had not committed is gone. Freezing is a long pause, after which a
process goes on believing that it still holds what it held.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from grym.ports.work import Admission, InboxEntry, Lease, Letter, OpenWork, UnitOfWork
from schemas.records import Message, Record, TopicPartition
from tests.simulation.ledger import Entries, Ledger, identity_of
from tests.simulation.sky import DATABASE, Sky

AT_ONCE = 0.4
"""Share of calls that are over before anybody else can do something."""
PATIENT = 0.7
"""Share of calls that take no time: these, and those that only let others go first."""
CALL_S = 0.005
"""Longest duration of the other calls."""
SLOW_S = 0.4
"""Longest duration of a call to something slow."""
PER_COMMIT = 20
"""How much likelier death is at a commit than at any other call."""


class Life:
    """Whether a process lives, and how long its calls take."""

    def __init__(self, seed: str, ledger: Ledger, sky: Sky, *, crash: float) -> None:
        self._chance = random.Random(seed)
        self._ledger = ledger
        self._sky = sky
        self._crash = crash / PER_COMMIT
        self._thawed = asyncio.Event()
        self._thawed.set()
        self.dead = False
        self._mourners: list[Callable[[], object]] = []
        self.on_freeze: Callable[[], object] = lambda: None
        self.on_thaw: Callable[[], object] = lambda: None

    def at_death(self, mourner: Callable[[], object]) -> None:
        """Have something called when the process dies."""
        self._mourners.append(mourner)

    def die(self) -> None:
        """End the process."""
        if not self.dead:
            self._ledger.count("kills")
            self.end()

    def end(self) -> None:
        """Let no call come through any more, frozen ones neither, and tell those who want to know."""
        if not self.dead:
            self.dead = True
            self._thawed.set()
            for mourner in self._mourners:
                mourner()

    async def freeze(self, seconds: float) -> None:
        """Let the process do nothing for a while."""
        if self.dead:
            return
        self._ledger.count("freezes")
        self._thawed.clear()
        self.on_freeze()
        await asyncio.sleep(seconds)
        if not self.dead:
            self._thawed.set()
            self.on_thaw()

    async def step(self, dependency: str) -> None:
        """Let some time pass before a call; refuse it when dead, or when whom it asks is away."""
        duration = self._chance.random()
        if dependency in self._sky.slow:
            self._ledger.count("slow calls")
            await asyncio.sleep(duration * SLOW_S)
        elif duration < PATIENT:
            if duration > AT_ONCE:
                await asyncio.sleep(0)
        else:
            await asyncio.sleep((duration - PATIENT) * CALL_S / (1 - PATIENT))
        await self.awake()
        self._sky.check(dependency)

    async def awake(self) -> None:
        """Wait while frozen; perhaps die."""
        if not self._thawed.is_set():
            await self._thawed.wait()
        self.risk()

    def check(self) -> None:
        """Refuse when dead: what was asked gets no answer any more."""
        if self.dead:
            raise asyncio.CancelledError

    def risk(self, likelier: int = 1) -> None:
        """Perhaps die here."""
        if not self.dead and self._chance.random() < self._crash * likelier:
            self.die()
        self.check()

    def happens(self, probability: float) -> bool:
        """Return whether something happens that has a probability."""
        return self._chance.random() < probability


class Through:
    """A port whose every call passes through a life."""

    def __init__(self, port: object, life: Life, dependency: str) -> None:
        self._port = port
        self._life = life
        self._dependency = dependency

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method, life, dependency = getattr(self._port, name), self._life, self._dependency

        async def call(*args: object, **named: object) -> object:
            await life.step(dependency)
            result = await method(*args, **named)
            life.risk()
            return result

        setattr(self, name, call)
        return call


class Bookkeeping:
    """A transaction whose doings go into the ledger when it commits."""

    def __init__(self, work: OpenWork) -> None:
        self._work = work
        self.entries = Entries()

    async def admit_all(self, entries: Sequence[InboxEntry]) -> list[Admission]:
        """Claim many effects."""
        admissions = await self._work.admit_all(entries)
        judged = zip(entries, admissions, strict=True)
        self.entries.effects += [entry for entry, admission in judged if admission is Admission.NEW]
        return admissions

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim an effect."""
        return (await self.admit_all([entry]))[0]

    async def append(self, messages: Sequence[Message]) -> None:
        """Append outputs."""
        await self._work.append(messages)
        self.entries.said += [identity_of(message) for message in messages if _is_event(message)]

    async def park(self, processor: str, record: Record, **named: Any) -> None:
        """Set a record aside."""
        await self._work.park(processor, record, **named)
        self.entries.parked.append((processor, record.topic_partition, record.position))

    async def file_letter(self, letter: Letter) -> None:
        """Enter a letter."""
        await self._work.file_letter(letter)
        self.entries.lettered.append((letter.processor, letter.origin, letter.origin_position))
        self.entries.letter_codes.append(letter.fault.code)

    async def advance(self, processor: str, positions: dict[TopicPartition, int]) -> None:
        """Record how far partitions are done."""
        await self._work.advance(processor, positions)
        self.entries.advanced += [(processor, source, position) for source, position in positions.items()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


class MortalWork:
    """Transactions of a process that may die just before or just after a commit."""

    def __init__(
        self, work: UnitOfWork, life: Life, ledger: Ledger, *, wrap: Callable[[OpenWork], OpenWork], audit: "Audit"
    ) -> None:
        self._work = work
        self._life = life
        self._ledger = ledger
        self._wrap = wrap
        self._audit = audit

    @asynccontextmanager
    async def begin(self, lease: Lease | None = None) -> AsyncIterator[OpenWork]:
        """Open a transaction."""
        await self._life.step(DATABASE)
        async with self._work.begin(lease) as work:
            books = Bookkeeping(work)
            yield self._wrap(cast("OpenWork", books))
            await self._life.step(DATABASE)
            self._life.risk(PER_COMMIT)
        self._ledger.enter(books.entries)
        for processor, source, position in books.entries.advanced:
            await self._audit.passed(processor, source, position)
        self._life.risk(PER_COMMIT)


class Audit:
    """Looks at every commit of a position: nothing below it may still be in anybody's hands (promise 4).

    Parameters
    ----------
    between
        Returns the records of a partition after one position and up to another.
    concerns
        Tells whether a record concerns a processor.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        between: Callable[[TopicPartition, int, int], Awaitable[Sequence[Record]]],
        concerns: Callable[[str, Record], bool],
    ) -> None:
        self._ledger = ledger
        self._between = between
        self._concerns = concerns
        self._checked: dict[tuple[str, TopicPartition], int] = {}

    async def passed(self, processor: str, source: TopicPartition, position: int) -> None:
        """Check everything between the position committed last and this one."""
        checked = self._checked.get((processor, source), 0)
        for record in await self._between(source, checked, position):
            self._check(processor, record)
        self._checked[processor, source] = max(checked, position)

    async def beyond(self, processor: str, source: TopicPartition, positions: Sequence[int]) -> None:
        """Check single positions above the committed one."""
        for position in positions:
            for record in await self._between(source, position - 1, position):
                self._check(processor, record)

    def _check(self, processor: str, record: Record) -> None:
        if self._concerns(processor, record) and not self._ledger.is_out_of_hand(processor, record):
            self._ledger.broken.append(
                f"{processor}: {record.topic}/{record.partition} committed past {record.position} while in hand"
            )


def _is_event(message: Message) -> bool:
    return not any(name == "grym_letter_id" for name, _ in message.headers)
