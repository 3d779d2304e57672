"""A unit of many is what the same calls one by one are: for inboxes, states and effects."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.ports.effects import (
    CancelJobs,
    CancelTimer,
    Effect,
    EnqueueJob,
    HoldArtifact,
    KeepText,
    SetTimer,
)
from grym.ports.work import Admission, InboxEntry, OpenWork, StateChange, StateConflictError
from tests.contract.backends import Kit, entry, message

ONE_KIT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Every example works under names of its own, so one backend serves all of them."""

DUE = datetime(2020, 1, 1, tzinfo=UTC)

entries = st.lists(
    st.builds(
        lambda event_id, digest, external: entry(event_id, digest=digest, external=external),
        st.sampled_from("abcd"),
        st.sampled_from([b"1", b"2"]),
        st.booleans(),
    ),
    max_size=8,
)
timer_effects = st.one_of(
    st.builds(
        lambda name, due: SetTimer(
            timer_id=name, subject="r", purpose=str(due), due_at=DUE + timedelta(days=due), run_no=1
        ),
        st.sampled_from("xyz"),
        st.integers(0, 3),
    ),
    st.builds(lambda name: CancelTimer(timer_id=name), st.sampled_from("xyz")),
)
job_effects = st.one_of(
    st.builds(
        lambda name, run_no: EnqueueJob(
            job_id=name, kind="k", request_id="r", run_no=run_no, tenant="t", message=message(b"job")
        ),
        st.sampled_from("uvw"),
        st.integers(1, 3),
    ),
    st.builds(lambda run_no: CancelJobs(request_id="r", run_no=run_no), st.integers(1, 3)),
)
kept_effects = st.one_of(
    st.builds(
        lambda ref, text: KeepText(ref=ref, request_id="r", user="u", text=text), st.sampled_from("t"), st.text()
    ),
    st.builds(lambda uri: HoldArtifact(request_id="r", uri=uri), st.sampled_from("hi")),
)
effects = st.lists(st.one_of(timer_effects, job_effects, kept_effects), max_size=10)


async def admit_one_by_one(work: OpenWork, given_entries: list[InboxEntry]) -> list[Admission]:
    """Claim each with a call of its own."""
    return [await work.admit(each) for each in given_entries]


async def undone(kit: Kit, do: Callable[[OpenWork], Awaitable[object]]) -> object:
    """Do something in a transaction that is undone, and return what it answered."""
    answer: object = None
    with contextlib.suppress(ZeroDivisionError):
        async with kit.backend.work.begin() as work:
            answer = await do(work)
            raise ZeroDivisionError
    return answer


@ONE_KIT
@given(before=entries, batch=entries)
async def test_admitting_many_is_admitting_each_in_order(
    kit: Kit, before: list[InboxEntry], batch: list[InboxEntry]
) -> None:
    """Whatever is known already, and however often a name comes in the batch."""

    async def singly(work: OpenWork) -> list[Admission]:
        await admit_one_by_one(work, before)
        return await admit_one_by_one(work, batch)

    async def at_once(work: OpenWork) -> list[Admission]:
        await work.admit_all(before)
        return await work.admit_all(batch)

    assert await undone(kit, at_once) == await undone(kit, singly)


async def test_many_are_admitted_against_what_others_committed(kit: Kit) -> None:
    """New, known, known with another body from outside and from inside, and twice in one batch."""
    async with kit.backend.work.begin() as work:
        await work.admit_all([entry("a"), entry("b"), entry("c")])
    batch = [entry("n"), entry("a"), entry("b", digest=b"x", external=True), entry("c", digest=b"x"), entry("n")]
    async with kit.backend.work.begin() as work:
        admissions = await work.admit_all(batch)
    new, duplicate, conflict = Admission.NEW, Admission.DUPLICATE, Admission.CONFLICT
    assert admissions == [new, duplicate, conflict, duplicate, duplicate]
    assert await kit.backend.progress.seen_all([entry("n"), entry("zz"), entry("a")]) == [True, False, True]
    assert await kit.backend.progress.seen_all([]) == []


async def test_nothing_is_admitted_saved_or_applied_of_nothing(kit: Kit) -> None:
    """An empty batch is no error."""
    async with kit.backend.work.begin() as work:
        assert await work.admit_all([]) == []
        await work.save_all([])
        await work.apply_all([])
        await work.note([])
    assert await kit.backend.states.load_all("p", []) == {}


def change(key: str, value: bytes, expected_version: int) -> StateChange:
    """Return a change of a state of ``p``."""
    return StateChange(processor="p", key=key, value=value, expected_version=expected_version)


async def test_many_states_are_saved_and_loaded_at_once(kit: Kit) -> None:
    """New ones beside known ones; keys without a state are left out."""
    async with kit.backend.work.begin() as work:
        await work.save_all([change("b", b"1", 0), change("a", b"1", 0)])
    async with kit.backend.work.begin() as work:
        await work.save_all([change("a", b"2", 1), change("c", b"1", 0)])
    states = await kit.backend.states.load_all("p", ["c", "missing", "a", "b", "a"])
    assert {key: (state.value, state.version) for key, state in states.items()} == {
        "a": (b"2", 2),
        "b": (b"1", 1),
        "c": (b"1", 1),
    }


