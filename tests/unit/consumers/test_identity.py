"""What can be said of a record without understanding it."""

import msgspec
import pytest

from consumers.identity import derived_id, entry_of, job_letter_id, letter_entry, record_letter_id, request_of, run_of
from schemas.commands import RequestComposition
from schemas.envelope import decode
from schemas.records import Headers, Record
from tests.contract.fakes import EPOCH, message


def record(*headers: tuple[str, bytes], key: bytes | None = None, position: int = 1) -> Record:
    """Return a record."""
    return Record(
        topic="grym.requests.v1",
        partition=0,
        position=position,
        key=key,
        headers=tuple(headers),
        value=b"",
        appended_at=EPOCH,
    )


@pytest.mark.parametrize(
    ("headers", "key", "request_id"),
    [
        ((("ce_subject", b"r1"),), b"other", "r1"),
        ((("ce_subject", b"r1"), ("ce_subject", b"r2")), None, "r2"),
        ((), b"r3", "r3"),
        ((), b"\xff", ""),
        ((), None, ""),
        ((("ce_subject", b"a\x00b"),), b"r4", ""),
        ((("ce_subject", b"x" * 513),), None, ""),
        ((("ce_subject", b"x" * 512),), None, "x" * 512),
    ],
)
def test_request_is_read_from_header_or_key(headers: Headers, key: bytes | None, request_id: str) -> None:
    """The last subject counts, the key stands in, and what could be no request id is none."""
    assert request_of(record(*headers, key=key)) == request_id


@pytest.mark.parametrize(
    ("text", "run_no"),
    [
        (b"3", 3),
        (b"0", 1),
        (b"-1", 1),
        (b"", 1),
        (b"x", 1),
        (b"9999999999", 1),
        ("²".encode(), 1),
        (b"999999999", 999_999_999),
    ],
)
def test_run_is_read_with_care(text: bytes, run_no: int) -> None:
    """What is no count is the first run."""
    assert run_of(record(("ce_runno", text))) == run_no


def test_letters_are_named_by_place() -> None:
    """The same place gives the same letter; another position, processor or job another one."""
    first = record_letter_id("p", record())
    assert first == record_letter_id("p", record(("x", b"y")))
    others = {
        record_letter_id("p", record(position=2)),
        record_letter_id("q", record()),
        job_letter_id("p", "j", 1),
        job_letter_id("p", "j", 2),
        derived_id(first, "deadlettered"),
    }
    assert len(others | {first}) == 6


def test_entry_names_a_delivery() -> None:
    """Source, id and run name it; the digest is of the value; our own sources are not external."""
    sent = message(RequestComposition(prompt="x"), event_id="e1", run_no=4)
    entry = entry_of("p", decode(sent), sent.value)
    assert (entry.processor, entry.source, entry.event_id, entry.run_no, entry.external) == (
        "p",
        "test/upstream",
        "e1",
        4,
        True,
    )
    assert len(entry.digest) == 32
    assert entry.digest != entry_of("p", decode(sent), b"other").digest
    ours = msgspec.structs.replace(decode(sent), source="grym/p")
    assert not entry_of("p", ours, None).external


def test_entry_of_a_letter_is_no_event_of_anybody() -> None:
    """A letter's entry is told apart from events by its source."""
    entry = letter_entry("p", "l1")
    assert (entry.source, entry.event_id, entry.external) == ("grym/runner", "l1", False)
