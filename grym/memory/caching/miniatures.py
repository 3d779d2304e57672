"""What another balance, or another budget, would have hit: small caches that see a sample of the keys.

A key is in the sample by its digest, so a miniature sees all requests of some keys rather than some requests of all,
and behaves as the whole cache does at a fraction of its size (Waldspurger, Saemundsson, Ahmad & Park 2017). One
miniature for each balance of age and frequency tells which one to follow; two more, of half and twice the budget, tell
what bytes are worth.
"""

from dataclasses import dataclass
from zlib import crc32

from grym.memory.caching.replacement import FAVOURS, Replacement

RECORDS = 64
"""Records a miniature holds, so that one request more or less does not turn the verdict."""
RAREST = 1 << 16
COMMONEST = 8
"""Even of the smallest caches one key in eight is enough: larger samples would cost more than they tell."""
SPAN = 256
"""Sampled requests between two verdicts."""
FADING = 0.9
"""What an earlier span still counts: verdicts look back some 2,560 sampled requests."""
MARGIN = 0.005
"""By how much of all requests another balance must be better, so that equals do not take turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Hits at half, once and twice the budget, of `requests` requests; recent ones count more."""

    requests: float
    half: float
    whole: float
    double: float


class Miniatures:
    """Caches that see a sample of the requests.

    Parameters
    ----------
    budget_bytes
        Of the cache they are made after.
    records
        How many records that one holds.
    """

    def __init__(self, *, budget_bytes: int, records: int) -> None:
        self._every = COMMONEST
        while records > RECORDS * self._every and self._every < RAREST:
            self._every *= 2
        self._mask = self._every - 1
        self._balances = [Replacement(1, favour=favour) for favour in FAVOURS]
        self._chosen = FAVOURS.index(1.0)
        self._half, self._double = Replacement(1), Replacement(1)
        self._all = (*self._balances, self._half, self._double)
        self._hits = [0.0] * len(self._all)
        self._span_hits = [0] * len(self._all)
        self._requests = 0.0
        self._span = 0
        self.resize(budget_bytes)

    @property
    def every(self) -> int:
        """One of how many keys is in the sample."""
        return self._every

    @property
    def favour(self) -> float:
        """The balance that hits most."""
        return FAVOURS[self._chosen]

    @property
    def curve(self) -> Curve:
        """What bytes are worth, by recent requests."""
        whole, half, double = self._hits[self._chosen], self._hits[-2], self._hits[-1]
        return Curve(requests=self._requests, half=half, whole=whole, double=double)

    def resize(self, budget_bytes: int) -> None:
        """Follow a change of the budget, in bytes; what was seen of the old one fades."""
        share = max(budget_bytes // self._every, 1)
        for miniature in self._balances:
            miniature.resize(share)
        self._half.resize(max(share // 2, 1))
        self._double.resize(share * 2)

    def sampled(self, key: str) -> bool:
        """Return whether requests for a key are to be shown."""
        return crc32(key.encode()) & self._mask == 0

    def see(self, key: str, size: int) -> bool:
        """Show a request for a sampled key, and return whether a verdict was due."""
        for at, miniature in enumerate(self._all):
            if miniature.hit(key):
                self._span_hits[at] += 1
            else:
                miniature.admit(key, size)
        self._span += 1
        if self._span < SPAN:
            return False
        self._judge()
        return True

    def _judge(self) -> None:
        self._requests = self._requests * FADING + self._span
        self._hits = [old * FADING + new for old, new in zip(self._hits, self._span_hits, strict=True)]
        self._span, self._span_hits = 0, [0] * len(self._all)
        balances = range(len(FAVOURS))
        best = max(balances, key=lambda at: self._hits[at])
        if self._hits[best] > self._hits[self._chosen] + MARGIN * self._requests:
            self._chosen = best
            self._half.favour = self._double.favour = FAVOURS[best]
