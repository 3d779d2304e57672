"""What runs in a simulated process: the real runner and coordinator, fake capabilities, workers, timers, relays."""

from dataclasses import dataclass

from consumers.failures.retry import RetryPolicy
from consumers.jobs.lease_worker import LeaseWorker
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.running.holding import holding_by_name
from consumers.settings import LeaseSettings, LeaseWorkerSettings, RunnerSettings, SupervisorSettings, TimerSettings
from consumers.supervisor import Component
from consumers.timers import TimerService
from producers.relay import OutboxRelay, RelayPorts, RelaySettings
from streams.processor import AnyProcessor
from tests.simulation.capabilities import Guarded, Studio, Trouble, TroubledCoordinator, capabilities
from tests.simulation.ledger import Ledger
from tests.simulation.mirror import Mirror

RETRY = RetryPolicy(max_attempts=5, base_s=0.2, cap_s=2.0)
RUNNER = RunnerSettings(
    retry=RETRY,
    reconnect=RetryPolicy(base_s=0.2, cap_s=2.0),
    lease=LeaseSettings(ttl_s=4.0, renewals_per_ttl=3, compete_s=1.5),
    poll_s=5.0,
    drain_s=5.0,
    concurrency=4,
    max_run=4,
    max_unit=8,
)
WORKER = LeaseWorkerSettings(retry=RETRY, lease_s=2.0, poll_s=0.9, look_s=30.0, grace_s=3.0, slots=2)
TIMERS = TimerSettings(poll_s=2.0)
RELAY = RelaySettings(look_s=5.0, watch_s=60.0)
SETTLING = SupervisorSettings(settle_s=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """What befalls events, wherever they are worked on: the same for all processes, since attempts are counted.

    A failure event that became a letter itself would leave its run to the deadline, so nothing poisons the
    coordinator, and three failures are fewer than the attempts there are.
    """

    usual: Trouble
    mild: Trouble
    mirror: Mirror

    @classmethod
    def of(cls, seed: int) -> "Troubles":
        """Return the troubles of a seed."""
        return cls(usual=Trouble(seed), mild=Trouble(seed, poison=0.0, failures=3), mirror=Mirror(seed))

    def count(self, ledger: Ledger) -> None:
        """Add to the ledger what befell events."""
        for trouble in (self.usual, self.mild, self.mirror):
            ledger.faults += trouble.counts


def processors(troubles: Troubles, guarded: Guarded | None = None) -> list[AnyProcessor]:
    """Return every processor."""
    return [TroubledCoordinator(troubles.mild), *capabilities(troubles.usual, guarded)]


def components(ports: RunnerPorts, troubles: Troubles) -> list[Component]:
    """Return what one process runs."""
    guarded = Guarded(ports.artifacts, ports.breakers)
    runners: list[Component] = [
        ProcessorRunner(processor, ports, RUNNER) for processor in processors(troubles, guarded)
    ]
    worker = LeaseWorker([Studio(troubles.usual)], ports, WORKER)
    mirrors = [] if ports.backend.sender is None else [ProcessorRunner(troubles.mirror, ports, RUNNER)]
    return [*runners, worker, TimerService(ports, TIMERS), *elsewhere(ports), *mirrors]


def elsewhere(ports: RunnerPorts) -> list[Component]:
    """Return what runs where the log lies elsewhere: who sends what was decided."""
    backend = ports.backend
    if backend.outbox is None or backend.sender is None:
        return []
    hold = holding_by_name(backend.leases, holder=ports.holder, clock=ports.clock, settings=RUNNER.lease)
    relay = RelayPorts(
        outbox=backend.outbox, sender=backend.sender, hold=hold, clock=ports.clock, telemetry=ports.telemetry
    )
    return [OutboxRelay(relay, RELAY)]
