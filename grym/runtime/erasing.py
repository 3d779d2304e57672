"""Erasing a person: open requests are cancelled, processors forget, patterns are given up, and what was said goes.

In this order, so that nothing writes anew what was removed: first nobody works for the person any more, then whoever
has learned of them forgets, in the order of the feedback lane; then one transaction removes the rest. Each step is
harmless when done again, so an erasure that was interrupted is finished by asking again.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from grym.domain.patterns.verdicts import who_is
from grym.errors import InvalidRequestError, UnavailableError
from grym.ports.erasing import Erased, Erasure
from grym.ports.patterns import PatternChange, PatternEvent
from grym.runtime.remains import Remain, remains
from schemas.commands import ANONYMOUS, RequestComposition, RequestPatternChange
from schemas.envelope import DEFAULT_TENANT
from streams.coordinator.run import Run
from streams.learning.processor import NAME as LEARNING
from streams.learning.state import state_key_of
from streams.sessions.processor import NAME as SESSIONS
from streams.sessions.processor import person_key

if TYPE_CHECKING:
    from grym.ports.erasing import Eraser
    from grym.runtime.opening import Runtime
    from producers.people import PeopleDesk

FORGETTING = frozenset({SESSIONS, LEARNING})
"""The processors that learn of people, and answer to an erasure."""
PAGE = 1000
COORDINATOR = "coordinator"
TAKEN_S = 60.0
"""A coordinator takes thousands of requests a second; a worker that starts first takes seconds."""
READ_S = 10.0
"""How long readers may take to pass what is to be erased: marks are written ten times a second."""
LOOK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an erasure did, or with a dry run would do.

    Parameters
    ----------
    erasure_id
        Names it in the audit; empty for a dry run.
    removed
        How much was removed, by kind.
    left
        Records that somebody has yet to read: asking again removes them.
    remains
        What grym cannot take back, and until when it stays.
    """

    erasure_id: str
    requests: int
    removed: dict[str, int]
    left: int
    remains: tuple[Remain, ...]


async def erase_person(runtime: "Runtime", people: "PeopleDesk", user: str, *, tenant: str, dry_run: bool) -> Report:
    """Erase a person of a tenant.

    Raises
    ------
    InvalidRequestError
        ``erase.nobody`` for the user of those who name none.
    UnavailableError
        ``session.no_answer`` where no worker forgets; nothing was removed then.
    """
    if user == ANONYMOUS:
        raise InvalidRequestError(
            f"{ANONYMOUS} is nobody in particular: whoever names no user shares it",
            code="erase.nobody",
            hint="Name a user.",
        )
    eraser = _eraser(runtime)
    if dry_run:
        erased = await eraser.erase(await _erasure(runtime, eraser, user, tenant=tenant), dry_run=True)
        count = len(await _runs(eraser, user, tenant=tenant))
        return _report("", count, erased, runtime)
    await _taken(runtime)
    await _cancel_open(runtime, await _runs(eraser, user, tenant=tenant))
    await _withdraw_verdicts(runtime, user, tenant=tenant)
    name = await people.forget(user, tenant=tenant)
    async with runtime.working():
        await people.forgotten(name, by=FORGETTING)
        erasure = await _erasure(runtime, eraser, user, tenant=tenant)
        await _give_up_patterns(runtime, people, erasure, name)
        erased = await _erased(runtime, eraser, erasure)
    await people.tell_erased(name, removed=erased.removed, left=erased.left, tenant=tenant)
    return _report(name, len(erasure.requests), erased, runtime)


def _report(name: str, requests: int, erased: Erased, runtime: "Runtime") -> Report:
    remaining = remains(on_kafka=runtime.backend.feeds is not None, redis=runtime.settings.redis is not None)
    return Report(erasure_id=name, requests=requests, removed=erased.removed, left=erased.left, remains=remaining)


def _eraser(runtime: "Runtime") -> "Eraser":
    eraser = runtime.backend.eraser
    if eraser is None:
        raise UnavailableError("what lives in memory is not erased", code="erase.memory", hint="End the process.")
    return eraser


async def _runs(eraser: "Eraser", user: str, *, tenant: str) -> dict[str, Run]:
    """Return the runs of a person's requests, by request id."""
    rows = await eraser.runs_of(user)
    runs = {row.key: msgspec.json.decode(row.value, type=Run) for row in rows}
    return {name: run for name, run in runs.items() if _is_theirs(run, user, tenant=tenant)}


def _is_theirs(run: Run, user: str, *, tenant: str) -> bool:
    """Tell whether a run is of a person; one from before tenants were noted counts for the usual tenant."""
    return bool(run.has_request) and run.request.user == user and (run.tenant or DEFAULT_TENANT) == tenant


