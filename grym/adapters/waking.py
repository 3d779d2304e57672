"""Who has seen how much: what makes `wait` return at once after an append that its caller may have missed.

A caller is known by its context: the first `read` or `ends` of a task leaves a bookmark there, which tasks started
later share. `wait` returns at once unless nothing has happened since the same caller's last `wait` returned, so an
append between reading and waiting is never slept through; at worst a caller reads once for nothing.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

V = TypeVar("V")


@dataclass(slots=True, eq=False, weakref_slot=True)
class _Reader:
    """Stands for one caller."""


_READER: ContextVar[_Reader | None] = ContextVar("grym_log_reader", default=None)


class Bookmarks(Generic[V]):
    """What each caller knew of a log when its last `wait` returned."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[_Reader, V] = WeakKeyDictionary()
        self._stranger = _Reader()

    def open(self) -> None:
        """Make the calling context known, as every reading does."""
        if _READER.get() is None:
            _READER.set(_Reader())

    def known(self) -> V | None:
        """Return what this caller knew; None when it never waited."""
        return self._known.get(self._reader())

    def turn(self, value: V) -> None:
        """Note what this caller knows now."""
        self._known[self._reader()] = value

    def _reader(self) -> _Reader:
        return _READER.get() or self._stranger
