"""A thread with an event loop of its own.

Kafka's client sends heartbeats and fetches from its loop: beside a program that computes, it must not wait for that
program's loop.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

_TURNS = 4


class LoopThread:
    """Starts with the first call and ends with `stop`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the thread's loop, starting the thread where it does not run yet."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name=self._name, daemon=True)
            self._thread.start()
        return self._loop

    async def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine there and return what it returns here; cancelled with the caller."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def post(self, call: Callable[..., object], *arguments: object) -> None:
        """Have a function called there soon; nothing happens once the thread has ended."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    async def stop(self) -> None:
        """End the thread; what still runs there is cancelled."""
        if self._loop is None or self._thread is None:
            return
        await self.call(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop = self._thread = None

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(_last_words())
            loop.close()


async def _last_words() -> None:
    """Let connections that were closed just now hear of it: that takes two turns of the loop, one for each layer."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
