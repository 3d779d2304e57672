"""Runs the processor ``live``: listens to the streams of whatever partitions it is assigned (promise 4, ADR 28)."""

import asyncio
import gc
from collections.abc import Iterator
from functools import partial

from consumers.live.recognising import Memory
from consumers.live.session import Session
from consumers.live.settings import LiveSettings
from consumers.live.writing import outlet_for
from consumers.ports import RunnerPorts
from consumers.running.keeping import keep_running, worst
from consumers.running.leased import LeasedFeed
from consumers.transactions import transact
from grym.ports.feed import Assignment, Feed
from grym.ports.metrics import MetricName, Sample
from grym.ports.work import OpenWork
from schemas.catalogue import AUDIO_FRAMES
from streams.live.listener import Manners
from streams.live.sound import Ears

NAME = "live"
_GAUGES: tuple[MetricName, ...] = ("assigned_partitions", "paused_partitions", "live_streams")
"""What is true only while an assignment lasts."""


class LiveRunner:
    """Listens to live streams in this process.

    Parameters
    ----------
    ears
        How the sound of a stream is folded.
    memory
        What is asked about running streams; None asks nobody.
    """

    name = NAME

    def __init__(
        self, ears: Ears, ports: RunnerPorts, settings: LiveSettings | None = None, *, memory: Memory | None = None
    ) -> None:
        self._ports = ports
        self._memory = memory
        self._settings = settings or LiveSettings()
        self._manners = Manners(ears=ears, idle_s=self._settings.idle_s)
        self._session: Session | None = None

    @property
    def in_hand(self) -> int:
        """How many records are being worked on."""
        return 0 if self._session is None else self._session.in_hand

    def samples(self) -> Iterator[Sample]:
        """Return how much is in hand, as a `MetricSource`."""
        yield Sample(name="events_in_hand", value=self.in_hand, of=self.name)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set: wait for an assignment, listen while it lasts, begin again.

        Raises
        ------
        Exception
            What another attempt cannot mend.
        """
        feed, telemetry, settings = self._feed(), self._ports.telemetry, self._settings.runner
        telemetry.include(self)
        try:
            await keep_running(self.name, self._ports, settings, partial(self._once, feed, stop), stop)
        finally:
            telemetry.exclude(self)
            telemetry.quiet(f"{self.name}.poll")
            await feed.close()
        telemetry.log("runner.stopped", processor=self.name)

    async def _once(self, feed: Feed, stop: asyncio.Event) -> None:
        telemetry = self._ports.telemetry
        telemetry.stand(self.name, "competing")
        async with feed.assigned(stop) as assignment:
            if assignment is None:
                return
            try:
                await self._listen(assignment, stop)
            except BaseExceptionGroup as group:
                raise worst(group) from group
            finally:
                self._session = None
                for name in _GAUGES:
                    telemetry.gauge(name, 0, of=self.name)

    async def _listen(self, assignment: Assignment, stop: asyncio.Event) -> None:
        telemetry, sources = self._ports.telemetry, assignment.marks
        epoch = await self._claim(assignment)
        session = self._session = Session(
            self.name,
            self._ports,
            self._settings,
            self._manners,
            assignment=assignment,
            outlet=outlet_for(self.name, self._ports, assignment, epoch, apart_s=self._settings.requests_apart_s),
            checkpoints=await self._ports.backend.live.open_in(tuple(sources)),
            memory=self._memory,
        )
        telemetry.stand(self.name, "assigned")
        telemetry.count("rebalances", of=self.name)
        telemetry.gauge("assigned_partitions", len(sources), of=self.name)
        telemetry.log("assignment.began", processor=self.name, partitions=len(sources))
        _spare_what_stays()
        await session.listen(stop)
        telemetry.log("assignment.ended", processor=self.name)

    async def _claim(self, assignment: Assignment) -> int:
        """Shut out whoever listened to these partitions before; how far they came is read only then."""
        sources = tuple(assignment.marks)

        async def steps(work: OpenWork) -> int:
            return await work.claim_sources(sources)

        return await transact(self._ports.backend.work, assignment.lease, steps)

    def _feed(self) -> Feed:
        feeds = self._ports.backend.feeds
        if feeds is not None:
            return feeds.feed(self.name, (AUDIO_FRAMES,))
        return LeasedFeed(self.name, (AUDIO_FRAMES,), self._ports, self._settings.runner)


def _spare_what_stays() -> None:
    """Leave what is loaded by now out of every later look for garbage.

    Such a look goes through all there is, libraries above all, and holds every stream up for 50 ms and more.
    """
    gc.collect()
    gc.freeze()
