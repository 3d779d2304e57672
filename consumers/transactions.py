"""Transactions that somebody else got in the way of: undone by the backend, and done again here.

Only what another attempt at the same transaction can mend is tried again; a state that others saved needs a new
decision, a lost lease a new holder, a backend that is away a wait.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from grym.errors import AdapterError, LeaseLostError, TransientError
from grym.ports.work import Lease, OpenWork, StateConflictError, UnitOfWork

MAX_TRIES = 20
"""Far beyond what serialisation failures of a few lanes can add up to."""

T = TypeVar("T")


async def transact(work: UnitOfWork, lease: Lease | None, steps: Callable[[OpenWork], Awaitable[T]]) -> T:
    """Run `steps` in one transaction and commit it; repeat it when another transaction got in the way.

    Raises
    ------
    TransientError
        The last conflict, when there was no end of them; or what `transact` does not mend.
    """
    for _ in range(MAX_TRIES - 1):
        try:
            async with work.begin(lease) as unit:
                return await steps(unit)
        except (StateConflictError, LeaseLostError, AdapterError):
            raise
        except TransientError:
            continue
    async with work.begin(lease) as unit:
        return await steps(unit)
