"""The post: order, retries under the same ids, bounded memory, and one parcel that spoils no other."""

import asyncio

import pytest

from grym.adapters.clock import VirtualClock
from grym.errors import ContractError, SaturatedError, TransientError, UnavailableError
from producers.frames.post import FramePost, Parcel, PostSettings
from schemas.records import Message
from tests.unit.producers.frames.world import Tape


def message(number: int, *, size: int = 100) -> Message:
    """Return a message that can be told from others."""
    return Message(topic="grym.audio-frames.v1", key=b"s", headers=(), value=bytes([number]) * size)


def unknown() -> TransientError:
    """Return what is raised where nobody knows whether a publish arrived."""
    return TransientError("no answer", code="publish.unknown")


async def arrival(*parcels: Parcel) -> None:
    """Wait until parcels have arrived, or failed."""
    await asyncio.wait([parcel.arrived for parcel in parcels])
    for parcel in parcels:
        parcel.arrived.result()


async def settled(clock: VirtualClock, *parcels: Parcel) -> None:
    """Let time pass until parcels have arrived, or failed."""
    await clock.run(_settled(*parcels))


async def _the(putting: "asyncio.Task[Parcel]") -> Parcel:
    return await putting


async def _settled(*parcels: Parcel) -> None:
    await asyncio.wait([parcel.arrived for parcel in parcels])


async def test_what_gathers_goes_together() -> None:
    """The first message leaves alone, at once; what comes meanwhile leaves as one batch, in order."""
    started, go_on = asyncio.Event(), asyncio.Event()
    tape = Tape()

    async def slow(messages: "list[Message]") -> None:
        started.set()
        await go_on.wait()
        await tape(messages)

    clock = VirtualClock()
    post = FramePost(slow, clock)  # type: ignore[arg-type]  # it takes any sequence
    parcels = [await post.put([message(0)])]
    await started.wait()
    parcels += [await post.put([message(number)]) for number in range(1, 6)]
    go_on.set()
    await settled(clock, *parcels)
    assert [len(call) for call in tape.calls] == [1, 5]
    assert tape.messages == [message(number) for number in range(6)]


async def test_a_batch_is_no_larger_than_a_request() -> None:
    """Bytes and frames of one publish are bounded, however much waits."""
    clock, tape = VirtualClock(), Tape()
    post = FramePost(tape, clock, PostSettings(batch_bytes=250, batch_frames=2))
    parcels = [await post.put([message(number)]) for number in range(7)]
    await settled(clock, *parcels)
    assert max(len(call) for call in tape.calls) == 2
    assert tape.messages == [message(number) for number in range(7)]


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (SaturatedError("full", retry_after_s=3.0), "saturated"),
        (unknown(), "unknown"),
        (UnavailableError("away"), "unreachable"),
    ],
)
async def test_what_may_pass_is_tried_again_with_the_same_frames(error: TransientError, counted: str) -> None:
    """The very same messages go again, after a pause, and it is counted why."""
    clock, tape = VirtualClock(), Tape(error, error)
    post = FramePost(tape, clock)
    parcel = await post.put([message(1)])
    await clock.run(arrival(parcel))
    assert tape.calls == [[message(1)]] * 3
    assert getattr(post.counts, counted) == 2
    assert clock.monotonic_s() >= 2 * (error.retry_after_s or 0.05)


async def test_nothing_overtakes_what_is_tried_again() -> None:
    """A message put while an earlier one is tried again comes after it."""
    clock, tape = VirtualClock(), Tape(unknown())
    post = FramePost(tape, clock)
    await post.put([message(1)])
    second = await post.put([message(2)])
    await clock.run(arrival(second))
    assert tape.messages == [message(1), message(2)]


async def test_patience_ends() -> None:
    """A log that stays away fails what waits, all of it; what is put later is tried anew."""
    clock = VirtualClock()
    tape = Tape(*[UnavailableError("away")] * 20)
    post = FramePost(tape, clock, PostSettings(patience_s=8.0, batch_frames=1))
    first, second = await post.put([message(1)]), await post.put([message(2)])
    with pytest.raises(UnavailableError):
        await clock.run(arrival(first))
    assert second.failed
    tape.errors.clear()
    with pytest.raises(UnavailableError):
        await post.put([message(3)], after=second)
    again = await post.put([message(2)])
    await clock.run(arrival(again))
    assert tape.messages == [message(2)]


async def test_what_can_never_be_sent_spoils_no_other() -> None:
    """In a batch with one message that the log refuses, the others arrive, in order."""
    tape = Tape()

    async def strict(messages: "list[Message]") -> None:
        if message(2) in messages:
            raise ContractError("never", code="publish.too_large")
        await tape(messages)

    clock = VirtualClock()
    post = FramePost(strict, clock)  # type: ignore[arg-type]  # it takes any sequence
    parcels = [await post.put([message(number)]) for number in (1, 2, 3)]
    await settled(clock, *parcels)
    assert [parcel.is_there for parcel in parcels] == [True, False, True]
    assert tape.messages == [message(1), message(3)]


async def test_memory_is_bounded() -> None:
    """Who brings more than there is room for waits until something has left; a parcel larger than the room passes."""
    gate = asyncio.Event()

    async def stuck(messages: object) -> None:
        del messages
        await gate.wait()

    clock = VirtualClock()
    post = FramePost(stuck, clock, PostSettings(room_bytes=250))
    parcels = [await post.put([message(number)]) for number in (1, 2)]
    third = asyncio.create_task(post.put([message(3, size=1_000)]))
    await asyncio.sleep(0)
    assert not third.done()
    gate.set()
    await settled(clock, await clock.run(_the(third)))
    assert all(parcel.is_there for parcel in parcels)


async def test_closing_fails_what_has_not_arrived() -> None:
    """Nobody waits for ever for a post that is closed."""
    clock = VirtualClock()
    post = FramePost(Tape(*[UnavailableError("away")] * 5), clock)
    parcel = await post.put([message(1)])
    await post.close()
    assert parcel.failed


async def test_batches_keep_apart() -> None:
    """What comes within a hundredth of a second leaves together; after a pause the next one leaves at once."""
    clock, tape = VirtualClock(), Tape()
    post = FramePost(tape, clock)
    await settled(clock, await post.put([message(0)]))
    assert clock.monotonic_s() == 0.0
    parcels = [await post.put([message(number)]) for number in (1, 2)]
    await settled(clock, *parcels)
    assert clock.monotonic_s() == pytest.approx(0.01)
    await clock.advance(0.1)
    await settled(clock, await post.put([message(3)]))
    assert clock.monotonic_s() == pytest.approx(0.11)
    assert [len(call) for call in tape.calls] == [1, 2, 1]
