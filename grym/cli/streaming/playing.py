"""One call of ``grym stream``: the runtime, the session, interrupts, and what is said at the end."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grym.cli.faults import DONE, ENDED_OTHERWISE, GAVE_UP_WAITING, INTERRUPTED
from grym.cli.playing import play
from grym.cli.screen import Screen
from grym.cli.streaming.picture import summary_panel
from grym.cli.streaming.session import Session
from grym.cli.streaming.sources import FileSource, PipeSource
from grym.cli.streaming.standing import summary
from grym.cli.streaming.views import View, view_of
from producers.frames import FrameStreamer, StreamDesk, StreamerSettings

if TYPE_CHECKING:
    from grym.runtime import Runtime

WORKING = ("coordinator", "live")
"""What runs in this process in the embedded runtime: whatever else is open waits for those who asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for, checked.

    Parameters
    ----------
    timeout_s
        Seconds to wait for answers once the sound has ended; None waits for the end.
    aloud
        File that is heard besides; None for silence.
    """

    sound: FileSource | PipeSource
    settings: StreamerSettings
    stream_id: str | None = None
    timeout_s: float | None = None
    aloud: str | None = None


class Interruption:
    """Whether somebody asked this command to stop."""

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._task = task
        self.asked = False

    def ask(self) -> None:
        """Stop the command, as Ctrl-C does; a second one does what it always does."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self.end()

    def end(self) -> None:
        """Stop the command, as SIGTERM does; whoever sends it to a group often sends it twice, and once is enough."""
        if not self.asked:
            self.asked = True
            self._task.cancel()

    def taken(self) -> bool:
        """Tell whether a cancellation came from here, and take it as answered."""
        if self.asked:
            self._task.uncancel()
        return self.asked


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Turn the first SIGINT or SIGTERM into a cancellation that can be answered in order."""
    task = asyncio.current_task()
    assert task is not None
    interruption = Interruption(task)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interruption.ask)
    loop.add_signal_handler(signal.SIGTERM, interruption.end)
    try:
        yield interruption
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def played(screen: Screen, runtime: "Runtime", order: Order, interruption: Interruption) -> int:
    """Play to the end, or until interrupted; show what came of it, and return the exit code.

    Raises
    ------
    GrymError
        What kept it from being played.
    """
    if isinstance(order.sound, FileSource):
        await order.sound.verify(runtime.cpu)
    began_s = time.monotonic()
    async with runtime.stream_desk() as desk:
        streamer = desk.streamer(order.sound.form, stream_id=order.stream_id, settings=order.settings)
        if order.stream_id is not None:
            await desk.require_unused(order.stream_id)
        with view_of(screen, name=order.sound.name, length_s=order.sound.length_s) as view:
            gave_up = await _run(screen, runtime, desk, streamer, view, order=order, interruption=interruption)
        result = summary(
            view.standing,
            streamer.sent,
            stream_id=streamer.stream_id,
            rate_hz=order.sound.form.sample_rate_hz,
            wall_s=time.monotonic() - began_s,
        )
    _show(screen, result)
    return _exit_code(view, gave_up=gave_up, interrupted=interruption.asked)


async def _run(
    screen: Screen,
    runtime: "Runtime",
    desk: StreamDesk,
    streamer: FrameStreamer,
    view: View,
    *,
    order: Order,
    interruption: Interruption,
) -> bool:
    """Run the session beside the processors of this process; return whether it gave up waiting."""
    session = Session(
        screen=screen, desk=desk, source=order.sound, streamer=streamer, view=view, timeout_s=order.timeout_s
    )
    async with runtime.working(only=WORKING), _heard(screen, order.aloud):
        try:
            await session.run()
        except asyncio.CancelledError:
            if not interruption.taken():
                raise
    return session.gave_up


@asynccontextmanager
async def _heard(screen: Screen, path: str | None) -> AsyncIterator[None]:
    """Let a file be heard while the block runs."""
    if path is None:
        yield
        return
    playing = asyncio.create_task(play(screen, path))
    try:
        yield
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


def _show(screen: Screen, result: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(result)
    else:
        screen.show(summary_panel(result))


def _exit_code(view: View, *, gave_up: bool, interrupted: bool) -> int:
    if interrupted:
        return INTERRUPTED
    if gave_up:
        return GAVE_UP_WAITING
    return DONE if view.standing.outcome == "completed" else ENDED_OTHERWISE
