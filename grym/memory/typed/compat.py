"""The calls of the older memory, by key, content and scope, over any store of entries.

Each call works as it did and warns, naming the call that replaces it. What was stored this way is an ordinary entry:
content that is a mapping is its value, any other content stands under ``content`` there.
"""

import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from grym.ports.clock import Clock
from grym.ports.entries import Address, Entry, EntryStore, Query, Scope

CONTENT = "content"
_MARK = "compat.content"
_CALLER = 3  # this function, the old call, whoever called that


class KeyedMemory:
    """The older interface.

    Parameters
    ----------
    store
        Where entries lie; initialised and closed by its owner.
    owner
        Whose entries these are.
    """

    def __init__(self, store: EntryStore, *, clock: Clock, owner: str = "") -> None:
        self._store = store
        self._clock = clock
        self._owner = owner

    async def store(
        self,
        key: str,
        content: Any,
        scope: Scope = "agent",
        *,
        ttl_s: float | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep content under a key; deprecated, use `EntryStore.store`."""
        _warn("store(key, content, scope)", "EntryStore.store(Entry(…))")
        is_mapping = isinstance(content, Mapping)
        expires_at = None if ttl_s is None else self._clock.now() + timedelta(seconds=ttl_s)
        entry = Entry(
            key=key,
            value=content if is_mapping else {CONTENT: content},
            scope=scope,
            owner=self._owner,
            metadata={**(metadata or {}), **({} if is_mapping else {_MARK: True})},
            expires_at=expires_at,
        )
        await self._store.store(entry)

    async def retrieve(self, key: str, scope: Scope = "agent") -> Any:
        """Return the content under a key, None where there is none; deprecated, use `EntryStore.retrieve`."""
        _warn("retrieve(key, scope)", "EntryStore.retrieve(Address(…))")
        entry = (await self._store.retrieve(self._address(key, scope))).entry
        return None if entry is None else _content(entry)

    async def exists(self, key: str, scope: Scope = "agent") -> bool:
        """Return whether there is content under a key; deprecated, use `EntryStore.retrieve`."""
        _warn("exists(key, scope)", "(await EntryStore.retrieve(Address(…))).entry is not None")
        return (await self._store.retrieve(self._address(key, scope))).entry is not None

    async def delete(self, key: str, scope: Scope = "agent") -> bool:
        """Remove what is under a key; deprecated, use `EntryStore.delete`."""
        _warn("delete(key, scope)", "EntryStore.delete(Address(…))")
        return await self._store.delete(self._address(key, scope))

    async def clear(self, scope: Scope | None = None) -> int:
        """Remove everything of a scope; deprecated, use `EntryStore.clear`."""
        _warn("clear(scope)", "EntryStore.clear(scope=…, owner=…)")
        return await self._store.clear(scope=scope, owner=self._owner)

    async def keys(self, scope: Scope | None = None, *, prefix: str = "") -> list[str]:
        """Return the keys of a scope, sorted; deprecated, use `EntryStore.search`."""
        _warn("keys(scope)", "EntryStore.search(Query(order_by='key', limit=None))")
        query = Query(scope=scope, owner=self._owner, prefix=prefix, order_by="key", limit=None)
        return [result.entry.key async for result in self._store.search(query)]

    async def search(self, text: str, scope: Scope | None = None, *, limit: int = 10) -> list[tuple[str, Any, float]]:
        """Return key, content and score of what is like a text; deprecated, use `EntryStore.search`."""
        _warn("search(text, scope)", "EntryStore.search(Query(text=…))")
        query = Query(text=text, scope=scope, owner=self._owner, limit=limit)
        return [(one.entry.key, _content(one.entry), one.score) async for one in self._store.search(query)]

    def _address(self, key: str, scope: Scope) -> Address:
        return Address(scope=scope, owner=self._owner, key=key)


def _content(entry: Entry) -> Any:
    return entry.value[CONTENT] if entry.metadata.get(_MARK) is True else dict(entry.value)


def _warn(old: str, new: str) -> None:
    warnings.warn(f"{old} belongs to the older memory; use {new}", DeprecationWarning, stacklevel=_CALLER)
