"""Where records wait that nobody has asked for yet: a room of its own, where wrong guesses push out only each other."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held(Generic[T]):
    """A record in memory: what it was decoded to, the version it is of, and the bytes it takes."""

    version: int
    value: T
    size_bytes: int


class Staging(Generic[T]):
    """Guessed records, the oldest of which leave first.

    Parameters
    ----------
    budget_bytes
        What all of them may take together, in bytes.
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._used_bytes = 0
        self._held: OrderedDict[str, Held[T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: str) -> bool:
        return key in self._held

    @property
    def used_bytes(self) -> int:
        """What is used."""
        return self._used_bytes

    def put(self, key: str, held: Held[T]) -> int:
        """Let a record wait and return how many guesses turned out to be in vain: those it pushed out, or it itself."""
        self.drop(key)
        self._held[key] = held
        self._used_bytes += held.size_bytes
        return self._shrink()

    def take(self, key: str, version: int) -> Held[T] | None:
        """Return a record that waits, in a version at least as new, and let it wait no more."""
        held = self._held.get(key)
        if held is None or held.version < version:
            return None
        self.drop(key)
        return held

    def drop(self, key: str) -> bool:
        """Let a record wait no more, and return whether it did."""
        held = self._held.pop(key, None)
        if held is None:
            return False
        self._used_bytes -= held.size_bytes
        return True

    def resize(self, budget_bytes: int) -> int:
        """Change the budget and return how many guesses were in vain."""
        self._budget_bytes = budget_bytes
        return self._shrink()

    def _shrink(self) -> int:
        gone = 0
        while self._used_bytes > self._budget_bytes:
            self._used_bytes -= self._held.popitem(last=False)[1].size_bytes
            gone += 1
        return gone
