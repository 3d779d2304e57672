"""What can be said of a record without understanding it: type, request, run; and the names derived from that.

A letter is named by the place of its record, so giving up on a record twice gives one letter.
"""

import hashlib
import uuid

from grym.errors import ContractError
from grym.ports.work import InboxEntry
from schemas.attributes import check_text
from schemas.envelope import Envelope, peek, peek_count
from schemas.records import Record

RUNNER_SOURCE = "grym/runner"
_LETTERS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:letter")


def entry_of(processor: str, envelope: Envelope, value: bytes | None) -> InboxEntry:
    """Return the name under which a delivery has its one effect."""
    return InboxEntry(
        processor=processor,
        source=envelope.source,
        event_id=envelope.id,
        run_no=envelope.run_no,
        digest=hashlib.sha256(value or b"").digest(),
        external=not envelope.ours,
    )


def record_letter_id(processor: str, record: Record) -> str:
    """Return the id of the letter that a record becomes when a processor gives it up."""
    return _letter_id(processor, record.topic, str(record.partition), str(record.position))


def job_letter_id(processor: str, job_id: str, run_no: int) -> str:
    """Return the id of the letter that a job's command becomes when it is given up."""
    return _letter_id(processor, "job", job_id, str(run_no))


def letter_entry(processor: str, letter_id: str) -> InboxEntry:
    """Return the name under which a letter is written once."""
    return InboxEntry(
        processor=processor, source=RUNNER_SOURCE, event_id=letter_id, run_no=1, digest=b"", external=False
    )


def derived_id(name: str, purpose: str) -> str:
    """Return an id that is always the same for a name and a purpose."""
    return str(uuid.uuid5(_LETTERS, f"{name}\x1f{purpose}"))


def request_of(record: Record) -> str:
    """Return the request a record belongs to, even where its body is broken; empty when it names none."""
    subject = peek(record.headers, "ce_subject") or _key_text(record.key)
    try:
        check_text("ce_subject", subject)
    except ContractError:
        return ""
    return subject


def run_of(record: Record) -> int:
    """Return the run a record belongs to; 1 when it names none that can be read."""
    return max(1, peek_count(record.headers, "ce_runno", default=1))


def _letter_id(*parts: str) -> str:
    return str(uuid.uuid5(_LETTERS, "\x1f".join(parts)))


def _key_text(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        return ""
