"""Entries of typed memory, questions about them and answers; one definition each.

Instants are aware and in UTC. An entry is named by its address: the same key may stand for other things in another
scope or for another owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

EntryType = Literal["working", "short", "medium", "long"]
Scope = Literal["session", "agent", "global"]
IndexKind = Literal["semantic", "temporal", "spatial", "causal", "contextual"]
OrderBy = Literal["score", "key", "created_at", "updated_at", "expires_at"]
Direction = Literal["asc", "desc"]
Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "exists", "missing"]
Scalar = str | int | float | bool | None

MAX_ENTRY_BYTES = 1_000_000
"""The whole entry as JSON; larger things are artifacts and are referred to."""
MAX_KEY_CHARACTERS = 512
MAX_VECTOR_VALUES = 4096
DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Address:
    """What an entry is called; sorts by scope, owner and key."""

    scope: Scope = "agent"
    owner: str = ""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something remembered.

    Parameters
    ----------
    key
        1–512 characters, unique within scope and owner.
    value
        A JSON object.
    type
        For how long it matters: ``working`` (a step), ``short``, ``medium``, ``long``; decides the tier.
    scope
        Whom it belongs to: a ``session`` (of its owner), an ``agent`` (a part of grym, or one user of it), everybody.
    owner
        The user or part; sessions must have one.
    metadata
        Facts to filter by: text, numbers, truth values, or lists of them.
    indices
        By which it can be found besides its key: ``semantic`` (the text that stands for it), ``temporal`` (an ISO
        instant), ``spatial``, ``causal`` and ``contextual`` (a path such as ``request/4711``).
    vector
        An embedding made elsewhere; empty leaves that to the store.
    created_at, updated_at
        Given by the store when left out. Of two versions the one updated later is kept, so a copy never replaces
        something newer.
    expires_at
        From then on nobody finds it; None for never.
    """

    key: str
    value: Mapping[str, Any]
    type: EntryType = "long"
    scope: Scope = "agent"
    owner: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    indices: Mapping[IndexKind, str] = field(default_factory=dict)
    vector: tuple[float, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def address(self) -> Address:
        """What it is called."""
        return Address(scope=self.scope, owner=self.owner, key=self.key)

    def alive(self, at: datetime) -> bool:
        """Return whether it has not expired at an instant."""
        return self.expires_at is None or self.expires_at > at


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition on one field of the metadata.

    Parameters
    ----------
    operator
        ``eq`` and ``ne`` compare values of one kind (1 is 1.0, but not true); ``lt`` … ``ge`` compare numbers with
        numbers and text with text; ``in`` takes a list, ``contains`` looks into one; ``exists`` and ``missing`` take no
        value. An entry without the field meets ``missing`` only.
    """

    field: str
    value: Any = None
    operator: Operator = "eq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which entries are wanted; what is left out does not narrow.

    Parameters
    ----------
    text
        What they should be about; decides the score.
    vector
        The same as an embedding; compared with entries that carry a vector of that length.
    keys, prefix
        Exact names, and how names begin.
    metadata
        Fields that must be equal, a short form of `filters`.
    indices
        Equal, or below it as a path (``request/4711`` finds ``request/4711/plan``); ``temporal`` finds instants that
        begin with it.
    min_score
        0–1.
    order_by
        ``score`` with a text or vector, otherwise ``updated_at``, unless given. Ties go by address, upwards.
    direction
        ``desc`` for scores and instants, ``asc`` for keys, unless given.
    limit
        None for all.
    as_of
        Only what was written by then, and is alive at that instant too. Replaced versions are not kept: an entry that
        was updated since is left out.
    """

    text: str = ""
    vector: tuple[float, ...] = ()
    keys: tuple[str, ...] = ()
    prefix: str = ""
    type: EntryType | None = None
    scope: Scope | None = None
    owner: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    indices: Mapping[IndexKind, str] = field(default_factory=dict)
    min_score: float = 0.0
    order_by: OrderBy | None = None
    direction: Direction | None = None
    limit: int | None = DEFAULT_LIMIT
    offset: int = 0
    as_of: datetime | None = None

    @property
    def scored(self) -> bool:
        """Whether likeness decides; otherwise everything that matches matches fully."""
        return bool(self.text or self.vector)

    @property
    def conditions(self) -> tuple[Filter, ...]:
        """All filters."""
        equal = tuple(Filter(field=name, value=value) for name, value in self.metadata.items())
        return equal + self.filters

    @property
    def order(self) -> tuple[OrderBy, Direction]:
        """The order that counts."""
        order_by = self.order_by or ("score" if self.scored else "updated_at")
        return order_by, self.direction or ("asc" if order_by == "key" else "desc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An entry that matches.

    Parameters
    ----------
    score
        0–1: likeness to the text or vector; 1 where none was given.
    highlights
        Where the words of the text stand in the entry.
    """

    entry: Entry
    score: float = 1.0
    highlights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What stands at an address.

    Parameters
    ----------
    store
        Who had it; empty for nobody.
    degraded
        Stores that could not be asked; empty when all could.
    """

    entry: Entry | None
    store: str = ""
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a store holds after a write: the entry given, or a newer one that was there already.

    Parameters
    ----------
    degraded
        Stores that could not be written; empty when all were.
    """

    entry: Entry
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a store does.

    Parameters
    ----------
    parts
        Of the stores it is made of, by name.
    """

    store: str
    ready: bool
    detail: str = ""
    entries: int | None = None
    parts: tuple["Health", ...] = ()

    @property
    def degraded(self) -> tuple[str, ...]:
        """Names of what does not answer, parts included."""
        inner = tuple(name for part in self.parts for name in part.degraded)
        return inner if self.ready else (self.store, *inner)
