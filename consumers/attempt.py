"""One attempt at one event: understand, load, decide, and commit everything that follows from it at once.

Two kinds of failure are told apart. What understanding and deciding raise belongs to the event (`ProcessingError`) and
is parked or becomes a letter; a backend that goes away in between is nobody's event and ends the tenure.
"""

from dataclasses import dataclass

import msgspec

from consumers.claims import ClaimDesk
from consumers.identity import entry_of
from consumers.ports import RunnerPorts
from consumers.settings import RunnerSettings
from consumers.tenure import Tenure, Ticket
from consumers.transactions import transact
from consumers.waits import within
from grym.errors import ContractError, LeaseLostError
from grym.ports.effects import CancelJobs, EnqueueJob, HoldArtifact, SetTimer
from grym.ports.work import Admission, InboxEntry, OpenWork, StateConflictError, StoredState
from schemas.envelope import Envelope, decode, encode
from schemas.records import Message
from streams.processor import AnyProcessor, Decision, envelopes_of

_RINGING = (EnqueueJob, CancelJobs, SetTimer)


class ProcessingError(Exception):
    """Carries what understanding or deciding an event raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A decision that waits for its commit; `claims` are the artifacts its messages refer to."""

    decision: Decision[object]
    state: StoredState | None
    state_key: str | None
    messages: tuple[Message, ...]
    claims: tuple[str, ...]


class Attempt:
    """Carries events of one processor through one tenure."""

    def __init__(self, processor: AnyProcessor, ports: RunnerPorts, settings: RunnerSettings, tenure: Tenure) -> None:
        self._processor = processor
        self._ports = ports
        self._backend = ports.backend
        self._claims = ClaimDesk(ports.artifacts)
        self._settings = settings
        self._tenure = tenure

    async def make(self, ticket: Ticket) -> Admission:
        """Give an event its one effect, and take it out of hand.

        Raises
        ------
        ProcessingError
            What the event itself failed with.
        LeaseLostError, UnavailableError
            When nothing can be committed here now.
        StateConflictError
            When others kept saving the state in between.
        """
        envelope, entry = await self._understand(ticket)
        if not entry.external and await self._backend.progress.seen(entry):
            await self._settle(ticket)
            return Admission.DUPLICATE
        for _ in range(self._settings.max_conflicts):
            ready = await self._decide(envelope)
            try:
                return await self._commit(ticket, envelope, entry, ready)
            except StateConflictError:
                self._ports.telemetry.count("state_conflicts")
        raise StateConflictError("others kept saving the state in between")

    async def _understand(self, ticket: Ticket) -> tuple[Envelope, InboxEntry]:
        try:
            record = await self._claims.check_out(ticket.record)
            envelope = decode(record)
        except Exception as error:
            raise ProcessingError(error) from error
        return envelope, entry_of(self._processor.name, envelope, record.value)

    async def _decide(self, envelope: Envelope) -> _Ready:
        key = self._state_key(envelope)
        stored = None if key is None else await self._backend.states.load(self._processor.name, key)
        try:
            decision = await self._within_limit(envelope, stored)
            messages, claims = await self._messages(envelope, decision)
        except LeaseLostError:
            raise
        except Exception as error:
            raise ProcessingError(error) from error
        return _Ready(decision=decision, state=stored, state_key=key, messages=messages, claims=claims)

    def _state_key(self, envelope: Envelope) -> str | None:
        try:
            return self._processor.state_key(envelope)
        except Exception as error:
            raise ProcessingError(error) from error

    async def _within_limit(self, envelope: Envelope, stored: StoredState | None) -> Decision[object]:
        state = None if stored is None else msgspec.json.decode(stored.value, type=self._processor.state_type)
        return await within(self._ports.clock, self._settings.process_limit_s, self._processor.process(envelope, state))

    async def _messages(
        self, envelope: Envelope, decision: Decision[object]
    ) -> tuple[tuple[Message, ...], tuple[str, ...]]:
        wrapped = envelopes_of(self._processor.name, envelope, decision.outputs)
        checked = [await self._claims.check_in(encode(output, key=key)) for output, key in wrapped]
        return tuple(message for message, _ in checked), tuple(uri for _, uri in checked if uri is not None)

    async def _commit(self, ticket: Ticket, envelope: Envelope, entry: InboxEntry, ready: _Ready) -> Admission:
        async def steps(work: OpenWork) -> tuple[Admission, int]:
            admission = await work.admit(entry)
            if admission is Admission.CONFLICT:
                raise ProcessingError(_conflict(envelope))
            if admission is Admission.NEW:
                await self._effect(work, envelope, ready)
            return admission, await self._tenure.settle(work, ticket)

        admission, line = await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.settled(ticket, line)
        if any(isinstance(effect, _RINGING) for effect in ready.decision.effects):
            self._ports.bell.ring()
        return admission

    async def _effect(self, work: OpenWork, envelope: Envelope, ready: _Ready) -> None:
        if ready.decision.state is not None:
            if ready.state_key is None:
                raise ProcessingError(ContractError("a processor kept a state without a key", code="runner.state"))
            value = msgspec.json.encode(ready.decision.state)
            version = 0 if ready.state is None else ready.state.version
            await work.save(self._processor.name, ready.state_key, value, expected_version=version)
        if ready.messages:
            await work.append(ready.messages)
        for uri in ready.claims:
            await work.apply(HoldArtifact(request_id=envelope.correlation_id, uri=uri))
        for effect in ready.decision.effects:
            await work.apply(effect)

    async def _settle(self, ticket: Ticket) -> None:
        if ticket.parked is None:
            self._tenure.skip(ticket.record)
            return
        line = await transact(self._backend.work, self._tenure.lease, lambda work: self._tenure.settle(work, ticket))
        self._tenure.settled(ticket, line)


def _conflict(envelope: Envelope) -> ContractError:
    return ContractError(
        "another event of this source carries the same id and other data",
        code="contract.conflict",
        hint="Give every event its own id, and repeat an event with the same bytes.",
        details={"id": envelope.id},
    )
