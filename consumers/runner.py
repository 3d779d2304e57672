"""Runs one processor: takes what it is assigned, works while that lasts, and begins again.

The promises kept here: one effect per event (inbox, state and outputs in one transaction), order per key through
retries, nothing lost (a record is out of hand only when done, parked or a letter), and a graceful stop that finishes
what is in hand. Losing an assignment drops all work; whoever has it next does it again.
"""

import asyncio
from collections.abc import Iterator
from contextvars import Context
from functools import partial
from typing import cast

from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.running.events import EventWorker
from consumers.running.exchanges import Exchanges
from consumers.running.flow import Flow, Worker
from consumers.running.hops import Caution, HopWorker
from consumers.running.intake import topics_read_by
from consumers.running.keeping import keep_running, worst
from consumers.running.leased import LeasedFeed
from consumers.running.outlets import DirectOutlet, ExchangeOutlet, Outlet
from consumers.running.tenure import Tenure
from consumers.settings import RunnerSettings
from consumers.waits import cancel_all, first_of
from grym.errors import InvariantError
from grym.ports.backend import Backend
from grym.ports.feed import Assignment, Feed
from grym.ports.metrics import MetricName, Sample
from streams.hop import Hop
from streams.processor import AnyProcessor

_GAUGES: tuple[MetricName, ...] = ("assigned_partitions", "paused_partitions")
"""What is true only while an assignment lasts."""


class ProcessorRunner:
    """One processor in this process.

    Parameters
    ----------
    processor
        The capability to run, or a pure hop; its name is the name of its group or lease and of its parking lot.
    """

    def __init__(
        self, processor: AnyProcessor | Hop, ports: RunnerPorts, settings: RunnerSettings | None = None
    ) -> None:
        self._processor = processor
        self._hop = _as_hop(processor)
        self._ports = ports
        self._settings = settings or RunnerSettings()
        self._caution = Caution()
        self._exchanges = self._exchanges_of(ports.backend)
        self._budget: Budget | None = None
        self._worker: Worker | None = None

    @property
    def name(self) -> str:
        """The processor's name."""
        return self._processor.name

    @property
    def in_hand(self) -> int:
        """How many events are being worked on."""
        return 0 if self._budget is None else self._budget.count

    def samples(self) -> Iterator[Sample]:
        """Return how much is in hand and how old it is, as a `MetricSource`."""
        oldest = None if self._worker is None else self._worker.oldest
        age_s = 0.0 if oldest is None else (self._ports.clock.now() - oldest).total_seconds()
        yield Sample(name="events_in_hand", value=self.in_hand, of=self.name)
        yield Sample(name="oldest_unfinished_seconds", value=max(0.0, age_s), of=self.name)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set: wait for an assignment, work while it lasts, begin again.

        Raises
        ------
        Exception
            What neither a retry nor another attempt at the same event can mend.
        """
        feed, telemetry = self._feed(), self._ports.telemetry
        telemetry.include(self)
        try:
            await keep_running(self.name, self._ports, self._settings, partial(self._once, feed, stop), stop)
        finally:
            telemetry.exclude(self)
            telemetry.quiet(f"{self.name}.poll")
            await self._close_exchanges()
            await feed.close()
        self._ports.telemetry.log("runner.stopped", processor=self.name)

    async def _once(self, feed: Feed, stop: asyncio.Event) -> None:
        self._ports.telemetry.stand(self.name, "competing")
        async with feed.assigned(stop) as assignment:
            if assignment is None:
                return
            if self._exchanges is not None and await self._exchanges.open_for(assignment.marks):
                return  # whoever had the partitions before is shut out only now: its last marks are to be read
            try:
                await self._work(assignment, stop)
            except BaseExceptionGroup as group:
                await self._close_exchanges()
                raise worst(group) from group
            finally:
                self._budget = self._worker = None
                for name in _GAUGES:
                    self._ports.telemetry.gauge(name, 0, of=self.name)

    async def _close_exchanges(self) -> None:
        if self._exchanges is not None:
            await self._exchanges.close()

    async def _work(self, assignment: Assignment, stop: asyncio.Event) -> None:
        telemetry, settings = self._ports.telemetry, self._settings
        tenure = await self._tenure(assignment)
        budget = self._budget = Budget(max_count=settings.backlog, max_bytes=settings.backlog_bytes)
        telemetry.stand(self.name, "assigned")
        telemetry.count("rebalances", of=self.name)
        telemetry.gauge("assigned_partitions", len(tenure.sources), of=self.name)
        telemetry.log("assignment.began", processor=self.name, partitions=len(tenure.sources))
        async with asyncio.TaskGroup() as group:
            worker = self._worker = self._hire(group, assignment, tenure, budget)
            flow = Flow(
                self.name,
                self._ports,
                settings,
                assignment=assignment,
                tenure=tenure,
                budget=budget,
                worker=worker,
            )
            # A log remembers per context what its reader has seen: the loops share theirs with nobody.
            loops = [group.create_task(loop, context=Context()) for loop in (flow.read(), flow.retry(), flow.commit())]
            await first_of(stop.wait(), assignment.lost())
            await cancel_all(*loops)
            # What is left after the drain is dropped, and done again by whoever has it next.
            began_s = self._ports.clock.monotonic_s()
            drain_s = settings.drain_s if stop.is_set() else settings.revoke_drain_s
            await first_of(budget.wait_until_empty(), self._ports.clock.sleep(drain_s))
            await worker.drop()
            telemetry.observe("drain_seconds", self._ports.clock.monotonic_s() - began_s, of=self.name)
            await flow.flush()
        telemetry.log("assignment.ended", processor=self.name)

    async def _tenure(self, assignment: Assignment) -> Tenure:
        backend, marks = self._ports.backend, assignment.marks
        return Tenure(
            self.name,
            assignment,
            waiting=await backend.parking.waiting_keys(self.name),
            given_up=await backend.letters.given_up(self.name, {s: mark.position for s, mark in marks.items()}),
        )

    def _hire(self, group: asyncio.TaskGroup, assignment: Assignment, tenure: Tenure, budget: Budget) -> Worker:
        ports, settings = self._ports, self._settings
        if self._hop is None:
            processor = cast("AnyProcessor", self._processor)
            return EventWorker(
                processor, ports, settings, assignment=assignment, tenure=tenure, group=group, budget=budget
            )
        return HopWorker(
            self._hop,
            ports,
            settings,
            tenure=tenure,
            group=group,
            budget=budget,
            outlet=self._outlet(group, assignment, tenure),
            caution=self._caution,
        )

    def _outlet(self, group: asyncio.TaskGroup, assignment: Assignment, tenure: Tenure) -> Outlet:
        if self._exchanges is not None:
            return ExchangeOutlet(self._exchanges, group, tenure)
        sender = self._ports.backend.sender
        if sender is None:
            raise InvariantError("a pure hop needs a log of its own: its outputs are sent, not committed with effects")
        return DirectOutlet(sender, assignment, tenure)

    def _exchanges_of(self, backend: Backend) -> Exchanges | None:
        if self._hop is None or backend.exchanges is None:
            return None
        return Exchanges(partial(backend.exchanges, self.name))

    def _feed(self) -> Feed:
        topics = topics_read_by(cast("AnyProcessor", self._processor)) if self._hop is None else self._hop.topics
        if self._ports.backend.feeds is not None:
            return self._ports.backend.feeds.feed(self.name, topics)
        return LeasedFeed(self.name, topics, self._ports, self._settings)


def _as_hop(processor: AnyProcessor | Hop) -> Hop | None:
    return None if hasattr(processor, "state_type") else processor
