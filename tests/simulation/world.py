"""The two forms of the world: everything in one database, or the log in groups and the state in a database.

A world makes the ports of a process: wrapped, so that the process can die, and infected, where a bug is planted.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, cast

from consumers.ports import RunnerPorts
from consumers.running.intake import Concern
from consumers.telemetry import LogName, Telemetry
from grym.adapters.breaker import ProcessBreakers
from grym.adapters.memory import open_memory
from grym.adapters.memory.group import Group, GroupSettings
from grym.adapters.memory.group_backend import open_memory_with_groups
from grym.adapters.memory.group_feed import MemoryFeeds
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.adapters.readership import readers_by_catalogue
from grym.ports.backend import Backend
from grym.ports.outbox import Unsent
from grym.ports.work import OpenWork
from schemas.catalogue import BY_NAME
from schemas.records import Record, TopicPartition
from streams.processor import AnyProcessor
from tests.contract.fakes import MemoryArtifacts
from tests.simulation import mirror
from tests.simulation.bugs import Bug, BuggyWork, infect
from tests.simulation.capabilities import NEEDY
from tests.simulation.ledger import Ledger
from tests.simulation.mortal import Audit, Life, MortalWork, Through
from tests.simulation.mortal_feeds import Around, MortalFeeds, MortalSender
from tests.simulation.sky import ARTIFACTS, DATABASE, LOG, SimulatedClock, Sky

Form = Literal["embedded", "kafka"]
FORMS: tuple[Form, ...] = ("embedded", "kafka")
SESSION_S = 3.0
FAR = 10**9
IN_LOG = frozenset({"log", "publisher", "sender", "feeds"})
NOT_PORTS = frozenset({"work", "closing", "feeds", "sender", "job_stores"})


class Silent(Telemetry):
    """Telemetry that writes nothing: lines nobody reads are half of what a short event costs."""

    def log(self, name: LogName, **fields: str | float | None) -> None:
        """Write nothing."""


@dataclass(slots=True, kw_only=True)
class World:
    """One world, from its seed."""

    form: Form
    seed: int
    processors: Sequence[AnyProcessor]
    bug: Bug = "none"
    chance: random.Random = field(init=False)
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    ledger: Ledger = field(default_factory=Ledger)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    groups: MemoryGroupLog | None = field(init=False, default=None)
    backend: Backend = field(init=False)
    sky: Sky = field(init=False)
    audit: Audit = field(init=False)
    _fences: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed}/world")
        if self.form == "embedded":
            self.backend = open_memory(self.clock)
        else:
            gaps = random.Random(f"{self.seed}/gaps")
            self.groups = MemoryGroupLog(
                self.clock,
                settings=GroupSettings(session_s=SESSION_S),
                gap=lambda: gaps.choice((0, 0, 0, 0, 0, 1, 3)),
            )
            readers = {**readers_by_catalogue(), mirror.NAME: mirror.TOPICS}
            self.backend = open_memory_with_groups(self.clock, self.groups, readers=readers)
        dependencies = (DATABASE, ARTIFACTS) if self.groups is None else (DATABASE, LOG, ARTIFACTS)
        self.sky = Sky(
            chance=random.Random(f"{self.seed}/sky"), clock=self.clock, ledger=self.ledger, dependencies=dependencies
        )
        concerns = {processor.name: Concern(processor) for processor in self.processors}
        self.audit = Audit(
            self.ledger,
            between=self.between,
            concerns=lambda name, record: name == mirror.NAME or concerns[name].covers(record),
        )

    def ports(self, holder: str, identity: str, life: Life) -> RunnerPorts:
        """Return what one process has, as long as it lives."""
        seen = infect(
            self._wrapped(life),
            self.bug,
            clock=self.clock,
            readers=readers_of,
            fences=self._fences,
            forget=self._forget,
        )
        if self.groups is not None:
            seen = self._with_groups(seen, self.groups, identity, life)
        artifacts = cast("Any", Through(self.artifacts, life, ARTIFACTS))
        breakers = ProcessBreakers(clock=self.clock, needs=dict.fromkeys(NEEDY, (ARTIFACTS,)))
        return RunnerPorts(
            backend=seen,
            artifacts=artifacts,
            clock=self.clock,
            holder=holder,
            telemetry=Silent(),
            breakers=breakers,
        )

    async def between(self, source: TopicPartition, after: int, up_to: int) -> list[Record]:
        """Return the records of a partition after one position and up to another."""
        records = await self.backend.log.read(source, after=after, limit=FAR)
        return [record for record in records if record.position <= up_to]

    async def everything(self) -> list[Record]:
        """Return every record of every topic."""
        return [record for topic in BY_NAME for record in await self.of_topic(topic)]

    async def of_topic(self, topic: str) -> list[Record]:
        """Return every record of a topic, its partitions one after the other."""
        return [record for source in partitions_of([topic]) for record in await self.between(source, 0, FAR)]

    def count_groups(self) -> None:
        """Add to the ledger what happened in groups."""
        groups: Sequence[Group] = () if self.groups is None else list(self.groups.groups.values())
        for group in groups:
            self.ledger.count("rebalances", group.counts.rebalances)
            self.ledger.count("evictions", group.counts.evictions)
            self.ledger.count("work cut short by a revocation", group.counts.cut_short)

    def _wrapped(self, life: Life) -> Backend:
        """Return the backend with every port but those of groups passing through a life."""
        passed = {
            entry.name: Through(getattr(self.backend, entry.name), life, self._dependency(entry.name))
            for entry in fields(self.backend)
            if entry.name not in NOT_PORTS and getattr(self.backend, entry.name) is not None
        }
        work = MortalWork(self.backend.work, life, self.ledger, wrap=self._wrap, audit=self.audit)
        # Heartbeats from a thread of their own have no place in virtual time.
        return replace(self.backend, **cast("dict[str, Any]", passed), work=work, job_stores=None)

    def _with_groups(self, backend: Backend, log: MemoryGroupLog, identity: str, life: Life) -> Backend:
        around = Around(life=life, sky=self.sky, ledger=self.ledger, audit=self.audit, bug=self.bug, clock=self.clock)
        feeds = MemoryFeeds(log, identity)
        life.at_death(feeds.fall_silent)
        life.on_freeze, life.on_thaw = feeds.fall_silent, feeds.come_back
        return replace(backend, feeds=MortalFeeds(feeds, around), sender=MortalSender(log, around))

    def _wrap(self, work: OpenWork) -> OpenWork:
        if self.bug == "none":
            return work
        return cast("OpenWork", BuggyWork(work, self.bug, self._fences, self._end))

    async def _end(self, source: TopicPartition) -> int:
        records = await self.between(source, 0, FAR)
        return records[-1].position if records else 0

    def _forget(self, unsent: Unsent) -> None:
        """Lose a message of the outbox."""
        cast("Any", self.backend.outbox)._store.outbox.pop(unsent.outbox_no, None)

    def _dependency(self, port: str) -> str:
        return LOG if self.groups is not None and port in IN_LOG else DATABASE


def readers_of(topic: str) -> tuple[str, ...]:
    """Return who reads a topic."""
    return BY_NAME[topic].readers
