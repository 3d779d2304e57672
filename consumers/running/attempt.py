"""One attempt at a run of events of one key: understand, look up, decide each, and commit all that follows at once.

Later events of a run see the states that earlier ones decided. Two kinds of failure are told apart: what understanding
and deciding raise belongs to the event (`ProcessingError`) and is parked or becomes a letter; a backend that goes away
in between is nobody's event and ends the tenure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from consumers.claims import ClaimDesk
from consumers.identity import entry_of
from consumers.ports import RunnerPorts
from consumers.running.tenure import Ticket
from consumers.running.units import Desk, Known, Question, Ready
from consumers.settings import RunnerSettings
from consumers.waits import within
from grym.errors import ContractError
from grym.ports.effects import READ_BACK, Effect, HoldArtifact
from grym.ports.work import Admission, InboxEntry, StateChange, StateConflictError
from schemas.envelope import Envelope, decode, encode
from schemas.records import Message, Record
from streams.processor import AnyProcessor, Decision, Queueing, envelopes_of


class ProcessingError(Exception):
    """Carries what understanding or deciding an event raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a run: how many of its events are settled, and what the next one failed with."""

    count: int
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Understood:
    ticket: Ticket
    envelope: Envelope
    entry: InboxEntry
    state_key: str | None


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What the events of a run decided so far."""

    known: Known
    states: dict[str, object] = field(default_factory=dict)
    changed: dict[str, bytes] = field(default_factory=dict)
    admissions: list[Admission] = field(default_factory=list)
    entries: list[InboxEntry] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    claims: list[HoldArtifact] = field(default_factory=list)
    notes: list[Record] = field(default_factory=list)
    unpark: list[int] = field(default_factory=list)

    @property
    def is_read_back(self) -> bool:
        """Whether the next event may read what was decided here, so that it must be committed first."""
        return any(isinstance(effect, READ_BACK) for effect in self.effects)

    def ready(self, processor: str) -> Ready:
        """Return it as it is committed."""
        return Ready(
            entries=tuple(self.entries),
            changes=tuple(self._change(processor, key, value) for key, value in self.changed.items()),
            messages=tuple(self.messages),
            effects=tuple(self.effects),
            claims=tuple(self.claims),
            notes=tuple(self.notes),
            unpark=tuple(self.unpark),
        )

    def _change(self, processor: str, key: str, value: bytes) -> StateChange:
        stored = self.known.states.get(key)
        version = 0 if stored is None else stored.version
        return StateChange(processor=processor, key=key, value=value, expected_version=version)


