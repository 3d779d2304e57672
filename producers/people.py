"""The desk for what is known of people: their sessions are read, preferred settings sent, saved, restored, erased.

What is asked for is an event of the person's lane; this desk publishes it and waits for the answers by the id that it
gave. Nothing here changes state by itself.
"""

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from grym.domain.sessions.values import Session
from grym.errors import InvalidRequestError, UnavailableError
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from producers.asking import first_event
from producers.identity import uuid7
from producers.status import readable
from schemas.body import Body
from schemas.commands import ChangePatterns
from schemas.envelope import encode
from schemas.events import PatternsChanged
from schemas.sessions import (
    ErasePerson,
    FeedbackNoted,
    PersonErased,
    PersonForgotten,
    PersonRestored,
    PreferSettings,
    RestorePerson,
    SettingsPreferred,
)
from streams.sessions.processor import NAME, Kept, person_key, person_of

B = TypeVar("B", bound=Body)

ANSWER_S = 60.0
"""Folding one event takes milliseconds; a worker that starts first takes seconds."""
NOTED_S = 5.0
"""An opinion counts once the learner has it; that the session has it too is waited for a moment only."""
LOOK_S = 0.5
REST_S = 0.04


class PeopleDesk:
    """What is known of people.

    Parameters
    ----------
    by
        Who asks, for the audit.
    """

    def __init__(self, *, backend: Backend, clock: Clock, by: str) -> None:
        self._backend = backend
        self._clock = clock
        self._by = by

    async def session(self, user: str, *, tenant: str) -> Session:
        """Return the session of a person; an empty one where nothing is known."""
        stored = await self._backend.states.load(NAME, person_key(user, tenant=tenant))
        return Session() if stored is None else msgspec.json.decode(stored.value, type=Kept).session

    async def require_session(self, user: str, *, tenant: str) -> Session:
        """Return the session of a person.

        Raises
        ------
        InvalidRequestError
            ``session.unknown`` where nothing is known of them.
        """
        session = await self.session(user, tenant=tenant)
        if session == Session():
            raise InvalidRequestError(
                f"nothing is known of {user} in the tenant {tenant}",
                code="session.unknown",
                hint="`grym sessions ls` lists whom grym knows.",
            )
        return session

    async def sessions(self, *, limit: int) -> list[tuple[str, str, Session]]:
        """Return tenant, user and session of the people who were active last, newest first."""
        rows = await self._backend.states.scan(NAME, limit=limit)
        found = [(*person_of(row.key), msgspec.json.decode(row.value, type=Kept).session) for row in rows]
        return [one for one in found if one[2] != Session()]

    async def noted(self, request_id: str, feedback_id: str) -> FeedbackNoted | None:
        """Wait until a session has taken in an opinion; None where nobody keeps sessions at the moment."""
        until_s = self._clock.monotonic_s() + NOTED_S
        while self._clock.monotonic_s() < until_s:
            records = await self._backend.history.of_request(request_id)
            told = [envelope.body for record in records if (envelope := readable(record))]
            for body in told:
                if isinstance(body, FeedbackNoted) and body.feedback_id == feedback_id:
                    return body
            await self._clock.sleep(REST_S)
            await self._backend.log.wait(timeout_s=LOOK_S)
        return None

    async def prefer(self, wish: PreferSettings, *, tenant: str) -> str:
        """Ask that a backend is set so for a person and return the name of the wish."""
        return await self._send(wish, key=wish.user, tenant=tenant)

    async def preferred(self, wish_id: str) -> SettingsPreferred:
        """Wait for the answer to a wish.

        Raises
        ------
        InvalidRequestError
            The wish was refused.
        UnavailableError
            ``session.no_answer``.
        """
        (answer,) = await self._answers(wish_id, SettingsPreferred, wanted=1)
        if answer.fault is not None:
            raise InvalidRequestError(answer.fault.message, code=answer.fault.code, hint=answer.fault.hint)
        return answer

    async def forget(self, user: str, *, tenant: str) -> str:
        """Ask that what was learned of a person is forgotten and return the name of the erasure."""
        return await self._send(ErasePerson(user=user), key=user, tenant=tenant)

    async def forgotten(self, erasure_id: str, *, by: frozenset[str]) -> list[PersonForgotten]:
        """Wait until the processors named have forgotten.

        Raises
        ------
        UnavailableError
            ``session.no_answer``.
        """
        return await self._answers(erasure_id, PersonForgotten, wanted=len(by))

    async def give_up(self, erasure_id: str, patterns: Mapping[str, str], *, tenant: str) -> None:
        """Have patterns forgotten, given with their collections, and wait until they are.

        Raises
        ------
        UnavailableError
            ``session.no_answer``.
        """
        messages = []
        for name, collection in sorted(patterns.items()):
            command = ChangePatterns(action="forget", pattern_id=name, reason="erased", collection=collection)
            purpose = f"forget:{name}"
            envelope = first_event(command, erasure_id, at=self._clock.now(), purpose=purpose, tenant=tenant)
            messages.append(encode(envelope, key=collection))
        if messages:
            await self._backend.publisher.publish(messages)
            await self._answers(erasure_id, PatternsChanged, wanted=len(messages))

    async def restore(self, user: str, *, tenant: str, parts: dict[str, str]) -> str:
        """Ask that what is known of a person becomes what a file says and return the name of the restoring."""
        return await self._send(RestorePerson(user=user, parts=parts), key=user, tenant=tenant)

    async def restored(self, restoring_id: str, *, by: frozenset[str]) -> list[PersonRestored]:
        """Wait until the processors named have taken their parts.

        Raises
        ------
        InvalidRequestError
            A part was refused.
        UnavailableError
            ``session.no_answer``.
        """
        answers = await self._answers(restoring_id, PersonRestored, wanted=len(by))
        for answer in answers:
            if answer.fault is not None:
                raise InvalidRequestError(answer.fault.message, code=answer.fault.code, hint=answer.fault.hint)
        return answers

    async def tell_erased(self, erasure_id: str, *, removed: dict[str, int], left: int, tenant: str) -> None:
        """Write into the audit how much was removed; whose it was is not told."""
        body = PersonErased(by=self._by, removed=removed, left=left)
        envelope = first_event(body, erasure_id, at=self._clock.now(), purpose="erased", tenant=tenant)
        await self._backend.publisher.publish([encode(envelope)])

    def now(self) -> datetime:
        """Return the time of this desk's clock."""
        return self._clock.now()

    async def _send(self, body: Body, *, key: str, tenant: str) -> str:
        name = uuid7(self._clock.now(), os.urandom(10))
        envelope = first_event(body, name, at=self._clock.now(), purpose=body.TYPE, tenant=tenant)
        await self._backend.publisher.publish([encode(envelope, key=key)])
        return name

    async def _answers(self, name: str, kind: type[B], *, wanted: int) -> list[B]:
        """Return the answers to what was asked under a name, as soon as there are so many."""
        try:
            async with asyncio.timeout(ANSWER_S):
                while True:
                    records = await self._backend.history.of_request(name)
                    told = [envelope.body for record in records if (envelope := readable(record))]
                    found = [body for body in told if isinstance(body, kind)]
                    if len(found) >= wanted:
                        return found
                    await self._clock.sleep(REST_S)
                    await self._backend.log.wait(timeout_s=LOOK_S)
        except TimeoutError as error:
            raise UnavailableError(
                f"nobody answered within {ANSWER_S:.0f} seconds",
                code="session.no_answer",
                hint="What was asked for is stored; start the workers `sessions` and `learning`, and ask again.",
            ) from error
