"""One decision made again, on a state of its own: the inbox, states and effects of a backend that is thrown away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from consumers.identity import entry_of
from consumers.replay.pace import EventClock
from consumers.replay.parts import Part
from grym.ports.backend import Backend
from grym.ports.effects import Effect, RecordPatterns
from grym.ports.work import Admission, StateChange, StoredState
from schemas.envelope import Envelope, encode
from schemas.records import Message, Record
from streams.processor import Decision, envelopes_of, instant_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What follows from one event today.

    Parameters
    ----------
    repeated
        Whether the event had its effect before; nothing follows then.
    error
        What deciding raised; nothing follows then either.
    """

    messages: tuple[Message, ...] = ()
    effects: tuple[Effect, ...] = ()
    repeated: bool = False
    error: Exception | None = None


class Shadow:
    """Decides for one processor."""

    def __init__(self, part: Part, backend: Backend, clock: EventClock) -> None:
        self._processor = part.processor
        self._memory = part.memory
        self._backend = backend
        self._clock = clock

    async def take_over(self, states: Iterable[StoredState]) -> None:
        """Begin with states that were there before."""
        changes = [
            StateChange(processor=self._processor.name, key=state.key, value=state.value, expected_version=0)
            for state in states
        ]
        async with self._backend.work.begin() as work:
            await work.save_all(changes)

    async def decide(self, envelope: Envelope, record: Record) -> Decided:
        """Decide, and keep state and effects in the shadow.

        Parameters
        ----------
        record
            What `envelope` was read from, with its real value.
        """
        self._clock.show(instant_of(envelope))
        entry = entry_of(self._processor.name, envelope, record.value)
        async with self._backend.work.begin() as work:
            if await work.admit(entry) is not Admission.NEW:
                return Decided(repeated=True)
        try:
            key = self._processor.state_key(envelope)
            stored = None if key is None else await self._backend.states.load(self._processor.name, key)
            state = None if stored is None else msgspec.json.decode(stored.value, type=self._processor.state_type)
            decision = await self._processor.process(envelope, state)
            wrapped = envelopes_of(self._processor.name, envelope, decision.outputs)
            messages = tuple(encode(output, key=output_key) for output, output_key in wrapped)
            if self._memory is not None:
                self._memory.absorb(decision.effects)
        except Exception as error:  # noqa: BLE001 - whatever deciding raised is what the replay reports
            return Decided(error=error)
        await self._keep(decision, key, stored)
        return Decided(messages=messages, effects=decision.effects)

    async def _keep(self, decision: Decision[object], key: str | None, stored: StoredState | None) -> None:
        changes: Sequence[StateChange] = ()
        if decision.state is not None and key is not None:
            version = 0 if stored is None else stored.version
            value = msgspec.json.encode(decision.state)
            changes = [StateChange(processor=self._processor.name, key=key, value=value, expected_version=version)]
        async with self._backend.work.begin() as work:
            await work.save_all(changes)
            await work.apply_all([effect for effect in decision.effects if not self._is_absorbed(effect)])

    def _is_absorbed(self, effect: Effect) -> bool:
        return self._memory is not None and isinstance(effect, RecordPatterns)
