"""Runs one processor: whoever holds its lease reads, decides, commits; everybody else waits to take over.

The promises kept here: one effect per event (inbox, state, outputs and position in one transaction fenced by the
lease), order per key through retries, nothing lost (a record is out of hand only when done, parked or a letter), and a
graceful stop that finishes what is in hand. Losing the lease drops all work at once; the successor does it again.
"""

import asyncio
from contextvars import Context

from consumers.holding import Holding, compete, held
from consumers.intake import topics_read_by
from consumers.lanes import Lanes
from consumers.ports import RunnerPorts
from consumers.pump import Pump
from consumers.settings import RunnerSettings
from consumers.tenure import Tenure
from consumers.waits import cancel_all, first_of, raise_if_cancelled, sleep_unless
from grym.errors import LeaseLostError, TransientError
from streams.processor import AnyProcessor


class ProcessorRunner:
    """One processor in this process.

    Parameters
    ----------
    processor
        The capability to run; its name is the name of the lease, of its positions and of its parking lot.
    """

    def __init__(self, processor: AnyProcessor, ports: RunnerPorts, settings: RunnerSettings | None = None) -> None:
        self._processor = processor
        self._ports = ports
        self._settings = settings or RunnerSettings()
        self._lanes: Lanes | None = None

    @property
    def name(self) -> str:
        """The processor's name."""
        return self._processor.name

    @property
    def in_hand(self) -> int:
        """How many events are being worked on."""
        return 0 if self._lanes is None else self._lanes.backlog

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set: compete for the lease, work while it lasts, begin again.

        Raises
        ------
        Exception
            What neither a retry nor another attempt at the same event can mend.
        """
        failures = 0
        while not stop.is_set():
            began_s = self._ports.clock.monotonic_s()
            try:
                await self._once(stop)
            except LeaseLostError:
                raise_if_cancelled()
                self._ports.telemetry.count("leases_lost")
                self._ports.telemetry.log("lease.lost", processor=self.name)
            except TransientError as error:
                raise_if_cancelled()
                worked_well = self._ports.clock.monotonic_s() - began_s > self._settings.retry.cap_s
                failures = 1 if worked_well else failures + 1
                self._ports.telemetry.count("interruptions")
                self._ports.telemetry.log("runner.interrupted", processor=self.name, code=error.code)
                delay_s = self._settings.retry.delay_s(attempts=failures, identity=self.name)
                await sleep_unless(stop, self._ports.clock, delay_s)
        self._ports.telemetry.log("runner.stopped", processor=self.name)

    async def _once(self, stop: asyncio.Event) -> None:
        leases, clock, settings = self._ports.backend.leases, self._ports.clock, self._settings.lease
        lease = await compete(leases, self.name, holder=self._ports.holder, clock=clock, settings=settings, stop=stop)
        if lease is None:
            return
        self._ports.telemetry.log("lease.acquired", processor=self.name, epoch=lease.epoch)
        async with held(leases, lease, clock=clock, settings=settings) as holding:
            try:
                await self._work(holding, stop)
            except BaseExceptionGroup as group:
                raise _worst(group) from group
            finally:
                self._lanes = None

    async def _work(self, holding: Holding, stop: asyncio.Event) -> None:
        tenure = await self._tenure(holding)
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(holding.keep())
            lanes = Lanes(group, concurrency=self._settings.concurrency, capacity=self._settings.backlog)
            self._lanes = lanes
            pump = Pump(self._processor, self._ports, self._settings, tenure=tenure, lanes=lanes)
            # A log remembers per context what its reader has seen: the loops share theirs with nobody.
            loops = [group.create_task(loop, context=Context()) for loop in (pump.read(), pump.retry(), pump.commit())]
            await stop.wait()
            await cancel_all(*loops)
            await self._drain(lanes)
            await pump.flush()
            keeper.cancel()

    async def _tenure(self, holding: Holding) -> Tenure:
        backend = self._ports.backend
        return Tenure(
            self.name,
            holding,
            ends=await backend.log.ends(topics_read_by(self._processor)),
            positions=await backend.progress.positions(self.name),
            waiting=await backend.parking.waiting_keys(self.name),
        )

    async def _drain(self, lanes: Lanes) -> None:
        """Let what is in hand finish, within bounds; what is left is dropped and done again by the next holder."""
        await first_of(lanes.wait_until_empty(), self._ports.clock.sleep(self._settings.drain_s))
        lanes.drop()


def _worst(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that decides: anything unforeseen, else a lost lease, else a backend that is away."""
    errors = list(_flat(group))
    unforeseen = [error for error in errors if not isinstance(error, TransientError)]
    lost = [error for error in errors if isinstance(error, LeaseLostError)]
    return (unforeseen or lost or errors)[0]


def _flat(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    flat: list[BaseException] = []
    for error in group.exceptions:
        flat.extend(_flat(error) if isinstance(error, BaseExceptionGroup) else [error])
    return flat
