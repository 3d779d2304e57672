"""Erasing a person: what is chosen by who knows the requests, and removed in one transaction by who keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from grym.ports.work import StoredState


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What is to go of a person.

    Parameters
    ----------
    requests
        Ids of their requests; texts, events, jobs, letters, holds and states of these go.
    correlations
        Correlation ids that some of these requests came with; events under them go where their subject is one of
        `requests`.
    runs
        What stays of each request's run, by request id: that there was one, and how it ended.
    states
        Further states to be removed, as processor and key.
    patterns
        Patterns whose numbers go.
    """

    user: str
    tenant: str
    requests: tuple[str, ...] = ()
    correlations: tuple[str, ...] = ()
    runs: Mapping[str, bytes] = field(default_factory=dict)
    states: tuple[tuple[str, str], ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was removed, by kind, and how many records are left for now, since somebody has yet to read them."""

    removed: dict[str, int]
    left: int


class Eraser(Protocol):
    """Removes a person from everything durable but artifacts, which the sweeper removes once nobody refers to them."""

    async def runs_of(self, user: str) -> list[StoredState]:
        """Return the states of all requests that may be of a user; a few more than are."""
        ...

    async def erase(self, erasure: Erasure, *, dry_run: bool = False) -> Erased:
        """Remove all of it in one transaction, or with `dry_run` only tell how much that would be.

        Doing so twice is harmless: the second time there is nothing.
        """
        ...
