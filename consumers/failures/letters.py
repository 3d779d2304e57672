"""Dead letters: the original bytes, key and headers, plus one bounded set of headers that says what went wrong.

A letter is one transaction: the record in ``grym.dead-letters.v1``, its line in the register, and the event that tells
the request, in that order; doing it again changes nothing. An older set of error headers is replaced, so a record that
dies, is redriven and dies again does not grow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version

from consumers.failures.faults import bounded, fault_of
from consumers.identity import derived_id, letter_entry, request_of, run_of
from grym.ports.work import Admission, FaultNote, Letter, OpenWork
from schemas.catalogue import DEAD_LETTERS
from schemas.envelope import DEFAULT_TENANT, Envelope, encode, format_instant, peek
from schemas.events import EventDeadLettered
from schemas.headers import MAX_ATTRIBUTE_BYTES
from schemas.records import Headers, Message, Record

MAX_TYPE_BYTES = 200

ERROR_HEADERS = (
    "grym_letter_id",
    "grym_processor",
    "grym_code_version",
    "grym_error_class",
    "grym_error_code",
    "grym_error_message",
    "grym_error_hint",
    "grym_error_stack",
    "grym_attempts",
    "grym_first_failed",
    "grym_last_failed",
    "grym_origin_topic",
    "grym_origin_partition",
    "grym_origin_position",
    "grym_origin_time",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A record that is given up.

    Parameters
    ----------
    record
        As it was read; position 0 stands for the command of a job, which lies in no partition any more.
    attempts
        Failed attempts in all, from 1.
    """

    letter_id: str
    processor: str
    record: Record
    fault: FaultNote
    stack: str
    attempts: int
    first_failed_at: datetime
    failed_at: datetime


async def bury(work: OpenWork, loss: Loss) -> bool:
    """Write a letter inside a transaction; False when it was written before."""
    if await work.admit(letter_entry(loss.processor, loss.letter_id)) is not Admission.NEW:
        return False
    await work.append(messages_of(loss))
    await work.file_letter(letter_of(loss))
    return True


def messages_of(loss: Loss) -> Sequence[Message]:
    """Return the dead letter and, where the record names a request, the event that tells it."""
    record = loss.record
    letter = Message(
        topic=DEAD_LETTERS,
        key=record.key,
        headers=(*without_error_headers(record.headers), *error_headers(loss)),
        value=record.value,
    )
    told = request_of(record)
    # A letter about a failure event would be told by another failure event, and so on for ever.
    if not told or record.topic == EventDeadLettered.TOPIC:
        return (letter,)
    return (letter, encode(_failure_event(loss, told)))


def letter_of(loss: Loss) -> Letter:
    """Return the register's line."""
    record = loss.record
    return Letter(
        letter_id=loss.letter_id,
        processor=loss.processor,
        request_id=request_of(record),
        run_no=run_of(record),
        event_id=_attribute(record, "ce_id"),
        event_type=bounded(peek(record.headers, "ce_type"), limit_bytes=MAX_TYPE_BYTES),
        origin=record.topic_partition,
        origin_position=record.position,
        attempts=loss.attempts,
        fault=loss.fault,
        created_at=loss.failed_at,
    )


def error_headers(loss: Loss) -> Headers:
    """Return the one set of error headers, each bounded."""
    record, fault = loss.record, loss.fault
    values = (
        loss.letter_id,
        loss.processor,
        code_version(),
        fault.error_class,
        fault.code,
        fault.message,
        fault.hint,
        loss.stack,
        str(loss.attempts),
        format_instant(loss.first_failed_at),
        format_instant(loss.failed_at),
        record.topic,
        str(record.partition),
        str(record.position),
        format_instant(record.appended_at),
    )
    return tuple((name, value.encode()) for name, value in zip(ERROR_HEADERS, values, strict=True))


def without_error_headers(headers: Headers) -> Headers:
    """Return headers without an older set of error headers, in order and otherwise untouched."""
    return tuple(pair for pair in headers if pair[0] not in ERROR_HEADERS)


@cache
def code_version() -> str:
    """Return the installed version of grym."""
    return version("grym")


def _failure_event(loss: Loss, request_id: str) -> Envelope:
    record = loss.record
    body = EventDeadLettered(
        letter_id=loss.letter_id,
        processor=loss.processor,
        origin_topic=record.topic,
        origin_partition=record.partition,
        origin_position=record.position,
        event_id=_attribute(record, "ce_id"),
        event_type=bounded(peek(record.headers, "ce_type"), limit_bytes=MAX_TYPE_BYTES),
        attempts=loss.attempts,
        fault=fault_of(loss.fault),
    )
    return Envelope(
        id=derived_id(loss.letter_id, "deadlettered"),
        source=f"grym/{loss.processor}",
        type=EventDeadLettered.TYPE,
        subject=request_id,
        time=loss.failed_at,
        body=body,
        correlation_id=_attribute(record, "ce_correlationid") or request_id,
        causation_id=_attribute(record, "ce_id"),
        run_no=run_of(record),
        tenant=_attribute(record, "ce_tenant") or DEFAULT_TENANT,
    )


def _attribute(record: Record, name: str) -> str:
    return bounded(peek(record.headers, name), limit_bytes=MAX_ATTRIBUTE_BYTES)
