"""What a processor did with an input, found by making the ids of its outputs again."""

from datetime import timedelta

import msgspec

from consumers.replay.past import Past, Story
from schemas.body import Body, Fault
from schemas.commands import CancelRequest
from schemas.envelope import decode, encode
from schemas.events import EventDeadLettered, RequestCancelled, StepStarted
from schemas.records import Record
from streams.processor import Output, envelopes_of
from tests.contract.fakes import EPOCH, message


def _record(number: int, at_s: float, *, body: Body | None = None) -> Record:
    sent = message(body or CancelRequest(), event_id=f"e{number}")
    return Record(
        **msgspec.structs.asdict(sent), partition=0, position=number, appended_at=EPOCH + timedelta(seconds=at_s)
    )


def _outputs(cause: Record, *bodies: Body, processor: str = "coordinator", at_s: float, first: int) -> list[Record]:
    wrapped = envelopes_of(processor, decode(cause), tuple(Output(body=body) for body in bodies))
    return [
        Record(
            **msgspec.structs.asdict(encode(envelope)),
            partition=0,
            position=first + n,
            appended_at=EPOCH + timedelta(seconds=at_s),
        )
        for n, (envelope, _) in enumerate(wrapped)
    ]


STEPS = (StepStarted(step="a"), StepStarted(step="b"), RequestCancelled(reason="x"))


def test_outputs_are_those_whose_ids_can_be_made_again() -> None:
    """Others of the same cause (progress, another processor's, foreign ones that lie about their cause) are not."""
    cause = _record(1, 0)
    mine = _outputs(cause, *STEPS, at_s=5, first=1)
    others = _outputs(cause, *STEPS, processor="patterns", at_s=4, first=10)
    liar = msgspec.structs.replace(
        _record(50, 3), headers=(("ce_source", b"grym/coordinator"), ("ce_causationid", b"e1"), ("ce_id", b"zzz"))
    )
    deed = Story([cause, liar, *others, *mine]).deed("coordinator", decode(cause), cause)
    assert list(deed.outputs) == mine
    assert deed.worked_at == EPOCH + timedelta(seconds=5)
    assert deed.rank == 5
    assert not deed.given_up


def test_a_repeat_on_the_wire_is_one_output() -> None:
    """The first one says when the input was worked on."""
    cause = _record(1, 0)
    mine = _outputs(cause, *STEPS, at_s=5, first=1)
    repeats = _outputs(cause, *STEPS, at_s=9, first=20)
    deed = Story([cause, *mine, *repeats]).deed("coordinator", decode(cause), cause)
    assert list(deed.outputs) == mine


def test_an_input_without_outputs_was_worked_on_when_it_was_read() -> None:
    """Its rank is its own place, so that it stays behind what was appended before it."""
    early, cause = _record(1, 0), _record(2, 1)
    deed = Story([early, cause]).deed("coordinator", decode(cause), cause)
    assert (deed.outputs, deed.worked_at, deed.rank) == ((), cause.appended_at, 1)


def test_a_clock_that_was_set_back_changes_no_order() -> None:
    """What was appended later was worked on later, whatever the instants say."""
    first, second = _record(1, 0), _record(2, 60)
    answers = [_outputs(first, *STEPS, at_s=50, first=1), _outputs(second, *STEPS, at_s=10, first=10)]
    story = Story([first, second, *answers[0], *answers[1]])
    deeds = [story.deed("coordinator", decode(cause), cause) for cause in (first, second)]
    assert (deeds[0].worked_at, deeds[0].rank) < (deeds[1].worked_at, deeds[1].rank)


def test_a_dead_letter_is_told_by_its_place() -> None:
    """Only the processor that gave the record up had no effect."""
    cause = _record(1, 0)
    told = EventDeadLettered(
        letter_id="l",
        processor="learning",
        origin_topic=cause.topic,
        origin_partition=0,
        origin_position=1,
        event_id="e1",
        event_type="t",
        attempts=1,
        fault=Fault(code="c", message="m"),
    )
    broken = msgspec.structs.replace(_record(3, 2, body=told), value=b"{")
    story = Story([cause, _record(2, 1, body=told), broken])
    assert story.deed("learning", decode(cause), cause).given_up
    assert not story.deed("coordinator", decode(cause), cause).given_up


class _Counting:
    """A history that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def of_request(self, correlation_id: str) -> list[Record]:
        self.asked.append(correlation_id)
        return [_record(1, 0)]


async def test_a_history_is_read_once_while_it_is_needed() -> None:
    """Of many requests only the latest are remembered."""
    history = _Counting()
    past = Past(history)
    for name in ("a", "a", *(str(n) for n in range(300)), "a"):
        await past.of_request(name)
    assert history.asked.count("a") == 2
    assert len(history.asked) == 302


async def test_a_key_began_before_where_an_event_of_it_lies_there() -> None:
    """Only events that the processor takes in count, and only earlier ones."""
    past = Past(_Counting())
    envelope = decode(_record(2, 5))
    later = EPOCH + timedelta(seconds=1)
    assert await past.began_before(envelope, later, types=frozenset({CancelRequest.TYPE}))
    assert not await past.began_before(envelope, EPOCH, types=frozenset({CancelRequest.TYPE}))
    assert not await past.began_before(envelope, later, types=frozenset({"other"}))
