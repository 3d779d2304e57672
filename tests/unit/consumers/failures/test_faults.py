"""What is kept of an error."""

import pytest

from consumers.failures.faults import (
    MAX_MESSAGE_BYTES,
    UNEXPECTED,
    asked_delay_s,
    bounded,
    fault_of,
    note_of,
    stack_hash,
)
from grym.errors import PermanentError, TransientError


def test_own_error_keeps_its_four_parts() -> None:
    """Class, code, sentence and remedy arrive as they were."""
    note = note_of(PermanentError("cannot be", code="a.b", hint="do c"))
    assert (note.error_class, note.code, note.message, note.hint) == ("PermanentError", "a.b", "cannot be", "do c")
    fault = fault_of(note)
    assert (fault.code, fault.message, fault.hint) == ("a.b", "cannot be", "do c")


def test_foreign_error_gets_the_unexpected_code() -> None:
    """An error grym did not raise on purpose is told as such."""
    note = note_of(KeyError("x"))
    assert (note.error_class, note.code, note.message, note.hint) == ("KeyError", UNEXPECTED, "'x'", "")


def test_text_is_bounded_in_bytes_and_free_of_control_characters() -> None:
    """Two-byte letters count twice, no letter is cut in half, NUL and newlines become blanks."""
    assert bounded("a\x00b\nc") == "a b c"
    long = bounded("é" * 2000)
    assert len(long.encode()) <= MAX_MESSAGE_BYTES
    assert set(long) == {"é"}
    assert bounded("abcdef", limit_bytes=3) == "abc"
    assert bounded("x\ud800y") == "x?y"


def test_hash_tells_places_apart_but_not_messages() -> None:
    """Two errors of one place share a hash whatever they say; another place or class has another."""
    assert stack_hash(_raised("one")) == stack_hash(_raised("two"))
    assert stack_hash(_raised("one")) != stack_hash(ValueError("one"))
    assert stack_hash(ValueError("x")) != stack_hash(TypeError("x"))
    assert len(stack_hash(ValueError("x"))) == 16


def test_asked_delay_is_read_from_transient_errors_only() -> None:
    """Only those can ask for patience."""
    assert asked_delay_s(TransientError("busy", retry_after_s=4.0)) == 4.0
    assert asked_delay_s(TransientError("busy")) is None
    assert asked_delay_s(ValueError("x")) is None


def _raised(message: str) -> ValueError:
    with pytest.raises(ValueError, match=message) as caught:
        _raise(message)
    return caught.value


def _raise(message: str) -> None:
    raise ValueError(message)
