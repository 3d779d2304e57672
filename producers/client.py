"""The typed client: asks for pieces, analyses and what memory knows, waits, rates, cancels, reads what happened.

It publishes and reads; the work is done by whoever runs the processors. A request is checked by the same code that
would reject it later, before anything is published. A publish that timed out is tried again under the same ids, which
is harmless, and reported as unknown when that does not help.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from grym.errors import InvalidRequestError, TransientError, UnavailableError
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from producers.asking import first_event, require_possible
from producers.identity import uuid7
from producers.status import (
    RequestStatus,
    current,
    is_request,
    is_terminal,
    readable,
    status_of_letter,
    status_of_request,
    status_of_run,
)
from schemas.body import ArtifactRef
from schemas.commands import (
    CancelRequest,
    RequestAnalysis,
    RequestComposition,
    RequestEnhancement,
    RequestLearning,
    RequestPatternChange,
    RequestRecognition,
)
from schemas.envelope import Envelope, encode, peek
from schemas.events import FeedbackFolded, FeedbackGiven, RequestCancelled, RequestCompleted
from schemas.records import Message, Record, TopicPartition
from streams.coordinator.imported import IMPORTS
from streams.coordinator.run import Request, Run
from streams.learning import Learning

PUBLISH_ATTEMPTS = 3
PUBLISH_PAUSE_S = 0.5
"""Long enough for a database to come back from a fail-over of its own, short enough for a person to wait for."""

LOOK_S = 0.5
"""Longest wait between looks at the log where no wake-up comes."""

MOST_WAITING = 1000
"""Requests of each partition that are looked through for one that nobody has taken yet."""

OUTAGE_PATIENCE_S = 60.0
"""How long a follower waits for a database that is away: fail-overs and restarts take seconds."""

HELD_PATIENCE = timedelta(seconds=5)
"""How long an opinion may wait for a piece that has ended: the two lie in one log, a moment apart."""

REST_S = 0.04
"""Shortest wait between looks: a burst of events is read at once."""

UNKNOWN = "publish.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A request that is in the log; `known` when it was there before."""

    request_id: str
    known: bool = False


