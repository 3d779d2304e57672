"""Heavy work in worker processes: limits on time and memory, typed errors across the border, no orphans.

Workers come from a fork server that has imported the given modules once and holds no socket, thread or lock of ours.
They ignore Ctrl-C, which is the parent's to answer, and end with the parent however it ends: each listens on a pipe
that closes with it, and the fork server goes when its last worker has gone.
"""

import asyncio
import multiprocessing
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError as FutureCancelledError
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from grym.errors import AdapterError, GrymError

T = TypeVar("T")

MEMORY_LIMIT_BYTES = 4 * 1024**3
"""Address space of a worker: an hour of stereo sound as float64 is 2.5 GB, libraries and threads map about 1 GB."""
MAX_TASKS = 200
"""Calls after which a worker is replaced, so that a library that leaks cannot fill the machine."""
CLOSE_TIMEOUT_S = 3.0
"""Stopped workers are killed and joined in milliseconds; one that was just being made ends with this process."""
_MAX_TRACE_CHARACTERS = 2000


class ProcessCpuPool:
    """A pool of worker processes; entering it costs nothing, the first call or `warm_up` starts it.

    Parameters
    ----------
    workers
        How many calls run at once.
    preload
        Modules that the fork server imports before it makes workers.
    memory_bytes
        Address space of each worker; None sets no limit.
    """

    def __init__(
        self, *, workers: int = 2, preload: Sequence[str] = (), memory_bytes: int | None = MEMORY_LIMIT_BYTES
    ) -> None:
        self._workers = workers
        self._preload = tuple(preload)
        self._memory_bytes = memory_bytes
        self._pool: ProcessPool | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all workers; calls that still run end as cancelled."""
        await self.close()

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call the picklable `work(*args)` in a worker process; cancelling the call kills the worker.

        Raises
        ------
        GrymError
            The typed error `work` raised; `AdapterError` (``worker.timeout``, ``worker.died``, ``worker.failed``)
            otherwise.
        """
        future = self._started().schedule(_call, args=(work, args), timeout=timeout_s)
        try:
            outcome: T = await asyncio.wrap_future(future)
        except GrymError:
            raise
        except TimeoutError as error:
            raise AdapterError(
                f"the work took longer than {timeout_s:g} s", code="worker.timeout", details={"limit_s": timeout_s}
            ) from error
        except (ProcessExpired, FutureCancelledError) as error:
            raise AdapterError(
                "the worker process died",
                code="worker.died",
                hint="It may have run out of memory; `grym doctor` shows how much there is.",
                details={"exit_code": getattr(error, "exitcode", None)},
            ) from error
        return outcome

    def start(self) -> None:
        """Let the fork server import its modules in the background, before the first call asks for a worker."""
        _context(self._preload)
        resource_tracker.ensure_running()  # it hears again what it was deaf to as it started, and we with it
        with _deaf_to_interrupts():
            forkserver.ensure_running()

    async def warm_up(self) -> None:
        """Start every worker, so that the first call finds one ready."""
        pool = self._started()
        ready = [pool.schedule(_nothing) for _ in range(self._workers)]
        await asyncio.gather(*(asyncio.wrap_future(future) for future in ready))

    async def close(self) -> None:
        """Stop all workers."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates most of itself
            joining = threading.Thread(target=pool.join, name="pool-join", daemon=True)
            joining.start()
            await asyncio.to_thread(joining.join, CLOSE_TIMEOUT_S)

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self.start()
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=MAX_TASKS,
                initializer=_settle_in,
                initargs=(self._memory_bytes,),
                context=_context(self._preload),
            )
        return self._pool


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let what is started in the block inherit that Ctrl-C is not for it, from its first moment on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context(preload: Sequence[str]) -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    # The main module is imported there once too, instead of once in every worker.
    context.set_forkserver_preload(["__main__", *preload])
    return context


def _call(work: Callable[..., Any], args: tuple[object, ...]) -> Any:
    try:
        return work(*args)
    except GrymError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library raises crosses the border as one type
        raise AdapterError(
            f"{type(error).__name__}: {error}"[:500],
            code="worker.failed",
            details={"trace": traceback.format_exc()[-_MAX_TRACE_CHARACTERS:]},
        ) from None  # the cause may not be picklable


def _nothing() -> None:
    return


def _settle_in(memory_bytes: int | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)  # libraries chatter on standard output, which belongs to the command's answer
    _end_with_parent()
    if memory_bytes is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _end_with_parent() -> None:
    # Not by the death signal of Linux: the parent in its sense is the fork server, which lives as long as its workers.
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: BaseProcess) -> None:
    parent.join()  # a pipe that the kernel closes, whatever ends the process at its other end
    os.kill(os.getpid(), signal.SIGKILL)
