"""A table and what one transaction wants to change in it: optimistic, the first to commit wins."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from grym.errors import TransientError

K = TypeVar("K")
V = TypeVar("V")


class Staged(Generic[K, V]):
    """One transaction's view of a table: the committed rows with its own changes over them.

    Rows are immutable values, so "nobody changed it" means "it is still the same object".
    """

    def __init__(self, name: str, committed: dict[K, V]) -> None:
        self._name = name
        self._committed = committed
        self._changes: dict[K, V | None] = {}
        self._found: dict[K, V | None] = {}

    @property
    def is_changed(self) -> bool:
        """Whether this transaction wants to change anything here."""
        return bool(self._changes)

    def get(self, key: K) -> V | None:
        """Return the row as this transaction sees it."""
        if key in self._changes:
            return self._changes[key]
        return self._committed.get(key)

    def look(self, key: K) -> V | None:
        """Return the row, and undo this transaction where somebody changes it before the commit."""
        self._found.setdefault(key, self._committed.get(key))
        return self.get(key)

    def put(self, key: K, row: V) -> None:
        """Insert or replace a row."""
        self._found.setdefault(key, self._committed.get(key))
        self._changes[key] = row

    def insert(self, key: K, row: V) -> bool:
        """Insert a row unless there is one of that key; say whether it was inserted."""
        if self.get(key) is not None:
            return False
        self.put(key, row)
        return True

    def remove(self, key: K) -> None:
        """Remove a row; none of that key is no error."""
        self._found.setdefault(key, self._committed.get(key))
        self._changes[key] = None

    def rows(self) -> Iterator[V]:
        """Go through the rows as this transaction sees them."""
        for key, row in self._committed.items():
            if key not in self._changes:
                yield row
        yield from (row for row in self._changes.values() if row is not None)

    def check(self) -> None:
        """Make sure that nobody committed a change to a row this transaction changes.

        Raises
        ------
        TransientError
            ``work.conflict``: undo and try again, as after a serialisation failure of a database.
        """
        for key, found in self._found.items():
            if self._committed.get(key) is not found:
                raise TransientError(
                    f"another transaction changed {self._name} first", code="work.conflict", details={"key": str(key)}
                )

    def commit(self) -> None:
        """Make the changes visible; `check` came before."""
        for key, row in self._changes.items():
            if row is None:
                self._committed.pop(key, None)
            else:
                self._committed[key] = row
