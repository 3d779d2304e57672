"""Which tier an entry belongs to, and when it moves: pure rules.

An entry starts in the tier of its type. Used often, it moves towards ``long``; neither used nor updated for long, it
moves towards ``short``, and from there it is forgotten, if the policy says so.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from grym.ports.entries import Address, Entry, EntryType, StoreConfigError

Tier = Literal["short", "medium", "long"]
TIERS: tuple[Tier, ...] = ("short", "medium", "long")
DAY_S = 86_400.0

_OF_TYPE: Mapping[EntryType, Tier] = {"working": "short", "short": "short", "medium": "medium", "long": "long"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPolicy:
    """When entries move.

    Parameters
    ----------
    promote_uses
        Retrievals since its last move after which an entry goes to the next longer tier.
    idle_s
        Seconds without use or update after which an entry leaves a tier towards ``short``; None for never. What leaves
        ``short`` is forgotten, unless it was stored as something longer.
    """

    promote_uses: int = 3
    idle_s: Mapping[Tier, float | None] = field(
        default_factory=lambda: {"short": DAY_S, "medium": 30 * DAY_S, "long": None}
    )

    def __post_init__(self) -> None:
        if self.promote_uses < 1 or any(seconds is not None and seconds <= 0 for seconds in self.idle_s.values()):
            raise StoreConfigError("the policy of tiers needs positive numbers", code="store.config.policy")


def tier_of(entry: Entry) -> Tier:
    """Return the tier of an entry's type."""
    return _OF_TYPE[entry.type]


def nearest(tier: Tier, present: tuple[Tier, ...]) -> tuple[Tier, ...]:
    """Return the tiers that are present in the order in which they stand in for one: itself, longer, shorter ones."""
    at = TIERS.index(tier)
    wanted = (*TIERS[at:], *reversed(TIERS[:at]))
    return tuple(one for one in wanted if one in present)


def neighbour(tier: Tier, present: tuple[Tier, ...], *, step: int) -> Tier | None:
    """Return the next tier that is present, longer (+1) or shorter (−1); None at the end."""
    at = present.index(tier) + step
    return present[at] if 0 <= at < len(present) else None


@dataclass(slots=True)
class Use:
    """How often and when an entry was retrieved."""

    count: int
    last_at: datetime


class Uses:
    """What was retrieved lately, in this process; the least recently used are dropped first."""

    def __init__(self, *, limit: int = 10_000) -> None:
        self._limit = limit
        self._uses: OrderedDict[Address, Use] = OrderedDict()

    def note(self, address: Address, *, at: datetime) -> None:
        """Count a retrieval."""
        known = self._uses.pop(address, None)
        self._uses[address] = Use((known.count if known else 0) + 1, at)
        if len(self._uses) > self._limit:
            self._uses.popitem(last=False)

    def drop(self, address: Address) -> None:
        """Forget about an entry."""
        self._uses.pop(address, None)

    def often(self, count: int) -> list[Address]:
        """Return what was retrieved at least so often."""
        return [address for address, use in self._uses.items() if use.count >= count]

    def idle_since(self, entry: Entry) -> datetime:
        """Return when an entry was last updated or retrieved."""
        assert entry.updated_at is not None
        use = self._uses.get(entry.address)
        return entry.updated_at if use is None else max(use.last_at, entry.updated_at)


def due_before(policy: TierPolicy, tier: Tier, now: datetime) -> datetime | None:
    """Return since when an entry must have been idle to leave a tier; None for never."""
    seconds = policy.idle_s.get(tier)
    return None if seconds is None else now - timedelta(seconds=seconds)