@pytest.mark.parametrize("expected_version", [0, 2, 7])
@pytest.mark.parametrize("key", ["known", "new"])
async def test_one_conflict_undoes_all_states(kit: Kit, *, key: str, expected_version: int) -> None:
    """A unit whose one state was saved in between saves none."""
    if (key, expected_version) == ("new", 0):
        return
    async with kit.backend.work.begin() as work:
        await work.save_all([change("known", b"1", 0)])
    with pytest.raises(StateConflictError):
        async with kit.backend.work.begin() as work:
            await work.save_all([change("other", b"1", 0), change(key, b"2", expected_version)])
    states = await kit.backend.states.load_all("p", ["known", "new", "other"])
    assert {name: state.value for name, state in states.items()} == {"known": b"1"}


async def outcome(kit: Kit) -> tuple[object, ...]:
    """Return what effects have led to, and make room for the next example."""
    async with kit.backend.work.begin() as work:
        timers = [(timer.timer_id, timer.purpose) for timer in await work.take_due_timers(limit=100)]
    jobs = []
    while (job := await kit.backend.jobs.take(("k",), holder="h", lease_s=60)) is not None:
        jobs.append((job.job_id, job.run_no))
        async with kit.backend.work.begin() as work:
            await work.finish_job(job.job_id, job.fence, state="done")
    return sorted(timers), sorted(jobs)


@ONE_KIT
@given(first=effects, second=effects, number=st.uuids())
async def test_applying_many_is_applying_each_in_order(
    kit: Kit, first: list[Effect], second: list[Effect], number: object
) -> None:
    """Timers cancelled and set again, jobs cancelled before and after they were enqueued."""
    async with kit.backend.work.begin() as work:
        for effect in [*renamed(first, f"{number}s"), *renamed(second, f"{number}s")]:
            await work.apply(effect)
    singly = await outcome(kit)
    async with kit.backend.work.begin() as work:
        await work.apply_all(renamed(first, f"{number}b"))
        await work.apply_all(renamed(second, f"{number}b"))
    at_once = await outcome(kit)
    assert str(at_once).replace(f"{number}b", "") == str(singly).replace(f"{number}s", "")


def renamed(given_effects: list[Effect], prefix: str) -> list[Effect]:
    """Return effects under names that no other example has."""
    return [_renamed(effect, prefix) for effect in given_effects]


def _renamed(effect: Effect, prefix: str) -> Effect:
    names = {"timer_id", "job_id", "request_id", "ref", "uri"} & {field.name for field in fields(effect)}
    return replace(effect, **{name: prefix + getattr(effect, name) for name in names})


async def test_names_of_any_length_are_kept_apart(kit: Kit) -> None:
    """Also those that differ only beyond what an index entry holds."""
    one, other = "u" * 100_000, "u" * 99_999 + "v"
    async with kit.backend.work.begin() as work:
        await work.save_all([change(one, b"1", 0), change(other, b"2", 0)])
        await work.apply_all(
            [KeepText(ref=name[-1], request_id="r", user=name, text=name[-1]) for name in (one, other)]
        )
    states = await kit.backend.states.load_all("p", [one, other])
    assert {key: state.value for key, state in states.items()} == {one: b"1", other: b"2"}
    assert {state.key for state in states.values()} == {one, other}
    assert await kit.backend.housekeeping.erase(one) == 1
    assert await kit.backend.texts.text("v") == "v"


async def test_characters_that_no_text_of_sql_holds_do_no_harm(kit: Kit) -> None:
    """NUL and lone surrogates in any name, one by one and in batches."""
    odd = "a\x00\udc80ü"
    async with kit.backend.work.begin() as work:
        await work.admit(entry(odd, source=odd))
        await work.save_all([change(odd, b"1", 0)])
        await work.apply_all(
            [
                SetTimer(timer_id=odd, subject=odd, purpose=odd, due_at=DUE, run_no=1, cause_id=odd),
                CancelTimer(timer_id=odd),
                EnqueueJob(job_id=odd, kind="k", request_id=odd, run_no=1, tenant=odd, message=message(b"job")),
                CancelJobs(request_id=odd, run_no=1),
                KeepText(ref=odd, request_id=odd, user=odd, text=odd),
                HoldArtifact(request_id=odd, uri=odd),
            ]
        )
    assert (await kit.backend.states.load_all("p", [odd]))[odd].value == b"1"
    assert await kit.backend.texts.text(odd) == odd
    async with kit.backend.work.begin() as work:
        assert await work.take_due_timers(limit=5) == []
    assert await kit.backend.jobs.take(("k",), holder="h", lease_s=1) is None
