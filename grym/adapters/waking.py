"""Who has seen how much: what makes `wait` return at once after an append that its caller may have missed.

A caller is known by its context: the first `read` or `ends` of a task leaves a reader there, which the tasks it starts
for waiting share, and which a task that reads for itself replaces. `wait` returns at once unless nothing has happened
since the same caller's last `wait` returned, so an append between reading and waiting is never slept through; at worst
a caller reads once for nothing.
"""

import asyncio
from contextvars import ContextVar
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, ref

V = TypeVar("V")


class _Reader:
    """Stands for one caller."""

    def __init__(self, task: "asyncio.Task[object] | None") -> None:
        self._task = None if task is None else ref(task)

    def belongs_to(self, task: "asyncio.Task[object] | None") -> bool:
        """Return whether the task is the one that read."""
        return (None if self._task is None else self._task()) is task


_READER: ContextVar[_Reader | None] = ContextVar("grym_log_reader", default=None)


class Bookmarks(Generic[V]):
    """What each caller knew of a log when its last `wait` returned."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[_Reader, V] = WeakKeyDictionary()
        self._stranger = _Reader(None)

    def open(self) -> None:
        """Make the calling task known, as every reading does."""
        task, reader = asyncio.current_task(), _READER.get()
        if reader is None or not reader.belongs_to(task):
            _READER.set(_Reader(task))

    def known(self) -> V | None:
        """Return what this caller knew; None when it never waited."""
        return self._known.get(self._reader())

    def turn(self, value: V) -> None:
        """Note what this caller knows now."""
        self._known[self._reader()] = value

    def _reader(self) -> _Reader:
        return _READER.get() or self._stranger