class GrymClient:
    """What the command line does, for programs.

    Parameters
    ----------
    backend
        The log and all state.
    artifacts
        Where sounds go in and results come out.
    clock
        For waiting, and for the time an event says it was made at.
    """

    def __init__(self, *, backend: Backend, artifacts: ArtifactStore, clock: Clock) -> None:
        self._backend = backend
        self._artifacts = artifacts
        self._clock = clock

    # --- asking --------------------------------------------------------------------------------------------------

    async def compose(
        self, wish: RequestComposition, *, request_id: str | None = None, tenant: str = "default"
    ) -> Ticket:
        """Ask for a piece.

        Parameters
        ----------
        wish
            What is wanted.
        request_id
            Makes a repeated call harmless; made up where it is None.
        tenant
            Whose request it is.

        Raises
        ------
        InvalidRequestError
            When the wish is impossible, or ``request.id_taken`` when the id stands for another wish.
        """
        return await self._request(wish, request_id=request_id, tenant=tenant)

    async def analyze(self, wish: RequestAnalysis, *, request_id: str | None = None, tenant: str = "default") -> Ticket:
        """Ask for the facts of a sound that lies in the artifact store (see `keep_sound`); otherwise as `compose`."""
        return await self._request(wish, request_id=request_id, tenant=tenant)

    async def enhance(
        self, wish: RequestEnhancement, *, request_id: str | None = None, tenant: str = "default"
    ) -> Ticket:
        """Ask for the repair of a sound that lies in the artifact store (see `keep_sound`); otherwise as `compose`."""
        return await self._request(wish, request_id=request_id, tenant=tenant)

    async def learn(self, wish: RequestLearning, *, request_id: str | None = None, tenant: str = "default") -> Ticket:
        """Ask that a sound in the artifact store is remembered; otherwise as `compose`."""
        return await self._request(wish, request_id=request_id, tenant=tenant)

    async def recognise(
        self, wish: RequestRecognition, *, request_id: str | None = None, tenant: str = "default"
    ) -> Ticket:
        """Ask whether a sound in the artifact store is known; otherwise as `compose`."""
        return await self._request(wish, request_id=request_id, tenant=tenant)

    async def change_patterns(
        self, wish: RequestPatternChange, *, request_id: str | None = None, tenant: str = "default"
    ) -> Ticket:
        """Ask for a change of pattern memory by hand; otherwise as `compose`."""
        return await self._request(wish, request_id=request_id, tenant=tenant)

    async def keep_file(self, path: Path, *, media_type: str, name: str) -> ArtifactRef:
        """Put a file of any kind into the artifact store, called `name` in its request."""
        return await self._artifacts.put_file(path, media_type=media_type, name=name)

    async def keep_sound(self, path: Path, *, media_type: str, samples: int | None = None) -> ArtifactRef:
        """Put a sound file into the artifact store; `samples` per channel."""
        return await self._artifacts.put_file(path, media_type=media_type, samples=samples, name="recording")

    async def cancel(self, request_id: str, *, reason: str = "asked") -> None:
        """Ask that a request ends now; one that has not arrived yet is cancelled as it arrives.

        Raises
        ------
        InvalidRequestError
            ``request.imported`` for one that is not worked on here.
        """
        run = await self._run(request_id)
        if run is None and await self._only_imported(request_id):
            raise InvalidRequestError(
                f"an import brought {request_id}: nobody works on it",
                code="request.imported",
                hint="`grym events import FILE --again` brings what is to be worked on.",
            )
        run_no = 1 if run is None else run.run_no
        envelope = first_event(
            CancelRequest(reason=reason),
            request_id,
            at=self._clock.now(),
            purpose=f"cancel:{run_no}",
            run_no=run_no,
            cause=next((event for event in await self.story(request_id) if is_request(event)), None),
        )
        await self._publish([encode(envelope)])

    async def rate(self, request_id: str, opinion: FeedbackGiven, *, tenant: str | None = None) -> str:
        """Give an opinion about a completed piece and return the id of its event.

        Parameters
        ----------
        tenant
            Whose listener says so; None for the tenant of the piece.

        Raises
        ------
        InvalidRequestError
            ``feedback.not_ratable`` when there is no such completed piece, ``feedback.range`` or ``feedback.empty``.
        """
        for subject in filter(None, (request_id, opinion.preferred_over)):
            await self._require_piece(subject)
        heard = [event for event in await self.story(request_id) if isinstance(event.body, RequestCompleted)]
        given = first_event(
            opinion,
            request_id,
            at=self._clock.now(),
            purpose=f"feedback:{self.new_request_id()}",
            tenant=tenant or (heard[-1].tenant if heard else "default"),
            cause=heard[-1] if heard else None,
        )
        await Learning().process(given, None)
        await self._publish([encode(given, key=opinion.user)])
        return given.id

    def new_request_id(self) -> str:
        """Return a fresh request id that sorts by time."""
        return uuid7(self._clock.now(), os.urandom(10))

    # --- reading -------------------------------------------------------------------------------------------------

    async def status(self, request_id: str) -> RequestStatus:
        """Return where a request stands.

        Raises
        ------
        InvalidRequestError
            ``request.unknown`` when the log holds no request of that id.
        """
        run = await self._run(request_id)
        events = await self.story(request_id)
        found = None if run is None else status_of_run(run, reason=_cancel_reason(events, run_no=run.run_no))
        if found is not None:
            return found
        # Where the log lies elsewhere, a request of somebody else is in the history only once it was taken.
        live = [event for event in events if not event.imported]
        waiting = live or await self._untaken(limit=MOST_WAITING)
        asked = next((event for event in waiting if is_request(event) and event.subject == request_id), None)
        if asked is None:
            brought = await self._run(request_id, of=IMPORTS)
            if brought and (status := status_of_run(brought, imported=True)):
                return status
            if refused := status_of_letter(events, request_id):
                return refused
            raise InvalidRequestError(
                f"there is no request {request_id}", code="request.unknown", hint="`grym ls` lists the requests."
            )
        return status_of_request(asked)

    async def requests(self, *, limit: int) -> list[RequestStatus]:
        """Return the requests changed last, newest first, with those that nobody has taken yet in front."""
        waiting = [status_of_request(envelope) for envelope in await self._untaken(limit=limit)]
        rows = await self._backend.states.scan("coordinator", limit=limit)
        known = [status for row in rows if (status := status_of_run(msgspec.json.decode(row.value, type=Run)))]
        ids = {status.request_id for status in known}
        here = ([status for status in waiting if status.request_id not in ids] + known)[:limit]
        return here + await self._imported(here, limit=limit - len(here))

    async def _imported(self, here: list[RequestStatus], *, limit: int) -> list[RequestStatus]:
        """Return requests that an import brought and that are not worked on here."""
        if not limit:
            return []
        ids = {status.request_id for status in here}
        rows = await self._backend.states.scan(IMPORTS, limit=limit + len(ids))
        runs = [msgspec.json.decode(row.value, type=Run) for row in rows if row.key not in ids]
        return [status for run in runs if (status := status_of_run(run, imported=True))][:limit]

    async def records(self, request_id: str) -> list[Record]:
        """Return every record of a request as it lies in the log, in the order of appending.

        A request may have come with a correlation id of its own, which all of its events carry and which other
        requests may share.
        """
        found = await self._backend.history.of_request(request_id)
        run = await self._run(request_id) or await self._run(request_id, of=IMPORTS)
        if run is None or not run.correlation_id:
            return found
        shared = await self._backend.history.of_request(run.correlation_id)
        mine = [record for record in shared if peek(record.headers, "ce_subject") == request_id]
        return sorted([*found, *mine], key=lambda record: record.appended_at)

    async def story(self, request_id: str) -> list[Envelope]:
        """Return every readable event of a request, in the order of appending."""
        return [envelope for record in await self.records(request_id) if (envelope := readable(record))]

    async def follow(self, request_id: str, *, run_no: int | None = None) -> AsyncIterator[Envelope]:
        """Yield every event of a request, those of the past first, until its run has ended.

        Parameters
        ----------
        run_no
            Wait for the end of this run; by default of the newest one.

        Raises
        ------
        UnavailableError
            When the database has been away for `OUTAGE_PATIENCE_S` seconds.
        """
        wanted = run_no or await self._newest_run(request_id)
        # By place and not by number: of two that are written at once, the first may become visible last.
        seen: set[tuple[TopicPartition, int]] = set()
        while True:
            for record in current(await self._patiently(request_id)):
                place = (record.topic_partition, record.position)
                if place in seen:
                    continue
                seen.add(place)
                if envelope := readable(record):
                    yield envelope
                if is_terminal(record, run_no=wanted):
                    return
            await self._clock.sleep(REST_S)
            await self._nudge()

    async def wait(self, request_id: str, *, timeout_s: float | None = None) -> RequestStatus:
        """Wait until a request has ended and return where it stands; after `timeout_s` seconds where it stands then."""
        try:
            async with asyncio.timeout(timeout_s):
                async for _ in self.follow(request_id):
                    pass
        except TimeoutError:
            pass
        return await self.status(request_id)

    async def folded(self, request_id: str, feedback_id: str) -> FeedbackFolded:
        """Wait until the learner has taken in an opinion and return what it made of it.

        One that is held counts once its piece has reached the learner too, which is waited for a little.
        """
        held_at: datetime | None = None
        while True:
            bodies = [envelope.body for envelope in await self.story(request_id)]
            told = [one for one in bodies if isinstance(one, FeedbackFolded) and one.feedback_id == feedback_id]
            if settled := next((one for one in told if not one.held), None):
                return settled
            if told:
                held_at = held_at or self._clock.now()
                if self._clock.now() - held_at >= HELD_PATIENCE:
                    return told[0]
            await self._clock.sleep(REST_S)
            await self._backend.log.wait(timeout_s=LOOK_S)

    # --- within --------------------------------------------------------------------------------------------------

    async def _request(self, wish: Request, *, request_id: str | None, tenant: str) -> Ticket:
        name = self.new_request_id() if request_id is None else request_id
        envelope = first_event(wish, name, at=self._clock.now(), purpose=wish.TYPE, tenant=tenant)
        await require_possible(envelope)
        message = encode(envelope)
        if request_id is not None and await self._is_known(envelope):
            return Ticket(request_id=name, known=True)
        await self._publish([message])
        return Ticket(request_id=name)

    async def _is_known(self, envelope: Envelope) -> bool:
        """Tell whether this very request is in the log; refuse another one under its id.

        One that an import brought without its end can be asked for here.
        """
        earlier = [event for event in await self.story(envelope.subject) if is_request(event)]
        if not earlier:
            return False
        if all(event.body == envelope.body for event in earlier[:1]):
            brought = await self._run(envelope.subject, of=IMPORTS) if earlier[-1].imported else None
            return brought is None or brought.over
        raise InvalidRequestError(
            f"the request id {envelope.subject} stands for another wish already",
            code="request.id_taken",
            hint="Choose another id, or leave it out.",
            details={"request_id": envelope.subject},
        )

    async def _publish(self, messages: list[Message]) -> None:
        for attempt in range(1, PUBLISH_ATTEMPTS + 1):
            try:
                await self._backend.publisher.publish(messages)
            except TransientError as error:
                if error.code != UNKNOWN or attempt == PUBLISH_ATTEMPTS:
                    raise
                await self._clock.sleep(PUBLISH_PAUSE_S)
            else:
                return

    async def _patiently(self, request_id: str) -> list[Record]:
        """Return the records of a request, waiting for a database that is away."""
        away_since_s = self._clock.monotonic_s()
        while True:
            try:
                return await self.records(request_id)
            except UnavailableError:
                if self._clock.monotonic_s() - away_since_s > OUTAGE_PATIENCE_S:
                    raise
                await self._clock.sleep(LOOK_S)

    async def _nudge(self) -> None:
        """Wait until something has happened, or a moment."""
        try:
            await self._backend.log.wait(timeout_s=LOOK_S)
        except UnavailableError:
            await self._clock.sleep(LOOK_S)

    async def _only_imported(self, request_id: str) -> bool:
        story = await self.story(request_id)
        return bool(story) and all(event.imported for event in story)

    async def _run(self, request_id: str, *, of: str = "coordinator") -> Run | None:
        stored = await self._backend.states.load(of, request_id)
        return None if stored is None else msgspec.json.decode(stored.value, type=Run)

    async def _newest_run(self, request_id: str) -> int:
        run = await self._run(request_id)
        return 1 if run is None else run.run_no

    async def _require_piece(self, request_id: str) -> None:
        run = await self._run(request_id)
        if run is None or run.kind != "compose" or run.status != "completed":
            raise InvalidRequestError(
                f"{request_id} is not a completed composition",
                code="feedback.not_ratable",
                hint="`grym ls` lists the requests; rate one of kind compose that is completed.",
            )

    async def _untaken(self, *, limit: int) -> list[Envelope]:
        """Return requests behind the coordinator's position, newest first."""
        topic = RequestComposition.TOPIC
        done = await self._backend.progress.positions("coordinator")
        found: list[Envelope] = []
        for place in sorted(await self._backend.log.ends([topic])):
            records = await self._backend.log.read(place, after=done.get(place, 0), limit=limit)
            found += [envelope for record in records if (envelope := readable(record)) and _is_live_request(envelope)]
        return sorted(found, key=lambda envelope: envelope.logged_at or envelope.time, reverse=True)[:limit]


def _is_live_request(envelope: Envelope) -> bool:
    return is_request(envelope) and not envelope.imported


def _cancel_reason(events: list[Envelope], *, run_no: int) -> str:
    reasons = [e.body.reason for e in events if isinstance(e.body, RequestCancelled) and e.run_no == run_no]
    return reasons[-1] if reasons else ""
