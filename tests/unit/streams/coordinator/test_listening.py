"""Tests of streams.coordinator.listening: a live stream is a run, from its start to its one end."""

from collections.abc import Callable

import pytest

from schemas.body import Fault
from schemas.commands import CancelRequest, RedriveRequest
from schemas.envelope import Envelope
from schemas.events import (
    EventDeadLettered,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestIgnored,
    StepStarted,
    StreamClosed,
)
from schemas.live import StreamEnded, StreamStarted
from tests.unit.streams.coordinator.test_coordinator import REQUEST, Desk

STARTED = StreamStarted(sample_rate_hz=44_100, channels=2, sample_format="s16le")
ENDED = StreamEnded(reason="ended", duration_s=12.5, heard_s=12.5, frames=125, windows=125, beats=20, counts={"gap": 1})
FAULT = Fault(code="grym.unexpected", message="division by zero")
FAILED = StreamEnded(reason="failed", duration_s=1.0, fault=FAULT, letter_id="letter")


@pytest.fixture
def desk(event: Callable[..., Envelope]) -> Desk:
    """Return a fresh row."""
    return Desk(event)


async def test_a_stream_is_accepted_as_it_starts_and_completed_as_it_ends(desk: Desk) -> None:
    """Nobody asked for it, and it has no deadline; its result is what it came to."""
    assert await desk.take(STARTED) == [RequestAccepted(kind="listen", deadline_s=0.0), StepStarted(step="listen")]
    (completed,) = await desk.take(ENDED)
    assert isinstance(completed, RequestCompleted)
    assert completed.kind == "listen"
    assert {"duration_s": 12.5, "counts": {"gap": 1}, "reason": "ended"}.items() <= completed.result.items()
    assert not {"fault", "letter_id"} & completed.result.keys()


async def test_a_stream_ends_once(desk: Desk) -> None:
    """Whatever comes after its end is recorded, and has no effect."""
    await desk.take_all(STARTED, ENDED)
    for body in (ENDED, STARTED, FAILED, CancelRequest(reason="late")):
        (ignored,) = await desk.take(body)
        assert isinstance(ignored, RequestIgnored)
    assert len(desk.terminals()) == 1


async def test_a_cancelled_stream_is_no_longer_listened_to(desk: Desk) -> None:
    """Its run ends at once, and the listener is told; what the listener then says comes too late."""
    await desk.take(STARTED)
    assert await desk.take(CancelRequest(reason="enough")) == [
        StreamClosed(frames=0, reason="cancelled"),
        RequestCancelled(reason="enough"),
    ]
    (ignored,) = await desk.take(ENDED)
    assert isinstance(ignored, RequestIgnored)


async def test_a_cancel_ahead_of_its_stream_is_remembered(desk: Desk) -> None:
    """The stream is accepted and cancelled as it starts."""
    await desk.take(CancelRequest(reason="never mind"))
    assert await desk.take(STARTED) == [
        RequestAccepted(kind="listen", deadline_s=0.0),
        StreamClosed(frames=0, reason="cancelled"),
        RequestCancelled(reason="never mind"),
    ]


async def test_a_stream_that_grym_could_not_go_on_with_is_told_as_a_dead_letter(desk: Desk) -> None:
    """The letter is the frame it failed with; the run is not driven again, since its sound has passed."""
    await desk.take(STARTED)
    assert await desk.take(FAILED) == [RequestDeadLettered(letter_id="letter", processor="live", fault=FAULT)]
    (ignored,) = await desk.take(RedriveRequest(run_no=1, letter_id="letter"))
    assert isinstance(ignored, RequestIgnored)


async def test_a_broken_frame_does_not_end_its_stream(desk: Desk) -> None:
    """The dead letter of a frame is recorded, and the run goes on."""
    await desk.take(STARTED)
    letter = EventDeadLettered(
        letter_id="letter",
        processor="live",
        origin_topic=StreamClosed.TOPIC,
        origin_partition=0,
        origin_position=7,
        event_id="r1/7",
        event_type="grym.audio.frame.v1",
        attempts=1,
        fault=FAULT,
    )
    (ignored,) = await desk.take(letter)
    assert isinstance(ignored, RequestIgnored)
    assert isinstance((await desk.take(ENDED))[0], RequestCompleted)


async def test_the_id_of_a_request_is_no_stream(desk: Desk) -> None:
    """A stream under the id of a piece changes nothing of it."""
    await desk.take(REQUEST)
    for body in (STARTED, ENDED):
        (ignored,) = await desk.take(body)
        assert isinstance(ignored, RequestIgnored)
    assert not desk.terminals()
