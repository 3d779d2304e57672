"""Redriving dead letters: a command with filter, dry run, rate, loop guard and an audit event (promise 5).

A letter whose request was accepted restarts that request's next run and keeps its finished steps. A letter that was
never accepted (a request nobody could read, an opinion) goes back to its topic with its original bytes. Either is
one transaction with the register and the audit event, and doing it twice is harmless: the first is named after the
letter and its run, the second keeps its event id. An edited letter keeps its event id too; what was given up stays in
the letter, and the audit event holds the digests of both values.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.work import Letter
from producers.editing import Edit, edited
from producers.identity import SOURCE
from schemas.body import Body
from schemas.commands import RedriveRequest
from schemas.envelope import Envelope, encode, peek_count
from schemas.events import LetterDiscarded, LetterRedriven
from schemas.records import Headers, Message, Record
from streams.coordinator.run import Run

MAX_REDRIVES = 5
"""A letter that failed as often after being sent again will not be mended by sending it once more."""

REDRIVES_HEADER = "grym_redrives"
KEPT_MARKS = ("grym_claim",)
"""Transport marks that belong to the record itself; every other ``grym_`` header tells of its failure."""

FIELDS = ("class", "code", "stack", "processor", "topic", "type", "request")

_LETTERS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:redrive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A letter that was not redriven, and why."""

    letter_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """What a redrive did, or with a dry run would do."""

    redriven: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = field(default=())


def matches(letter: Letter, where: dict[str, str], since: datetime | None) -> bool:
    """Tell whether a letter has every wanted value and is not older than `since`.

    Raises
    ------
    InvalidRequestError
        ``dlq.field`` for a field that letters do not have.
    """
    values = (
        letter.fault.error_class,
        letter.fault.code,
        letter.fault.stack,
        letter.processor,
        letter.origin.topic,
        letter.event_type,
        letter.request_id,
    )
    known = dict(zip(FIELDS, values, strict=True))
    for name in where:
        if name not in known:
            raise InvalidRequestError(
                f"letters have no field {name!r}", code="dlq.field", hint=f"Choose one of: {', '.join(FIELDS)}."
            )
    return all(known[name] == value for name, value in where.items()) and (since is None or letter.created_at >= since)


