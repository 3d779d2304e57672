"""Beginning again after whatever only time can mend: a lease that somebody else has, a backend that is away."""

import asyncio
from collections.abc import Awaitable, Callable

from consumers.ports import RunnerPorts
from consumers.settings import RunnerSettings
from consumers.waits import raise_if_cancelled, sleep_unless
from grym.errors import LeaseLostError, TransientError, leaves_of


async def keep_running(
    name: str,
    ports: RunnerPorts,
    settings: RunnerSettings,
    once: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
) -> None:
    """Work through one assignment after the other until `stop` is set, waiting longer after each failure in a row.

    Raises
    ------
    Exception
        What neither a retry nor another attempt can mend.
    """
    failures, clock, telemetry = 0, ports.clock, ports.telemetry
    while not stop.is_set():
        began_s = clock.monotonic_s()
        try:
            await once()
        except LeaseLostError:
            raise_if_cancelled()
            telemetry.count("leases_lost", of=name)
            telemetry.log("lease.lost", processor=name)
        except TransientError as error:
            raise_if_cancelled()
            worked_well = clock.monotonic_s() - began_s > settings.retry.cap_s
            failures = 1 if worked_well else failures + 1
            telemetry.count("interruptions", of=name)
            telemetry.log("runner.interrupted", processor=name, code=error.code)
            telemetry.stand(name, "away")
            await sleep_unless(stop, clock, settings.reconnect.delay_s(attempts=failures, identity=name))


def worst(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that decides: anything unforeseen, else a lost lease, else a backend that is away."""
    errors = list(leaves_of(group))
    unforeseen = [error for error in errors if not isinstance(error, TransientError)]
    lost = [error for error in errors if isinstance(error, LeaseLostError)]
    return (unforeseen or lost or errors)[0]