class Attempt:
    """Carries events of one processor through one tenure.

    Parameters
    ----------
    settled
        Told of every event as soon as its effect is committed.
    """

    def __init__(
        self,
        processor: AnyProcessor,
        ports: RunnerPorts,
        settings: RunnerSettings,
        desk: Desk,
        settled: Callable[[Ticket, Admission], None],
    ) -> None:
        self._processor = processor
        self._ports = ports
        self._claims = ClaimDesk(ports.artifacts)
        self._settings = settings
        self._desk = desk
        self._settled = settled

    async def make(self, run: Sequence[Ticket]) -> Made:
        """Give each event its one effect, in order, up to the first that fails.

        Raises
        ------
        LeaseLostError, UnavailableError
            When nothing can be committed here now.
        """
        understood, error = await self._understand_all(run)
        count = 0
        while count < len(understood):
            made = await self._make_some(understood[count:])
            count += made.count
            if made.error is not None:
                return Made(count=count, error=made.error)
        return Made(count=count, error=error)

    async def _make_some(self, understood: Sequence[_Understood]) -> Made:
        """Commit at least one event, or say what the first failed with."""
        for _ in range(self._settings.max_conflicts):
            draft, failure = await self._decide_all(understood)
            if not draft.admissions:
                return Made(count=0, error=failure)
            try:
                return await self._commit(draft, understood, failure)
            except StateConflictError:
                self._ports.telemetry.count("state_conflicts", of=self._processor.name)
                understood = understood[:1]  # one at a time until this one is through
        return Made(count=0, error=StateConflictError("others kept saving the state in between"))

    async def _commit(self, draft: _Draft, understood: Sequence[_Understood], error: Exception | None) -> Made:
        admission = await self._desk.commit(draft.ready(self._processor.name))
        if admission is not Admission.NEW and len(draft.admissions) > 1:
            raise StateConflictError("an event had its effect in between", code="state.raced")
        if admission is Admission.CONFLICT:
            return Made(count=0, error=_conflict(draft.entries[0]))
        admissions = draft.admissions if admission is Admission.NEW else [admission]
        for event, said in zip(understood, admissions, strict=False):
            self._settled(event.ticket, said)
        return Made(count=len(admissions), error=error)

    # --- understanding ---------------------------------------------------------------------------------------------

    async def _understand_all(self, run: Sequence[Ticket]) -> tuple[list[_Understood], Exception | None]:
        understood: list[_Understood] = []
        for ticket in run:
            try:
                understood.append(await self._understand(ticket))
            except Exception as error:  # noqa: BLE001 - this event's fault; `Failing` decides
                return understood, error
        return understood, None

    async def _understand(self, ticket: Ticket) -> _Understood:
        record = await self._claims.check_out(ticket.record)
        envelope = decode(record)
        if record.topic != envelope.body.TOPIC:
            raise ContractError(
                f"a record of the type {envelope.type} does not belong on {record.topic}",
                code="contract.topic",
                hint=f"Publish it on {envelope.body.TOPIC}.",
            )
        return _Understood(
            ticket=ticket,
            envelope=envelope,
            entry=entry_of(self._processor.name, envelope, record.value),
            state_key=self._processor.state_key(envelope),
        )

    # --- deciding --------------------------------------------------------------------------------------------------

    async def _decide_all(self, understood: Sequence[_Understood]) -> tuple[_Draft, Exception | None]:
        known = await self._desk.ask(
            Question(
                entries=tuple(event.entry for event in understood),
                keys=tuple({event.state_key: None for event in understood if event.state_key is not None}),
            )
        )
        draft, began_s = _Draft(known=known), self._ports.clock.monotonic_s()
        for event, seen in zip(understood, known.seen, strict=True):
            # What comes from outside is compared with what it was the first time, which the commit does.
            if seen and not event.entry.external:
                draft.admissions.append(Admission.DUPLICATE)
                self._unpark(draft, event)
                continue
            try:
                await self._decide(draft, event)
            except ProcessingError as failure:
                return draft, failure.error
            if draft.is_read_back or self._ports.clock.monotonic_s() - began_s > self._settings.max_run_s:
                break
        return draft, None

    async def _decide(self, draft: _Draft, event: _Understood) -> None:
        """Add what follows from one event; a failure leaves the draft as it was."""
        tracer, name = self._ports.tracer, self._processor.name
        try:
            with tracer.attempt(name, event.envelope, number=event.ticket.attempt) as cause:
                decision = await self._decision(draft, event)
                messages = await self._messages(cause, decision)
            value = None if decision.state is None else msgspec.json.encode(decision.state)
        except Exception as error:
            raise ProcessingError(error) from error
        if decision.state is not None and value is not None:
            if event.state_key is None:
                raise ProcessingError(ContractError("a processor kept a state without a key", code="runner.state"))
            draft.states[event.state_key], draft.changed[event.state_key] = decision.state, value
        for message, uri in messages:
            draft.messages.append(message)
            if uri is not None:
                draft.claims.append(HoldArtifact(request_id=event.envelope.correlation_id, uri=uri))
        draft.effects += decision.effects
        draft.entries.append(event.entry)
        draft.admissions.append(Admission.NEW)
        if event.entry.external:
            draft.notes.append(event.ticket.record)
        self._unpark(draft, event)

    async def _decision(self, draft: _Draft, event: _Understood) -> Decision[object]:
        state = self._state(draft, event.state_key)
        work = self._processor.process(event.envelope, state)
        own = self._processor.limit_s if isinstance(self._processor, Queueing) else 0.0
        return await within(max(own, self._settings.process_limit_s), work)

    def _state(self, draft: _Draft, key: str | None) -> object:
        """Return the state an event decides on: what the run made of it, else what is stored."""
        if key is None:
            return None
        if key in draft.states:
            return draft.states[key]
        stored = draft.known.states.get(key)
        return None if stored is None else msgspec.json.decode(stored.value, type=self._processor.state_type)

    async def _messages(self, envelope: Envelope, decision: Decision[object]) -> list[tuple[Message, str | None]]:
        wrapped = envelopes_of(self._processor.name, envelope, decision.outputs)
        return [await self._claims.check_in(encode(output, key=key)) for output, key in wrapped]

    def _unpark(self, draft: _Draft, event: _Understood) -> None:
        if event.ticket.parked is not None:
            draft.unpark.append(event.ticket.parked.parked_id)


def _conflict(entry: InboxEntry) -> ContractError:
    return ContractError(
        "another event of this source carries the same id and other data",
        code="contract.conflict",
        hint="Give every event its own id, and repeat an event with the same bytes.",
        details={"id": entry.event_id},
    )
