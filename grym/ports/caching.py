"""What a cache of records asks of the world: the store behind it, and a level that several processes share.

A *version* is the number of the event that made a record what it is (its `seq` in pattern memory). Whoever asks names
the version it knows of, so that nothing older can answer: a cache need not be told of changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The bytes of a record and the version they are of."""

    version: int
    payload: bytes


class RecordSource(Protocol):
    """The store behind a cache."""

    async def load(self, keys: Sequence[str]) -> Mapping[str, Record]:
        """Return records as they are now; those that do not exist are left out."""
        ...


class SharedLevel(Protocol):
    """Copies that several processes share; optional in every sense, and never waited for long."""

    @property
    def degraded(self) -> str:
        """What of it cannot be used at the moment, by name; empty while all of it can."""
        ...

    async def find(self, wanted: Mapping[str, int]) -> Mapping[str, Record]:
        """Return the copies there are of records in exactly these versions; raises nothing."""
        ...

    def offer(self, records: Mapping[str, Record]) -> None:
        """Let others have copies, beside other work; what cannot be written is lost without a word."""
        ...

    async def aclose(self) -> None:
        """End what goes on beside other work, and give connections back."""
        ...


class NoSharedLevel:
    """No copies anywhere else: the usual case of one process."""

    @property
    def degraded(self) -> str:
        """Nothing is missing."""
        return ""

    async def find(self, wanted: Mapping[str, int]) -> Mapping[str, Record]:
        """Return none."""
        del wanted
        return {}

    def offer(self, records: Mapping[str, Record]) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""