async def _taken(runtime: "Runtime") -> None:
    """Wait until every request that lies in the log by now has been taken: before that nobody knows whose it is.

    Raises
    ------
    UnavailableError
        ``erase.untaken`` where no worker takes requests.
    """
    backend, topic = runtime.backend, RequestComposition.TOPIC
    ends = await backend.log.ends([topic])
    until_s = runtime.clock.monotonic_s() + TAKEN_S
    async with runtime.working():
        while True:
            done = await backend.progress.positions(COORDINATOR)
            if all(done.get(place, 0) >= end for place, end in ends.items()):
                return
            if runtime.clock.monotonic_s() > until_s:
                raise UnavailableError(
                    f"requests wait that nobody has taken within {TAKEN_S:.0f} seconds",
                    code="erase.untaken",
                    hint="Start a worker `coordinator`, and erase again.",
                )
            await runtime.clock.sleep(LOOK_S)


async def _cancel_open(runtime: "Runtime", runs: dict[str, Run]) -> None:
    waiting = [name for name, run in runs.items() if not run.over]
    for name in waiting:
        await runtime.client.cancel(name, reason="erased")
    async with runtime.working():
        for name in waiting:
            await runtime.client.wait(name)


async def _withdraw_verdicts(runtime: "Runtime", user: str, *, tenant: str) -> None:
    """Take back what the person said of matches, so that what was learned from it is as if never said."""
    who = who_is(user)
    said = {event.change.collection async for event in _journal(runtime) if event.change.data.get("who") == who}
    async with runtime.working():
        for collection in sorted(said):
            wish = RequestPatternChange(action="withdraw", user=user, collection=collection)
            ticket = await runtime.client.change_patterns(wish, tenant=tenant)
            await runtime.client.wait(ticket.request_id)


async def _erasure(runtime: "Runtime", eraser: "Eraser", user: str, *, tenant: str) -> Erasure:
    runs = await _runs(eraser, user, tenant=tenant)
    return Erasure(
        user=user,
        tenant=tenant,
        requests=tuple(sorted(runs)),
        correlations=tuple(sorted({run.correlation_id for run in runs.values()} - {""})),
        runs={name: msgspec.json.encode(erased_run(run)) for name, run in runs.items()},
        states=_states(user, tenant=tenant, requests=runs),
        patterns=await _patterns(runtime, user, requests=frozenset(runs)),
    )


def erased_run(run: Run) -> Run:
    """Return what stays of a run: that there was one, what kind it was, and how it ended."""
    kept = Run(
        request_id=run.request_id,
        status=run.status,
        kind=run.kind,
        run_no=run.run_no,
        created_at=run.created_at,
        ended_at=run.ended_at,
        tenant=run.tenant,
        result={"erased": True} if run.status == "completed" else {},
    )
    return kept.asking(RequestComposition(prompt="")) if run.composition is not None else kept


def _states(user: str, *, tenant: str, requests: dict[str, Run]) -> tuple[tuple[str, str], ...]:
    learner = (state_key_of(user, tenant=tenant), *(f"piece:{name}" for name in requests))
    return ((SESSIONS, person_key(user, tenant=tenant)), *((LEARNING, key) for key in learner))


async def _patterns(runtime: "Runtime", user: str, *, requests: frozenset[str]) -> tuple[str, ...]:
    """Return the patterns that only this person brought or liked; what others have learned as well stays theirs."""
    mine, others = set[str](), set[str]()
    async for event in _journal(runtime):
        change = event.change
        if change.kind == "stored" and (change.origin.request_id in requests or _is_favourite(change, user)):
            mine.add(change.pattern_id)
        elif change.kind in {"stored", "reinforced"} and change.origin.request_id not in requests:
            others.add(change.pattern_id)
    return tuple(sorted(mine - others))


def _is_favourite(change: PatternChange, user: str) -> bool:
    tags = change.data.get("tags")
    return change.data.get("pattern_kind") == "favourite" and isinstance(tags, dict) and tags.get("user") == user


async def _journal(runtime: "Runtime") -> AsyncIterator[PatternEvent]:
    after = 0
    while page := await runtime.backend.book.events(after, limit=PAGE, numbers=False):
        for event in page:
            yield event
        after = page[-1].seq


async def _give_up_patterns(runtime: "Runtime", people: "PeopleDesk", erasure: Erasure, erasure_id: str) -> None:
    """Have the person's patterns forgotten as pattern memory does it, so that whoever follows its journal knows.

    A command that pattern memory decides on is decided again by a replay; a change behind its back would not be.
    """
    facts = await runtime.backend.book.facts(erasure.patterns)
    live = {one.pattern_id: one.collection for one in facts.values() if not one.retired}
    await people.give_up(erasure_id, live, tenant=erasure.tenant)


async def _erased(runtime: "Runtime", eraser: "Eraser", erasure: Erasure) -> Erased:
    """Erase, and again until every reader has passed what is to go, or `READ_S` seconds are over."""
    started_s = runtime.clock.monotonic_s()
    total: dict[str, int] = {}
    while True:
        erased = await eraser.erase(erasure)
        total = {name: total.get(name, 0) + count for name, count in erased.removed.items()}
        if not erased.left or runtime.clock.monotonic_s() - started_s > READ_S:
            return replace(erased, removed=total)
        await runtime.clock.sleep(LOOK_S)
