"""Dead letters: original bytes, one bounded set of error headers, one line in the register, one event."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from consumers.failures.faults import note_of
from consumers.failures.letters import ERROR_HEADERS, Loss, bury, letter_of, messages_of, without_error_headers
from consumers.identity import record_letter_id
from grym.adapters.placement import place
from grym.errors import PermanentError
from schemas.catalogue import BY_NAME
from schemas.commands import RequestComposition
from schemas.envelope import decode
from schemas.events import EventDeadLettered
from schemas.records import Headers, Message, Record
from tests.contract.fakes import EPOCH, headers_of, message, run_virtual
from tests.contract.probe import open_world


def record(**changes: object) -> Record:
    """Return a request as it lies in the log, with headers of others."""
    sent = message(
        RequestComposition(prompt="x"), event_id="e1", run_no=2, tenant="t1", foreign=(("a", b"\xff"), ("a", b"2"))
    )
    found = Record(
        topic=sent.topic,
        partition=3,
        position=17,
        key=sent.key,
        headers=sent.headers,
        value=sent.value,
        appended_at=EPOCH,
    )
    return msgspec.structs.replace(found, **changes)


def loss(lost: Record, error: Exception | None = None) -> Loss:
    """Return the giving up of a record after three attempts."""
    return Loss(
        letter_id=record_letter_id("coordinator", lost),
        processor="coordinator",
        record=lost,
        fault=note_of(error or PermanentError("cannot be", code="a.b", hint="do c")),
        stack="0123456789abcdef",
        attempts=3,
        first_failed_at=EPOCH + timedelta(seconds=1),
        failed_at=EPOCH + timedelta(seconds=9),
    )


def test_letter_carries_the_original_and_what_went_wrong() -> None:
    """Value, key and headers are untouched; every error header has its value."""
    lost = record()
    letter, _ = messages_of(loss(lost))
    assert (letter.topic, letter.key, letter.value) == ("grym.dead-letters.v1", lost.key, lost.value)
    assert letter.headers[: len(lost.headers)] == lost.headers
    told = headers_of(letter.headers[len(lost.headers) :])
    assert tuple(told) == ERROR_HEADERS
    assert told["grym_letter_id"] == record_letter_id("coordinator", lost)
    assert (told["grym_error_class"], told["grym_error_code"]) == ("PermanentError", "a.b")
    assert (told["grym_error_message"], told["grym_error_hint"]) == ("cannot be", "do c")
    assert (told["grym_processor"], told["grym_attempts"]) == ("coordinator", "3")
    assert told["grym_error_stack"] == "0123456789abcdef"
    assert told["grym_first_failed"] == "2026-01-01T00:00:01.000000Z"
    assert told["grym_last_failed"] == "2026-01-01T00:00:09.000000Z"
    place = tuple(told[f"grym_origin_{name}"] for name in ("topic", "partition", "position", "time"))
    assert place == ("grym.requests.v1", "3", "17", "2026-01-01T00:00:00.000000Z")
    assert told["grym_code_version"]


def test_error_headers_replace_older_ones() -> None:
    """A record that dies a second time carries one set, the newest."""
    first, _ = messages_of(loss(record()))
    second, _ = messages_of(loss(record(headers=first.headers, position=99)))
    assert [name for name, _ in second.headers].count("grym_letter_id") == 1
    assert headers_of(second.headers)["grym_origin_position"] == "99"
    assert without_error_headers(second.headers) == record().headers


def test_error_headers_are_bounded() -> None:
    """An endless error message does not make an endless letter."""
    letter, _ = messages_of(loss(record(), ValueError("x" * 1_000_000)))
    assert sum(len(value) for name, value in letter.headers if name in ERROR_HEADERS) < 4096


def test_event_tells_the_request() -> None:
    """The failure event belongs to the request, its run and its tenant, and names its cause."""
    lost = record()
    _, told = messages_of(loss(lost))
    event = decode(told)
    assert (event.subject, event.run_no, event.tenant) == ("r1", 2, "t1")
    assert (event.causation_id, event.correlation_id, event.source) == ("e1", "r1", "grym/coordinator")
    body: EventDeadLettered = event.body
    assert (body.letter_id, body.processor) == (record_letter_id("coordinator", lost), "coordinator")
    assert (body.origin_topic, body.origin_partition, body.origin_position) == ("grym.requests.v1", 3, 17)
    assert (body.event_id, body.event_type, body.attempts) == ("e1", "grym.composition.request.v1", 3)
    assert (body.fault.code, body.fault.message) == ("a.b", "cannot be")


def test_record_without_a_request_tells_nobody() -> None:
    """Neither subject nor readable key: a letter, and no event."""
    assert len(messages_of(loss(record(headers=(), key=None)))) == 1
    assert len(messages_of(loss(record(headers=(), key=b"\xff\xfe")))) == 1


def test_key_stands_in_for_a_missing_subject() -> None:
    """Without headers the key still names the request."""
    _, told = messages_of(loss(record(headers=())))
    assert decode(told).subject == "r1"


def test_failure_event_is_not_told_by_another_one() -> None:
    """Giving up on a failure event must not go round in circles."""
    assert len(messages_of(loss(record(topic="grym.failures.v1")))) == 1


def test_hostile_headers_still_make_a_letter() -> None:
    """Bytes that are no text, endless ids and a senseless run number cannot break the telling."""
    headers: Headers = (
        ("ce_id", b"\xff" * 3000),
        ("ce_type", b"t\x00" * 900),
        ("ce_subject", b"r9"),
        ("ce_runno", b"999999999999"),
        ("ce_tenant", b"\xff"),
        ("ce_correlationid", b"\n"),
    )
    _, told = messages_of(loss(record(headers=headers)))
    event = decode(told)
    assert (event.subject, event.run_no) == ("r9", 1)
    assert letter_of(loss(record(headers=headers))).request_id == "r9"


def test_register_line_says_where_the_original_was() -> None:
    """The register holds origin, request, run and fault."""
    line = letter_of(loss(record()))
    assert (line.request_id, line.run_no, line.event_id) == ("r1", 2, "e1")
    assert (line.origin.topic, line.origin.partition, line.origin_position) == ("grym.requests.v1", 3, 17)
    assert (line.attempts, line.fault.code, line.state, line.redrives) == (3, "a.b", "open", 0)
    assert line.created_at == EPOCH + timedelta(seconds=9)


def test_burying_twice_is_one_letter() -> None:
    """The second time nothing is written, also when it failed for another reason."""

    async def work() -> None:
        world = open_world()
        lost = loss(record())
        async with world.backend.work.begin() as unit:
            assert await bury(unit, lost)
        async with world.backend.work.begin() as unit:
            assert not await bury(unit, replace(lost, fault=note_of(ValueError("other"))))
        assert len(await world.records("grym.dead-letters.v1")) == 1
        assert len(await world.records("grym.failures.v1")) == 1
        (line,) = await world.backend.letters.letters()
        assert line.fault.code == "a.b"

    run_virtual(work())


def test_the_largest_record_that_is_accepted_fits_into_a_letter() -> None:
    """Headers up to the limit of the topic plus error headers of the largest kind can be appended."""
    topic = BY_NAME["grym.requests.v1"]
    lost = record()
    taken = len(lost.key or b"") + sum(len(name) + len(value) for name, value in lost.headers)
    padding = ("x", b"y" * (topic.max_header_bytes - taken - 1))
    lost = msgspec.structs.replace(lost, headers=(*lost.headers, padding), value=b"v" * topic.max_bytes)
    place(Message(topic=lost.topic, key=lost.key, headers=lost.headers, value=lost.value))
    words = "w" * 5000
    letter, _ = messages_of(loss(lost, PermanentError(words, code=words, hint=words)))
    assert place(letter).topic == "grym.dead-letters.v1"