class LetterDesk:
    """Redrives and discards dead letters in the name of somebody (`by`)."""

    def __init__(self, *, backend: Backend, clock: Clock, by: str) -> None:
        self._backend = backend
        self._clock = clock
        self._by = by

    async def redrive(
        self,
        letters: Sequence[Letter],
        *,
        dry_run: bool = False,
        rate_per_s: float | None = None,
        edit: Edit | None = None,
        force: bool = False,
    ) -> Redriven:
        """Send letters on their way again, oldest first.

        Parameters
        ----------
        dry_run
            Only tell what would happen.
        rate_per_s
            Letters a second at most; None sets no limit.
        edit
            What replaces parts of the letter; for one letter that goes back to its topic.
        force
            Send a letter again that was sent again too often.

        Raises
        ------
        InvalidRequestError
            ``dlq.edit_one`` for an edit of several letters; what is wrong with the edit.
        """
        if edit is not None and len(letters) != 1:
            raise InvalidRequestError(
                "an edit is for one letter", code="dlq.edit_one", hint="Name the letter's id, and no filter."
            )
        sent: list[str] = []
        refused: list[Refused] = []
        for letter in sorted(letters, key=lambda letter: letter.created_at):
            plan = await self._plan(letter, edit=edit, force=force)
            if isinstance(plan, Refused):
                refused.append(plan)
                continue
            if not dry_run:
                if sent and rate_per_s:
                    await self._clock.sleep(1.0 / rate_per_s)
                await self._commit(letter, *plan)
            sent.append(letter.letter_id)
        return Redriven(redriven=tuple(sent), refused=tuple(refused))

    async def discard(self, letters: Sequence[Letter], *, reason: str) -> list[str]:
        """Decide that letters are not to be redriven; their bytes stay for the retention of dead letters."""
        for letter in letters:
            body = LetterDiscarded(letter_id=letter.letter_id, by=self._by, reason=reason)
            await self._commit(letter, None, body)
        return [letter.letter_id for letter in letters]

    async def _commit(self, letter: Letter, message: Message | None, audit: Body) -> None:
        state = "redriven" if isinstance(audit, LetterRedriven) else "discarded"
        told = self._envelope(letter, audit, purpose=f"{state}:{letter.redrives}")
        async with self._backend.work.begin() as work:
            if message is not None:
                await work.append([message])
            await work.mark_letter(letter.letter_id, state=state)
            await work.append([encode(told, key=letter.letter_id)])

    async def _plan(self, letter: Letter, *, edit: Edit | None, force: bool) -> tuple[Message, Body] | Refused:
        """Return what sends a letter on its way again and what is told of it, or why it is refused."""
        found = await self._backend.letters.letter(letter.letter_id)
        if found is None:
            return Refused(letter_id=letter.letter_id, reason="its bytes are beyond retention")
        record = found[1]
        times = max(letter.redrives, peek_count(record.headers, REDRIVES_HEADER, default=0), letter.run_no - 1)
        if times >= MAX_REDRIVES and not force:
            return Refused(letter_id=letter.letter_id, reason=f"it was redriven {times} times already")
        audit = LetterRedriven(letter_id=letter.letter_id, by=self._by, forced=times >= MAX_REDRIVES)
        run = await self._run(letter.request_id)
        if run is not None and run.letter_id == letter.letter_id:
            return self._next_run(letter, run, audit, edit=edit)
        original = self._original(letter, record, run, times=times)
        if edit is None or isinstance(original, Refused):
            return original if isinstance(original, Refused) else (original, audit)
        changed = edited(original, edit)
        digests = {"original_sha256": _sha256(original.value), "sent_sha256": _sha256(changed.value)}
        return changed, msgspec.structs.replace(audit, edited=True, **digests)

    def _next_run(
        self, letter: Letter, run: Run, audit: LetterRedriven, *, edit: Edit | None
    ) -> tuple[Message, Body] | Refused:
        """Return the command that begins the next run of the request that ended with the letter."""
        if edit is not None:
            reason = "its request starts its next run, which makes the record anew: there is nothing to edit"
            return Refused(letter_id=letter.letter_id, reason=reason)
        if run.status != "dead_lettered":
            return Refused(letter_id=letter.letter_id, reason=f"its request is {run.status.replace('_', ' ')}")
        body = RedriveRequest(letter_id=letter.letter_id, run_no=run.run_no)
        return encode(self._envelope(letter, body, purpose=f"redrive:{run.run_no}")), audit

    def _original(self, letter: Letter, record: Record, run: Run | None, *, times: int) -> Message | Refused:
        """Return the original bytes for their topic, unless the request they belong to is over."""
        if run is not None and run.status != "expected" and letter.event_type != "grym.feedback.given.v1":
            return Refused(letter_id=letter.letter_id, reason=f"its request is {run.status.replace('_', ' ')}")
        return Message(
            topic=letter.origin.topic,
            key=record.key,
            headers=(*_original_headers(record.headers), (REDRIVES_HEADER, str(times + 1).encode())),
            value=record.value,
        )

    async def _run(self, request_id: str) -> Run | None:
        stored = await self._backend.states.load("coordinator", request_id) if request_id else None
        return None if stored is None else msgspec.json.decode(stored.value, type=Run)

    def _envelope(self, letter: Letter, body: Body, *, purpose: str) -> Envelope:
        subject = letter.request_id or letter.letter_id
        return Envelope(
            id=str(uuid.uuid5(_LETTERS, f"{letter.letter_id}\x1f{purpose}")),
            source=SOURCE,
            type=body.TYPE,
            subject=subject,
            time=self._clock.now(),
            body=body,
            correlation_id=subject,
            causation_id=letter.event_id,
            run_no=letter.run_no,
        )


def _sha256(value: bytes | None) -> str:
    return hashlib.sha256(value or b"").hexdigest()


def _original_headers(headers: Headers) -> Headers:
    return tuple(pair for pair in headers if not pair[0].startswith("grym_") or pair[0].startswith(KEPT_MARKS))
