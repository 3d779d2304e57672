"""Which record leaves when there is no room: the one whose age weighs most.

A record's *age* is how many requests came since it was last asked for, its *rank* the logarithm (base 2) of how often
it was. The one with the greatest ``age / 2 ** (favour * rank)`` leaves. A `favour` of 0 is LRU; the larger it is, the
more frequency counts. Each rank is a queue in order of age, so only the oldest of each rank are compared.

What has left is remembered by name and count (a *ghost*) as long as three times the budget would hold it, so that a
record which comes back goes on counting where it stopped.

No clock, no chance: the same requests leave the same records. The queues are those of Multi-Queue (Zhou, Philbin & Li
2001); that one is pushed down by time there, and weighed by age here.
"""

from collections import OrderedDict

RANKS = 6
"""The last rank begins at 32 requests: beyond that, more requests say nothing that decides."""
GHOST_BUDGETS = 3
"""How much more than the budget ghosts stand for: what comes back later than that was not missed."""
FAVOURS = (0.25, 1.0, 3.0)
"""From nearly LRU to nearly LFU; in between, the hit rate changes slowly."""


class _Kept:
    __slots__ = ("asked", "count", "rank", "size")

    def __init__(self, size: int, count: int, asked: int) -> None:
        self.size = size
        self.count = count
        self.rank = _rank(count)
        self.asked = asked


class Replacement:
    """Names and sizes of the records that are kept, and the order in which they leave.

    Parameters
    ----------
    budget_bytes
        What all kept records may take together, in bytes.
    favour
        How much frequency counts against age, ≥ 0.
    ghost_budgets
        How many budgets full of records that left are remembered by name.
    """

    def __init__(self, budget_bytes: int, *, favour: float = FAVOURS[1], ghost_budgets: float = GHOST_BUDGETS) -> None:
        self._budget_bytes = budget_bytes
        self._ghost_budgets = ghost_budgets
        self._used_bytes = 0
        self._clock = 0
        """Counts requests; ages are differences of it."""
        self._kept: dict[str, _Kept] = {}
        self._ranks: tuple[OrderedDict[str, _Kept], ...] = tuple(OrderedDict() for _ in range(RANKS))
        self._ghosts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._ghost_bytes = 0
        self.favour = favour

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    @property
    def budget_bytes(self) -> int:
        """What may be used."""
        return self._budget_bytes

    @property
    def used_bytes(self) -> int:
        """What is used."""
        return self._used_bytes

    @property
    def ghosts(self) -> int:
        """How many names are remembered of records that left."""
        return len(self._ghosts)

    @property
    def favour(self) -> float:
        """How much frequency counts against age."""
        return self._favour

    @favour.setter
    def favour(self, favour: float) -> None:
        self._favour = favour
        self._weighed = tuple((queue, 2.0 ** (-favour * rank)) for rank, queue in enumerate(self._ranks))

    def hit(self, key: str) -> bool:
        """Note a request and return whether the record is kept."""
        self._clock += 1
        kept = self._kept.get(key)
        if kept is None:
            return False
        kept.asked = self._clock
        kept.count = count = kept.count + 1
        rank = _rank(count)
        if rank == kept.rank:
            self._ranks[rank].move_to_end(key)
        else:
            del self._ranks[kept.rank][key]
            kept.rank = rank
            self._ranks[rank][key] = kept
        return True

    def admit(self, key: str, size: int, *, asked: bool = True) -> list[str]:
        """Keep a record and return which ones leave for it.

        It is the record itself that leaves where it is larger than the budget, and where it was kept before and has
        grown beyond what is free: an update costs no other record its place.

        Parameters
        ----------
        size
            Bytes, > 0.
        asked
            Whether somebody asked for it; what is admitted on a guess has not been asked for yet.
        """
        if key in self._kept:
            return self._update(key, size)
        count, ghost_bytes = self._ghosts.pop(key, (0, 0))
        self._ghost_bytes -= ghost_bytes
        if size > self._budget_bytes:
            return [key]
        leaving = self._shrink_to(self._budget_bytes - size)
        self._kept[key] = kept = _Kept(size, count + asked, self._clock)
        self._ranks[kept.rank][key] = kept
        self._used_bytes += size
        return leaving

    def forget(self, key: str) -> bool:
        """Drop a record and its ghost; return whether it was kept."""
        _, ghost_bytes = self._ghosts.pop(key, (0, 0))
        self._ghost_bytes -= ghost_bytes
        kept = self._kept.pop(key, None)
        if kept is None:
            return False
        del self._ranks[kept.rank][key]
        self._used_bytes -= kept.size
        return True

    def resize(self, budget_bytes: int) -> list[str]:
        """Change the budget and return which records leave for it."""
        self._budget_bytes = budget_bytes
        leaving = self._shrink_to(budget_bytes)
        self._forget_ghosts()
        return leaving

    def _update(self, key: str, size: int) -> list[str]:
        kept = self._kept[key]
        if self._used_bytes - kept.size + size > self._budget_bytes:
            self.forget(key)
            return [key]
        self._used_bytes += size - kept.size
        kept.size = size
        return []

    def _shrink_to(self, bytes_: int) -> list[str]:
        leaving = []
        while self._used_bytes > bytes_:
            leaving.append(self._evict())
        return leaving

    def _evict(self) -> str:
        clock, heaviest, victim = self._clock, -1.0, ""
        for queue, weight in self._weighed:
            for key, oldest in queue.items():
                weighed = (clock - oldest.asked) * weight
                if weighed > heaviest:
                    heaviest, victim = weighed, key
                break
        kept = self._kept.pop(victim)
        del self._ranks[kept.rank][victim]
        self._used_bytes -= kept.size
        self._ghosts[victim] = kept.count, kept.size
        self._ghost_bytes += kept.size
        self._forget_ghosts()
        return victim

    def _forget_ghosts(self) -> None:
        while self._ghost_bytes > self._ghost_budgets * self._budget_bytes:
            self._ghost_bytes -= self._ghosts.popitem(last=False)[1][1]


def _rank(count: int) -> int:
    return min(count.bit_length(), RANKS) - 1 if count else 0
