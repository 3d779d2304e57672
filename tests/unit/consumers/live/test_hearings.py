"""Tests of consumers.live.hearings: whose turn it is, and how far each stream is saved."""

from typing import Any

from consumers.live.hearings import Hearing, Hearings, Waiting
from schemas.catalogue import AUDIO_FRAMES
from schemas.records import Message, TopicPartition
from streams.live.arriving import arrival_of
from streams.live.listener import Listener, Manners
from tests.support.live_kit import COUNTING, closed, frame, record_of, stream

SOURCE = TopicPartition(AUDIO_FRAMES, 0)
MANNERS = Manners(ears=COUNTING, idle_s=30.0)
DUE: dict[str, Any] = {"sound_s": 1.0, "most_bytes": 10**9, "apart_s": 0.5, "quiet_s": 2.0}


def hearing(stream_id: str = "s") -> Hearing:
    """Return a stream of which nothing was heard."""
    return Hearing(Listener.unheard(stream_id, MANNERS), SOURCE, position=0, now_s=0.0)


def waiting(message: Message, position: int) -> Waiting:
    """Return a record that waits."""
    record = record_of(message, position)
    return Waiting(record=record, arrival=arrival_of(record))


def drain(one: Hearing) -> int:
    """Fold everything of a stream; return in how many turns."""
    turns = 0
    while one.busy:
        one.hear_on()
        turns += 1
    return turns


def test_every_stream_has_its_turn() -> None:
    """One that has much waiting is not served before one that has little."""
    hearings = Hearings(remembered=10)
    long, short = hearing("long"), hearing("short")
    for one in (long, short):
        hearings.add(one)
    for number, message in enumerate(stream("long", 50)[:-1], 1):
        hearings.put(long, waiting(message, number))
    hearings.put(short, waiting(frame("short", 0), 100))
    served = []
    while (turn := hearings.next_turn()) is not None:
        turn.hear_on()
        hearings.had_turn(turn)
        served.append(turn.stream_id)
    assert served[:6] == ["long", "short"] * 3
    assert served.count("short") < 10


def test_a_long_frame_takes_many_turns() -> None:
    """Ten seconds are a hundred pieces."""
    one = hearing()
    one.put(waiting(frame("s", 0, samples=80_000), 1))
    assert drain(one) > 100


def test_a_checkpoint_covers_what_was_folded() -> None:
    """No more, and nothing twice."""
    one = hearing()
    for number, message in enumerate(stream("s", 20)[:-1], 1):
        one.put(waiting(message, number))
    for _ in range(30):
        one.hear_on()
    checkpoint = one.checkpoint(now_s=1.0)
    assert 1 < checkpoint.position < 21
    assert one.covered_to(checkpoint.position) == list(range(1, checkpoint.position + 1))
    assert one.covered_to(checkpoint.position) == []
    assert one.uncovered


def test_when_a_checkpoint_is_due() -> None:
    """After enough sound, after enough bytes, or when nothing more comes; never in the middle of a frame."""
    one = hearing()
    assert not one.is_due(**DUE, now_s=100.0)
    for number, message in enumerate(stream("s", 12)[:-1], 1):
        one.put(waiting(message, number))
    one.hear_on()
    one.hear_on()
    assert not one.is_due(**DUE, now_s=100.0)  # in the middle of a record
    drain(one)
    assert not one.is_due(**DUE, now_s=0.4)
    assert one.is_due(**DUE, now_s=0.6)
    assert one.is_due(**{**DUE, "most_bytes": 1_000}, now_s=0.1)
    one.checkpoint(now_s=0.6)
    one.covered_to(one.folded)
    assert not one.is_due(**DUE, now_s=100.0)
    one.put(waiting(frame("s", 12), 14))
    drain(one)
    assert not one.is_due(**DUE, now_s=2.0)
    assert one.is_due(**DUE, now_s=2.7)


def test_streams_that_have_ended_are_remembered_for_a_while() -> None:
    """The oldest are forgotten first, and none that something waits of."""
    hearings = Hearings(remembered=2)
    for name in ("a", "b", "c"):
        one = hearing(name)
        hearings.add(one)
        for number, message in enumerate([frame(name, 0), closed(name)], 1):
            hearings.put(one, waiting(message, number))
        while (turn := hearings.next_turn()) is not None:
            turn.hear_on()
            hearings.had_turn(turn)
        one.covered_to(2)
    assert len(hearings) == 0
    assert [name for name in ("a", "b", "c") if hearings.get(name) is not None] == ["b", "c"]
