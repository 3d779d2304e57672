"""Batches side by side: transactions that want the same rows in any order queue for them and do not embrace."""

import asyncio
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.adapters.postgres.backend import open_postgres
from grym.errors import TransientError
from grym.ports.effects import CancelJobs, CancelTimer, Effect, EnqueueJob, HoldArtifact, KeepEntry, KeepText, SetTimer
from grym.ports.entries import Entry
from grym.ports.work import InboxEntry, StateChange, StateConflictError
from schemas.records import Message
from tests.contract.fakes import EPOCH

NAMES = [f"n{number}" for number in range(12)]


def effects(names: list[str]) -> list[Effect]:
    """Return effects of every kind that others may have at the same time."""
    message = Message(topic="grym.outcomes.v1", key=b"k", headers=(), value=b"{}")
    found: list[Effect] = []
    for name in names:
        found += [
            SetTimer(timer_id=name, subject=name, purpose="x", due_at=EPOCH, run_no=1),
            EnqueueJob(job_id=name, kind="k", request_id=name, run_no=2, tenant="t", message=message),
            KeepText(ref=name, request_id=name, user="u", text="words"),
            HoldArtifact(request_id=name, uri="a"),
            KeepEntry(entry=Entry(key=name, value={}, created_at=EPOCH, updated_at=EPOCH)),
        ]
    return [*found, CancelTimer(timer_id="nobody's"), CancelJobs(request_id=names[-1], run_no=1)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_batches_over_the_same_rows_never_deadlock(empty_dsn: str, seed: int) -> None:
    """Whoever comes second finds duplicates or a newer state, and nothing worse."""
    chance = random.Random(seed)
    backend = await open_postgres(empty_dsn, log_elsewhere=chance.random() < 0.5)

    async def work(number: int) -> None:
        names = chance.sample(NAMES, 8)
        entries = [
            InboxEntry(
                processor="p", source="s", event_id=f"{seed} {name}", run_no=1, digest=bytes([number]), external=False
            )
            for name in names
        ]
        states = await backend.states.load_all("p", names)
        async with backend.work.begin() as unit:
            await unit.admit_all(entries)
            await unit.save_all(
                [
                    StateChange(
                        processor="p",
                        key=name,
                        value=b"",
                        expected_version=states[name].version if name in states else 0,
                    )
                    for name in names
                ]
            )
            await unit.apply_all(effects(names))

    outcomes = await asyncio.gather(*(work(number) for number in range(8)), return_exceptions=True)
    await backend.close()
    assert outcomes.count(None) >= 1
    assert all(outcome is None or isinstance(outcome, StateConflictError) for outcome in outcomes), outcomes


async def test_effects_alone_never_deadlock(empty_dsn: str) -> None:
    """Also without states that tell transactions apart."""
    chance = random.Random(0)
    backend = await open_postgres(empty_dsn)

    async def work() -> None:
        async with backend.work.begin() as unit:
            await unit.apply_all(effects(chance.sample(NAMES, 8)))

    for _ in range(20):
        outcomes = await asyncio.gather(*(work() for _ in range(6)), return_exceptions=True)
        assert not [outcome for outcome in outcomes if isinstance(outcome, TransientError)], outcomes
    await backend.close()
