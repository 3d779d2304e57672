"""What is kept of an error: class, code, sentence, remedy and a hash of where it happened; all of it bounded.

Sentences may quote a body, so they go into letters and failure events, never into logs.
"""

import hashlib
import re
import traceback

from grym.errors import GrymError, TransientError
from grym.ports.work import FaultNote
from schemas.body import Fault

MAX_MESSAGE_BYTES = 1024
UNEXPECTED = "grym.unexpected"
"""Code of everything that grym did not raise on purpose."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def note_of(error: BaseException) -> FaultNote:
    """Return what is kept beside a failed event."""
    if isinstance(error, GrymError):
        code, message, hint = error.code, error.message, error.hint
    else:
        code, message, hint = UNEXPECTED, str(error), ""
    return FaultNote(
        error_class=bounded(type(error).__name__),
        code=bounded(code),
        message=bounded(message),
        hint=bounded(hint),
        stack=stack_hash(error),
    )


def fault_of(note: FaultNote) -> Fault:
    """Return what is told to the request."""
    return Fault(code=note.code, message=note.message, hint=note.hint)


def asked_delay_s(error: BaseException) -> float | None:
    """Return the seconds a dependency asked to be left alone, if it did."""
    return error.retry_after_s if isinstance(error, TransientError) else None


def bounded(text: str, *, limit_bytes: int = MAX_MESSAGE_BYTES) -> str:
    """Return text without control characters and of at most `limit_bytes` bytes in UTF-8."""
    plain = _CONTROL.sub(" ", text[:limit_bytes])
    return plain.encode(errors="replace")[:limit_bytes].decode(errors="ignore")


def stack_hash(error: BaseException) -> str:
    """Return 16 hex digits that are equal for errors of one class raised at one place.

    Line numbers are left out, so that an edit elsewhere in a file does not split one fault into two.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [type(error).__name__, *(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.name}" for frame in frames)]
    return hashlib.sha256("\n".join(places).encode(errors="replace")).hexdigest()[:16]
