"""Redriving dead letters: the next run of an accepted request, or the original bytes."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from grym.errors import InvalidRequestError
from grym.ports.work import FaultNote, Letter
from producers.editing import read_edit
from producers.redrive import MAX_REDRIVES, REDRIVES_HEADER, matches
from schemas.catalogue import DEAD_LETTERS
from schemas.commands import RedriveRequest, RequestComposition
from schemas.envelope import decode
from schemas.events import LetterDiscarded, LetterRedriven
from schemas.records import Message, TopicPartition, header
from streams.coordinator.run import Run
from tests.unit.producers.world import World

AT = datetime(2026, 1, 1, tzinfo=UTC)
ORIGINAL = (("ce_id", b"e1"), ("x-foreign", b"\xff"), ("grym_claim", b"artifact://x"))
MARKS = (("grym_letter_id", b"L1"), ("grym_error_code", b"x"))
VALUE = b"\x00not json"


def _letter(*, letter_id: str = "L1", request_id: str = "r1", run_no: int = 1, redrives: int = 0) -> Letter:
    return Letter(
        letter_id=letter_id,
        processor="coordinator",
        request_id=request_id,
        run_no=run_no,
        event_id="e1",
        event_type="grym.composition.request.v1",
        origin=TopicPartition("grym.requests.v1", 0),
        origin_position=1,
        attempts=1,
        fault=FaultNote(error_class="ContractError", code="contract.body", message="broken", hint=""),
        created_at=AT,
        redrives=redrives,
    )


async def _bury(world: World, letter: Letter, *more: tuple[str, bytes]) -> Letter:
    """Put a letter and its record where the runner would."""
    marks = tuple(
        ("grym_letter_id", letter.letter_id.encode()) if name == "grym_letter_id" else (name, value)
        for name, value in MARKS
    )
    async with world.backend.work.begin() as work:
        headers = (*ORIGINAL, *more, *marks)
        await work.append([Message(topic=DEAD_LETTERS, key=b"r1", headers=headers, value=VALUE)])
        await work.file_letter(letter)
    return letter


async def _audit(world: World) -> list[object]:
    return [decode(record).body for record in await world.records("grym.audit.v1")]


async def test_a_letter_that_was_never_accepted_goes_back_as_it_was(world: World) -> None:
    """Key, value and headers are the original ones, but for the count of redrives; the error headers are gone."""
    letter = await _bury(world, _letter())
    done = await world.desk.redrive([letter])
    (record,) = await world.records("grym.requests.v1")
    assert done.redriven == ("L1",)
    assert (record.key, record.value) == (b"r1", VALUE)
    assert record.headers == (*ORIGINAL, (REDRIVES_HEADER, b"1"))


async def test_a_redrive_is_recorded(world: World) -> None:
    """The register counts it and the audit topic says who did it."""
    await world.desk.redrive([await _bury(world, _letter())])
    (registered,) = await world.backend.letters.letters(state=None)
    assert (registered.state, registered.redrives) == ("redriven", 1)
    assert await _audit(world) == [LetterRedriven(letter_id="L1", by="ada")]


async def test_an_accepted_request_gets_its_next_run(world: World) -> None:
    """The command names the letter and the run that ended; sending it twice is one event."""
    await world.save_run(Run(request_id="r1", status="dead_lettered", run_no=2, letter_id="L1"))
    letter = await _bury(world, _letter(run_no=2))
    for _ in range(2):
        await world.desk.redrive([letter])
    sent = [decode(record) for record in await world.records("grym.redrives.v1")]
    assert {event.id for event in sent} == {sent[0].id}
    assert sent[0].body == RedriveRequest(letter_id="L1", run_no=2)
    assert (sent[0].subject, sent[0].run_no, sent[0].ours) == ("r1", 2, False)
    assert await world.records("grym.requests.v1") == []


@pytest.mark.parametrize("status", ["running", "completed", "rejected", "cancelled"])
async def test_a_request_that_did_not_end_with_the_letter_is_refused(world: World, status: str) -> None:
    """Nothing is sent for a request that goes on or ended otherwise."""
    await world.save_run(Run(request_id="r1", status=status, letter_id="L1"))  # type: ignore[arg-type]  # parametrised
    done = await world.desk.redrive([await _bury(world, _letter())])
    assert [one.letter_id for one in done.refused] == ["L1"]
    assert status in done.refused[0].reason
    assert await world.records("grym.redrives.v1") == []


@pytest.mark.parametrize(
    ("letter", "header_value"),
    [
        (_letter(redrives=MAX_REDRIVES), b"0"),
        (_letter(run_no=MAX_REDRIVES + 1), b"0"),
        (_letter(), str(MAX_REDRIVES).encode()),
    ],
    ids=["same letter", "next runs", "original bytes"],
)
async def test_loops_are_refused(world: World, letter: Letter, header_value: bytes) -> None:
    """However often a letter comes back, as itself, as a later run or as a copy, it is sent five times at most."""
    done = await world.desk.redrive([await _bury(world, letter, (REDRIVES_HEADER, header_value))])
    assert done.redriven == ()
    assert "redriven 5 times" in done.refused[0].reason


async def test_a_dry_run_changes_nothing(world: World) -> None:
    """It tells what would happen."""
    done = await world.desk.redrive([await _bury(world, _letter())], dry_run=True)
    assert done.redriven == ("L1",)
    assert await world.records("grym.requests.v1") == []
    assert await _audit(world) == []
    assert [letter.state for letter in await world.backend.letters.letters()] == ["open"]


async def test_the_rate_is_kept(world: World) -> None:
    """Three letters at two a second take a second."""
    letters = [await _bury(world, _letter(letter_id=f"L{n}", request_id=f"r{n}")) for n in range(3)]
    await world.clock.run(world.desk.redrive(letters, rate_per_s=2.0))
    assert world.clock.monotonic_s() == pytest.approx(1.0)


async def test_discarding_is_recorded(world: World) -> None:
    """A discarded letter is no longer open, and the audit says why."""
    letter = await _bury(world, _letter())
    assert await world.desk.discard([letter], reason="spam") == ["L1"]
    assert await world.backend.letters.letters() == []
    assert await _audit(world) == [LetterDiscarded(letter_id="L1", by="ada", reason="spam")]


@pytest.mark.parametrize(
    ("where", "since", "expected"),
    [
        ({}, None, True),
        ({"class": "ContractError", "code": "contract.body"}, None, True),
        ({"processor": "coordinator", "topic": "grym.requests.v1", "request": "r1"}, AT, True),
        ({"class": "ValueError"}, None, False),
        ({}, AT + timedelta(seconds=1), False),
    ],
)
def test_filters(where: dict[str, str], since: datetime | None, expected: bool) -> None:
    """Every condition must hold."""
    assert matches(_letter(), where, since) is expected


def test_an_unknown_field_is_refused() -> None:
    """A filter by a field that letters do not have is bad input."""
    with pytest.raises(InvalidRequestError, match="no field"):
        matches(_letter(), {"colour": "red"}, None)


async def test_a_letter_keeps_its_header_count(world: World) -> None:
    """The count of a copy grows with every redrive of it."""
    await world.desk.redrive([await _bury(world, _letter(), (REDRIVES_HEADER, b"2"))])
    (record,) = await world.records("grym.requests.v1")
    assert header(record.headers, REDRIVES_HEADER) == b"3"


@pytest.mark.parametrize("count", [b"9" * 5_000, b"many", b"-1", b"\xff"])
async def test_a_count_that_nobody_can_read_counts_as_none(world: World, count: bytes) -> None:
    """The mark of earlier redrives comes from the record, and so from anybody."""
    letter = await _bury(world, _letter(), (REDRIVES_HEADER, count))
    assert (await world.desk.redrive([letter])).redriven == (letter.letter_id,)


async def test_force_sends_once_more_and_says_so(world: World) -> None:
    """The loop guard gives way to an operator who insists; the audit event tells."""
    letter = await _bury(world, _letter(redrives=MAX_REDRIVES))
    assert (await world.desk.redrive([letter])).redriven == ()
    assert (await world.desk.redrive([letter], force=True)).redriven == ("L1",)
    assert await _audit(world) == [LetterRedriven(letter_id="L1", by="ada", forced=True)]


REQUEST = (
    ("ce_id", b"e1"),
    ("ce_source", b"shop"),
    ("ce_type", b"grym.composition.request.v1"),
    ("ce_subject", b"r1"),
    ("x-foreign", b"\xff"),
    ("x-foreign", b"twice"),
)
SHOWN = tuple((name, value.decode(errors="replace")) for name, value in REQUEST)


async def _bury_request(world: World, value: bytes = VALUE) -> Letter:
    letter = _letter()
    async with world.backend.work.begin() as work:
        await work.append([Message(topic=DEAD_LETTERS, key=b"r1", headers=(*REQUEST, *MARKS), value=value)])
        await work.file_letter(letter)
    return letter


async def test_an_edited_letter_is_sent_with_the_new_body_under_its_own_id(world: World) -> None:
    """Headers nobody touched keep their bytes; the letter keeps its own, and the audit event holds both digests."""
    letter = await _bury_request(world)
    edit = read_edit(msgspec.json.encode({"data": {"prompt": "a waltz"}, "headers": SHOWN, "hex": "00", "state": "x"}))
    assert (await world.desk.redrive([letter], edit=edit)).redriven == ("L1",)
    (record,) = await world.records("grym.requests.v1")
    assert decode(record).body == RequestComposition(prompt="a waltz")
    assert record.headers == (*REQUEST, (REDRIVES_HEADER, b"1"))
    (told,) = await _audit(world)
    assert isinstance(told, LetterRedriven)
    assert told.edited
    assert told.original_sha256 == hashlib.sha256(VALUE).hexdigest()
    assert told.sent_sha256 == hashlib.sha256(record.value or b"").hexdigest()
    found = await world.backend.letters.letter("L1")
    assert found is not None
    assert found[1].value == VALUE


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"data": {"prompt": 7}}, "dlq.edit_invalid"),
        ({"data": {"prompt": "x"}, "headers": [["ce_id", "e1"]]}, "dlq.edit_invalid"),
        (
            {"data": {}, "headers": [[n, v.replace("composition.request", "plan.made")] for n, v in SHOWN]},
            "dlq.edit_invalid",
        ),
        ({"headers": SHOWN}, "dlq.edit_unchanged"),
        ({"data": {"prompt": "as it was"}}, "dlq.edit_unchanged"),
    ],
    ids=["wrong type", "headers missing", "another topic's type", "same headers", "same body"],
)
async def test_an_edit_that_would_fail_again_is_refused(world: World, edit: dict[str, object], code: str) -> None:
    """The edited record is read as a processor would read it, before anything is sent."""
    letter = await _bury_request(world, b'{"prompt": "as it was"}')
    with pytest.raises(InvalidRequestError) as caught:
        await world.desk.redrive([letter], edit=read_edit(msgspec.json.encode(edit)))
    assert caught.value.code == code
    assert await world.records("grym.requests.v1") == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"headers": 3}', b"\xff", b"[" * 10_000, b'{"key": 1}'])
def test_a_file_that_is_no_edit_is_refused(content: bytes) -> None:
    """Whatever the file holds, the answer is a typed error."""
    with pytest.raises(InvalidRequestError) as caught:
        read_edit(content)
    assert caught.value.code == "dlq.edit"


async def test_an_edit_is_for_one_letter_that_goes_back_to_its_topic(world: World) -> None:
    """Several letters, and a letter whose request makes its record anew, cannot be edited."""
    edit = read_edit(b'{"data": {"prompt": "x"}}')
    letters = [await _bury(world, _letter(letter_id=f"L{n}")) for n in range(2)]
    with pytest.raises(InvalidRequestError, match="one letter"):
        await world.desk.redrive(letters, edit=edit)
    await world.save_run(Run(request_id="r1", status="dead_lettered", letter_id="L0"))
    done = await world.desk.redrive(letters[:1], edit=edit)
    assert "nothing to edit" in done.refused[0].reason


async def test_an_edit_of_a_claimed_body_travels_in_the_record(world: World) -> None:
    """The claim of the old body goes with it."""
    letter = _letter()
    claim = (("grym_claim", b"artifact://x"), ("grym_claim_bytes", b"9"))
    async with world.backend.work.begin() as work:
        await work.append([Message(topic=DEAD_LETTERS, key=b"r1", headers=(*REQUEST, *claim, *MARKS), value=b"")])
        await work.file_letter(letter)
    await world.desk.redrive([letter], edit=read_edit(b'{"data": {"prompt": "x"}}'))
    (record,) = await world.records("grym.requests.v1")
    assert header(record.headers, "grym_claim") is None
    assert decode(record).body == RequestComposition(prompt="x")
