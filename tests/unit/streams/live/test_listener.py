"""Tests of streams.live.listener: what a stream is told, from its records in the order of the log."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.errors import InvalidAudioError, InvariantError
from grym.ports.patterns import Match, Recognition
from schemas.body import Fault
from schemas.envelope import decode, encode
from schemas.live import AlertRaised, FeaturesHeard, PatternHeard, StreamEnded, StreamStarted
from schemas.records import Message
from streams.live.arriving import arrival_of
from streams.live.listener import COORDINATOR, Listener, Manners
from streams.live.recognised import Stretch
from tests.support.live_kit import COUNTING, closed, expected_windows, frame, opened, record_of, stream, windows

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MANNERS = Manners(ears=COUNTING, idle_s=30.0)


def listener() -> Listener:
    """Return a listener that has heard nothing."""
    return Listener.unheard("s", MANNERS)


def hear(ear: Listener, messages: Iterable[Message], *, from_position: int = 1, at: datetime = NOON) -> list[Message]:
    """Let a listener hear messages as records of the log; return all that follows."""
    return [
        told
        for position, message in enumerate(messages, from_position)
        for step in ear.hear(arrival_of(record_of(message, position, at=at)))
        for told in step
    ]


def bodies(messages: Iterable[Message], kind: type[Any]) -> list[Any]:
    """Return the bodies of one kind."""
    return [envelope.body for envelope in map(decode, messages) if isinstance(envelope.body, kind)]


def test_whole_stream() -> None:
    """A start, every window, an end; each knows what it follows from, and when that was logged."""
    told = hear(listener(), stream("s", 5))
    assert windows(told, "s") == expected_windows(5)
    envelopes = [decode(message) for message in told]
    assert [type(envelope.body) for envelope in envelopes] == [StreamStarted, *[FeaturesHeard] * 5, StreamEnded]
    assert [envelope.causation_id for envelope in envelopes[:3]] == ["s-opened", "s/0", "s/1"]
    assert {envelope.time for envelope in envelopes} == {NOON}
    assert len({envelope.id for envelope in envelopes}) == len(envelopes)


@given(cut=st.integers(0, 11), frames=st.integers(1, 10), samples=st.sampled_from([300, 800, 2_000]))
def test_going_on_from_any_checkpoint_tells_the_same_bytes(cut: int, frames: int, samples: int) -> None:
    """Whoever takes over says what its predecessor would have said, and what was said again is the same."""
    messages = stream("s", frames, samples=samples)
    cut = min(cut, len(messages) - 1)
    whole = hear(listener(), messages)
    first = listener()
    before = hear(first, messages[:cut])
    if not first.begun:
        return
    second = Listener.restored("s", first.state(), MANNERS, over=first.over)
    after = hear(second, messages[cut:], from_position=cut + 1)
    assert [*before, *after] == whole
    again = hear(Listener.restored("s", first.state(), MANNERS, over=first.over), messages[cut:], from_position=cut + 1)
    assert again == after


def test_the_opening_says_whose_it_is() -> None:
    """Correlation and tenant of the opening are those of all that is heard; its rate begins the stream."""
    envelope = msgspec.structs.replace(decode(opened("s")), tenant="studio", correlation_id="session-1")
    told = hear(listener(), [encode(envelope), frame("s", 0)])
    assert {(decode(message).tenant, decode(message).correlation_id) for message in told} == {("studio", "session-1")}


def test_a_rate_that_no_stream_can_have_begins_none() -> None:
    """The opening is the fault of its sender; nothing is kept of it."""
    ear = listener()
    with pytest.raises(InvalidAudioError):
        hear(ear, [opened("s", rate_hz=1_000)])
    assert not ear.begun
    with pytest.raises(InvariantError):
        ear.state()


def test_another_rate_in_the_middle_is_refused_by_name() -> None:
    """The stream goes on with the frames of its own rate."""
    told = hear(listener(), [frame("s", 0), frame("s", 1, rate_hz=16_000), frame("s", 1), closed("s", frames=2)])
    assert windows(told, "s") == expected_windows(2)
    assert [alert.name for alert in bodies(told, AlertRaised)] == ["format_changed"]


def test_silence_of_the_log_ends_a_stream_whoever_notices() -> None:
    """A look at the clock and the record that comes too late say the very same."""
    later = NOON + timedelta(seconds=31)
    looking, reading = listener(), listener()
    for ear in (looking, reading):
        hear(ear, stream("s", 3)[:-1])
    assert not looking.idle_at(NOON + timedelta(seconds=30))
    assert looking.idle_at(later)
    by_look = looking.fall_silent()
    by_record = hear(reading, [frame("s", 3)], at=later)
    assert list(by_look) == by_record[: len(by_look)]
    assert bodies(by_record, StreamEnded)[0].reason == "idle"
    assert [alert.name for alert in bodies(by_record, AlertRaised)] == ["after_end"]
    assert looking.fall_silent() == ()


def test_a_foreign_sender_keeps_no_stream_alive() -> None:
    """Only what its own sender sends counts against the time-out."""
    ear = listener()
    hear(ear, stream("s", 1)[:-1])
    hear(ear, [frame("s", 9, source="test/other")], at=NOON + timedelta(seconds=20))
    assert ear.idle_at(NOON + timedelta(seconds=31))


def test_refusals_are_told_now_and_then_and_counted_always() -> None:
    """A thousand of them are ten alerts."""
    foreign = [frame("s", number, source="test/other") for number in range(1_000)]
    told = hear(listener(), [opened("s"), *foreign, closed("s")])
    assert [alert.count for alert in bodies(told, AlertRaised)] == [2**power for power in range(10)]
    assert bodies(told, StreamEnded)[0].counts == {"second_source": 1_000}


def test_whoever_opens_a_stream_of_somebody_else_is_told() -> None:
    """However many refusals there were before: the opening is named as the cause."""
    foreign = [frame("s", number, source="test/other") for number in range(5)]
    late = opened("s", source="test/third", event_id="mine")
    told = hear(listener(), [opened("s"), *foreign, late])
    last = decode(told[-1])
    assert (last.body.name, last.causation_id) == ("second_source", "mine")


def test_frames_that_never_came_are_counted_at_the_end() -> None:
    """The closing says how many there were."""
    told = hear(listener(), [opened("s"), frame("s", 0), closed("s", frames=4)])
    assert bodies(told, StreamEnded)[0].counts == {"missing_frames": 3}


def test_a_cancelled_request_closes_its_stream() -> None:
    """The coordinator is no second sender, and does not know how many frames there were."""
    told = hear(listener(), [opened("s"), frame("s", 0), closed("s", source=COORDINATOR, reason="cancelled")])
    (end,) = bodies(told, StreamEnded)
    assert (end.reason, end.counts) == ("cancelled", {})


def test_what_comes_after_the_end_is_told_of_once() -> None:
    """The same whether the end was heard here or is known from a checkpoint."""
    ear = listener()
    hear(ear, stream("s", 2))
    assert ear.over
    restored = Listener.restored("s", ear.state(), MANNERS, over=True)
    late = [frame("s", 2), opened("s"), frame("s", 3), closed("s"), opened("s", event_id="again")]
    told = hear(ear, late, from_position=5)
    assert [(alert.name, alert.at_s) for alert in bodies(told, AlertRaised)] == [("after_end", 0.2), ("reused", 0.2)]
    assert hear(restored, late[1:], from_position=6) == told


def test_a_closing_before_anything_was_heard_tells_nothing() -> None:
    """There was no stream; what follows under its id comes too late."""
    ear = listener()
    assert hear(ear, [closed("s")]) == []
    assert ear.over
    assert [alert.name for alert in bodies(hear(ear, [frame("s", 0)]), AlertRaised)] == ["after_end"]


def test_a_failed_stream_says_why() -> None:
    """Nothing is asked of a state that may be broken."""
    ear = listener()
    hear(ear, stream("s", 3)[:3])
    fault = Fault(code="grym.unexpected", message="boom")
    (end,) = bodies(ear.fail(fault, letter_id="letter"), StreamEnded)
    assert (end.reason, end.fault, end.letter_id, end.duration_s) == ("failed", fault, "letter", 0.2)
    assert ear.over
    assert ear.fail(fault) == ()


def test_a_state_that_cannot_be_read_is_a_failed_stream() -> None:
    """The bytes are refused, and the stream ends by name."""
    for over in (False, True):
        with pytest.raises(InvariantError, match="checkpoint"):
            Listener.restored("s", b"\xc1 nonsense", MANNERS, over=over)
    ear, told = Listener.lost("s", MANNERS, Fault(code="live.state", message="unreadable"))
    assert ear.over
    assert [end.reason for end in bodies(told, StreamEnded)] == ["failed"]


def recognition(*offsets_s: float) -> Recognition:
    """Return an answer of memory."""
    matches = tuple(
        Match(
            pattern_id="p",
            name="tune",
            confidence=0.9,
            offset_s=offset_s,
            transposition_semitones=0,
            tempo_ratio=1.0,
            why="",
        )
        for offset_s in offsets_s
    )
    return Recognition(known=bool(matches), matches=matches, searched=1, as_of=3)


def test_patterns_are_told_of_and_counted() -> None:
    """What still sounds at the end of the stream ends with it; a restored listener knows what sounds."""
    ear = listener()
    hear(ear, stream("s", 40)[:-1])
    stretch = Stretch(start_s=0.0, end_s=4.0)
    (began,) = bodies(ear.recognised(recognition(-1.0), stretch), PatternHeard)
    assert (began.state, began.at_s) == ("began", 1.0)
    again = Listener.restored("s", ear.state(), MANNERS, over=False)
    assert again.recognised(recognition(-1.0), stretch) == []
    told = hear(again, [closed("s", frames=40)], from_position=42)
    (gone,) = bodies(told, PatternHeard)
    assert gone.state == "ended"
    assert bodies(told, StreamEnded)[0].patterns == 1
    assert again.recognised(recognition(5.0), stretch) == ()


def test_a_stream_without_memory_says_so_once() -> None:
    """And once more when memory is back."""
    ear = listener()
    hear(ear, stream("s", 4)[:-1])
    stretch = Stretch(start_s=0.0, end_s=4.0)
    told: list[Message] = []
    steps: Sequence[Sequence[Message]] = (
        ear.unrecognised(),
        ear.unrecognised(),
        ear.recognised(recognition(), stretch),
        ear.recognised(recognition(), stretch),
    )
    for step in steps:
        told += step
    assert [(alert.name, alert.over) for alert in bodies(told, AlertRaised)] == [
        ("unrecognised", False),
        ("unrecognised", True),
    ]


def test_nothing_is_asked_of_what_was_not_heard() -> None:
    """A listener without a stream has no sound, no silence and no faults."""
    ear = listener()
    assert ear.fresh_sound() is None
    assert (ear.fall_silent(), ear.unrecognised(), ear.note("second_source")) == ((), (), ())
    assert (ear.begun, ear.over, ear.end_s) == (False, False, 0.0)
