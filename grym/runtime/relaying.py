"""The outbox relay of a process, where the log lies elsewhere than the state."""

from consumers.ports import RunnerPorts
from consumers.running.holding import holding_by_name
from consumers.settings import LeaseSettings
from producers.relay import OutboxRelay, RelayPorts, RelaySettings


def relay_of(ports: RunnerPorts, settings: RelaySettings | None = None) -> OutboxRelay | None:
    """Return what sends this backend's outbox; None where there is none."""
    backend = ports.backend
    if backend.outbox is None or backend.sender is None:
        return None
    return OutboxRelay(
        RelayPorts(
            outbox=backend.outbox,
            sender=backend.sender,
            hold=holding_by_name(backend.leases, holder=ports.holder, clock=ports.clock, settings=LeaseSettings()),
            clock=ports.clock,
            telemetry=ports.telemetry,
        ),
        settings,
    )
