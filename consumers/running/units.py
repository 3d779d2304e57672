"""Units of work of many events: one read before the decisions, one transaction after them.

Lanes decide apart from each other; what they need to know first and what they want to commit then goes through two
batchers. A transaction that fails is halved until what fails is alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from consumers.ports import RunnerPorts
from consumers.running.batcher import Batcher
from consumers.running.tenure import Tenure
from consumers.settings import RunnerSettings
from consumers.transactions import transact
from grym.errors import LeaseLostError, UnavailableError
from grym.ports.effects import CancelJobs, Effect, EnqueueJob, HoldArtifact, SetTimer
from grym.ports.work import Admission, InboxEntry, OpenWork, StateChange, StateConflictError, StoredState
from schemas.records import Message, Record

_RINGING = (EnqueueJob, CancelJobs, SetTimer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a run of one lane must know before it decides: were these events dealt with, and how are these states."""

    entries: tuple[InboxEntry, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The answer: `seen` in the order of the entries, states by key."""

    seen: tuple[bool, ...]
    states: dict[str, StoredState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What follows from the events of one run, to be committed whole.

    Parameters
    ----------
    entries
        Inbox rows of the events that have an effect here.
    changes
        The last state of each key.
    claims
        Artifacts that the messages refer to, with the request each belongs to.
    notes
        Records from outside.
    unpark
        Numbers of parked records that are settled by this.
    """

    entries: tuple[InboxEntry, ...]
    changes: tuple[StateChange, ...]
    messages: tuple[Message, ...]
    effects: tuple[Effect, ...]
    claims: tuple[HoldArtifact, ...]
    notes: tuple[Record, ...]
    unpark: tuple[int, ...]


class Desk:
    """Reads and commits for all lanes of one tenure."""

    def __init__(self, group: asyncio.TaskGroup, ports: RunnerPorts, settings: RunnerSettings, tenure: Tenure) -> None:
        self._ports = ports
        self._backend = ports.backend
        self._tenure = tenure
        self._reads: Batcher[Question, Known] = Batcher(
            group, self._read, max_items=settings.max_unit, in_flight=settings.units_at_once, splits=_one_is_bad
        )
        self._units: Batcher[Ready, Admission] = Batcher(
            group, self._commit, max_items=settings.max_unit, in_flight=settings.units_at_once, splits=_one_is_bad
        )

    async def ask(self, question: Question) -> Known:
        """Return what is known."""
        if not question.entries and not question.keys:
            return Known(seen=(), states={})
        return await self._reads.submit(question)

    async def commit(self, ready: Ready) -> Admission:
        """Commit a run; `NEW`, or what the inbox says of the one event of a run that is not.

        Raises
        ------
        StateConflictError
            When somebody saved a state in between, or one of several events had its effect in between: decide again.
        LeaseLostError, UnavailableError
            When nothing can be committed here now.
        """
        admission = await self._units.submit(ready)
        if any(isinstance(effect, _RINGING) for effect in ready.effects):
            self._ports.bell.ring()
        return admission

    async def drop(self) -> None:
        """Let go of everything that is under way."""
        await self._reads.drop()
        await self._units.drop()

    async def _read(self, questions: list[Question]) -> list[Known]:
        entries = [entry for question in questions for entry in question.entries]
        keys = sorted({key for question in questions for key in question.keys})
        seen, states = await asyncio.gather(self._seen(entries), self._states(keys))
        answers = iter(seen)
        return [
            Known(
                seen=tuple(next(answers) for _ in question.entries),
                states={key: states[key] for key in question.keys if key in states},
            )
            for question in questions
        ]

    async def _seen(self, entries: list[InboxEntry]) -> list[bool]:
        return await self._backend.progress.seen_all(entries) if entries else []

    async def _states(self, keys: list[str]) -> dict[str, StoredState]:
        return await self._backend.states.load_all(self._tenure.processor, keys) if keys else {}

    async def _commit(self, runs: list[Ready]) -> list[Admission]:
        telemetry, name, clock = self._ports.telemetry, self._tenure.processor, self._ports.clock
        began_s = clock.monotonic_s()
        with self._ports.tracer.unit(name, (message for run in runs for message in run.messages)):
            admissions = await transact(self._backend.work, self._tenure.lease, lambda work: _commit_all(work, runs))
        telemetry.observe("unit_seconds", clock.monotonic_s() - began_s, of=name)
        telemetry.observe("unit_events", sum(len(run.entries) for run in runs), of=name)
        telemetry.count("messages_sent", sum(len(run.messages) for run in runs), of=name)
        return admissions


async def _commit_all(work: OpenWork, runs: list[Ready]) -> list[Admission]:
    admissions = await work.admit_all([entry for run in runs for entry in run.entries])
    if any(admission is not Admission.NEW for admission in admissions):
        return [await _settle_known(work, runs, admissions)]
    await work.save_all(_each_once([change for run in runs for change in run.changes]))
    await work.append([message for run in runs for message in run.messages])
    await work.apply_all([claim for run in runs for claim in run.claims])
    await work.apply_all([effect for run in runs for effect in run.effects])
    await work.note([record for run in runs for record in run.notes])
    await _unpark(work, runs)
    return [Admission.NEW] * len(runs)


async def _settle_known(work: OpenWork, runs: list[Ready], admissions: list[Admission]) -> Admission:
    """Leave alone what had its effect in between: an event that is alone in its unit is settled without one."""
    if len(runs) > 1 or len(admissions) > 1:
        raise StateConflictError("an event had its effect in between", code="state.raced")
    if admissions[0] is Admission.DUPLICATE:
        await _unpark(work, runs)
    return admissions[0]


async def _unpark(work: OpenWork, runs: list[Ready]) -> None:
    for number in (number for run in runs for number in run.unpark):
        await work.unpark(number)


def _each_once(changes: Sequence[StateChange]) -> Sequence[StateChange]:
    """Refuse two decisions on one state: the one that is committed second must be made again."""
    keys = {(change.processor, change.key) for change in changes}
    if len(keys) < len(changes):
        raise StateConflictError("two events changed one state at once")
    return changes


def _one_is_bad(error: Exception) -> bool:
    """Return whether a failed unit may go through in halves; not when nothing could be committed at all."""
    return not isinstance(error, (LeaseLostError, UnavailableError))
