"""Generators behind their port: one worker process of their own, kept warm for a while, then given back.

A generator takes gigabytes and seconds to load, so it stays loaded after a piece; and gigabytes that nobody uses are
not kept from others, so the process ends when nothing was asked of it for some minutes. Its address space is not
bounded, since torch maps more than it uses; what it may really take is looked at before it loads (`memory`).
"""

import asyncio
from pathlib import Path
from typing import Self

from grym.adapters.cpu_pool import ProcessCpuPool
from grym.adapters.models.generating.inspecting import require_usable
from grym.adapters.models.generating.shelf import chosen_generator
from grym.adapters.step_files import StepFiles
from grym.ports.generating import SEGMENT_SUFFIX, SEGMENTS, Commission, Landed
from grym.ports.sound import Recorded, Task

PERFORM: Task[Recorded] = Task("grym.adapters.models.generating.performing", "perform")

IDLE_S = 300.0
"""Five minutes: somebody who listens to a piece and asks for another one finds the model loaded."""

STOP_S = 1.5
"""How long a step may take to notice that it should stop, before its process is ended; a call is to stop within 2 s."""

LOOK_S = 0.5
"""How often finished segments are looked for; each took seconds."""

START_TIMEOUT_S = 600.0
"""Loading ten gigabytes from a slow disk takes minutes."""
TIMEOUT_S_PER_SECOND = 240.0
"""A hundred steps of a model of a billion weights on two cores were not measured; AudioLDM 2 takes four seconds for one
second of sound. The deadline of the request ends what takes too long for somebody; this ends what hangs."""


class PooledMusicians:
    """The saved generators of a folder (see `grym.ports.generating.Musicians`).

    Parameters
    ----------
    models
        The folder of models; None has none.
    pickles_allowed
        Names of models whose pickled weights may be read.
    idle_s
        Seconds without work after which the worker process ends.
    """

    def __init__(
        self, models: Path | None, *, pickles_allowed: frozenset[str] = frozenset(), idle_s: float = IDLE_S
    ) -> None:
        self._models = models
        self._pickles_allowed = pickles_allowed
        self._idle_s = idle_s
        self._cpu = ProcessCpuPool(workers=1, memory_bytes=None)
        self._busy = 0
        self._ending: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin; nothing is started before it is needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the worker process."""
        self._forget_ending()
        await self._cpu.close()

    async def takes_guide(self, backend: str) -> bool:
        """Return whether a model can follow a sound (see `grym.ports.generating.Musicians.takes_guide`)."""
        return await asyncio.to_thread(takes_guide, self._models, backend, self._pickles_allowed)

    async def perform(self, commission: Commission, folder: Path, landed: Landed) -> Recorded:
        """Make the sound of a piece in the worker process (see `grym.ports.generating.Musicians.perform`)."""
        self._forget_ending()
        self._busy += 1
        try:
            return await self._stoppable(commission, folder, landed)
        finally:
            self._busy -= 1
            if not self._busy:
                self._ending = asyncio.get_running_loop().call_later(self._idle_s, self._end)

    async def _stoppable(self, commission: Commission, folder: Path, landed: Landed) -> Recorded:
        """Wait for the worker; whoever stops waiting stops it between two steps, or ends it with its process."""
        timeout_s = START_TIMEOUT_S + TIMEOUT_S_PER_SECOND * commission.seconds
        asked = (self._models, commission, folder, self._pickles_allowed)
        work = asyncio.ensure_future(self._cpu.run(PERFORM, *asked, timeout_s=timeout_s))
        try:
            await _watched(work, folder / SEGMENTS, landed)
            return work.result()
        finally:
            if not work.done():
                work.add_done_callback(_forgotten)
                StepFiles(folder).stop()
                await asyncio.wait({work}, timeout=STOP_S)
                work.cancel()

    def _forget_ending(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _end(self) -> None:
        """End the idle worker process; the next piece starts another one."""
        self._ending = None
        closing = asyncio.ensure_future(self._cpu.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _watched(work: asyncio.Future[Recorded], folder: Path, landed: Landed) -> None:
    """Tell of every segment that appears in a folder until the work is done."""
    told = frozenset(_segments(folder))
    while not work.done():
        await asyncio.wait({work}, timeout=LOOK_S)
        fresh = [path for path in _segments(folder) if path not in told]
        told = told.union(fresh)
        for path in fresh:
            await landed(path)


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SEGMENT_SUFFIX}"), key=lambda path: path.stat().st_mtime_ns)


def _forgotten(work: asyncio.Future[Recorded]) -> None:
    """Take note of how work ended that nobody waits for."""
    if not work.cancelled():
        work.exception()


def takes_guide(models: Path | None, backend: str, pickles_allowed: frozenset[str] = frozenset()) -> bool:
    """Return whether the model behind a backend can follow a sound, without loading it."""
    saved = chosen_generator(models, backend)
    require_usable(saved, pickles_allowed=saved.name in pickles_allowed)
    return saved.takes_guide
