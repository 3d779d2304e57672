"""States in a transaction: compared by version and set, many in one statement."""

from collections.abc import Sequence

from grym.adapters.postgres.desks import Rows
from grym.adapters.postgres.rows import index_name
from grym.ports.work import StateChange, StateConflictError

_SAVE = """
insert into states (processor, key, value, version, saved_at)
select processor, key, value, expected + 1, clock_timestamp()
from unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[]) as g (processor, key, value, expected)
where expected = 0 or exists (select from states s where s.processor = g.processor and s.key = g.key)
order by processor, key
on conflict (processor, key) do update
set value = excluded.value, version = excluded.version, saved_at = excluded.saved_at
where states.version = excluded.version - 1
returning processor, key"""
# Rows are locked in the order of their keys; what is not returned had another version, or was expected and is missing.


class StateRows(Rows):
    """Processor states."""

    async def save(self, processor: str, key: str, value: bytes, *, expected_version: int) -> None:
        """Store a state whose stored version is the expected one."""
        change = StateChange(processor=processor, key=key, value=value, expected_version=expected_version)
        await self.save_all([change])

    async def save_all(self, changes: Sequence[StateChange]) -> None:
        """Store many states, each key once."""
        if not changes:
            return
        saved = await self._connection.fetch(
            _SAVE,
            [change.processor for change in changes],
            [index_name(change.key) for change in changes],
            [change.value for change in changes],
            [change.expected_version for change in changes],
        )
        if len(saved) < len(changes):
            raise _conflict(changes, {(row["processor"], row["key"]) for row in saved})


def _conflict(changes: Sequence[StateChange], saved: set[tuple[str, str]]) -> StateConflictError:
    missing = (change for change in changes if (change.processor, index_name(change.key)) not in saved)
    lost = next(missing, changes[0])
    return StateConflictError(
        f"the state {lost.key!r} of {lost.processor} was saved in between",
        details={"expected": lost.expected_version, "conflicts": len(changes) - len(saved)},
    )
