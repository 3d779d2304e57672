"""Seeded traces of requests for records: independent draws by Zipf's law, and listening as it happens in a studio.

Every parameter stands in `docs/benchmarks.md` and was committed before anything was tuned on these traces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

REQUESTS = 300_000
SEED = 20261121

FORMS = ("AABA", "ABABCB", "ABACA", "AABB", "ABCDE")
FORM_SHARES = (0.30, 0.30, 0.10, 0.15, 0.15)
SECTION_PATTERNS = 4
"""Patterns of one section of a track."""
SHARED_SHARE = 0.30
"""Share of a track's patterns that come from the pool all tracks share."""
SHARED_POOL = 2_000
SHARED_ZIPF = 0.8
TRACKS = 4_000
TRACK_ZIPF = 0.9
SESSIONS = 40
"""Sessions that interleave at any time."""
SESSION_TRACKS = 12.0
"""Mean tracks of a session, geometric; then another one begins in its place."""
LOOP_SHARE = 0.10
"""Chance that a section is heard once more."""
SKIP_SHARE = 0.05
"""Chance, at each section, that the rest of the track is skipped."""
NEIGHBOUR_SHARE = 0.30
"""Chance that the next track is the one that follows in the catalogue (an album), not one drawn by popularity."""
DRIFT_EVERY, DRIFT_RANKS = 5_000, 40
"""Every so many requests so many pairs of tracks change places in popularity."""
SCAN_EVERY, SCAN_SHARE = 60_000, 0.25
"""Every so many requests this share of all patterns is read once in order, as when an index is made anew."""
SIZE_MEDIAN_BYTES, SIZE_SIGMA = 40_000, 0.6
"""Sizes are log-normal, at most 1 MB."""
MAX_SIZE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Requests in the order they come.

    Parameters
    ----------
    keys
        Shape (requests,): which record.
    sessions
        Shape (requests,): on whose behalf; never used again once a session has ended.
    sizes
        Shape (records,), bytes: how large each record is.
    """

    name: str
    keys: IntArray
    sessions: IntArray
    sizes: IntArray

    @property
    def footprint_bytes(self) -> int:
        """Bytes of all records that are asked for at least once."""
        return int(self.sizes[np.unique(self.keys)].sum())


def zipf(exponent: float, *, records: int = 20_000, requests: int = REQUESTS, seed: int = SEED) -> Trace:
    """Return independent draws by Zipf's law; one session, records of one size."""
    rng = np.random.default_rng([seed, round(exponent * 10)])
    keys = rng.permutation(records)[rng.choice(records, size=requests, p=_law(records, exponent))]
    return Trace(
        name=f"zipf {exponent}",
        keys=keys,
        sessions=np.zeros(requests, np.int64),
        sizes=np.full(records, SIZE_MEDIAN_BYTES),
    )


def studio(*, scans: bool = False, sized: bool = False, requests: int = REQUESTS, seed: int = SEED) -> Trace:
    """Return listening: sessions that play tracks made of sections that repeat.

    Parameters
    ----------
    scans
        Whether everything is now and then read once in order.
    sized
        Whether records differ in size.
    """
    rng = np.random.default_rng([seed, 1])
    tracks, records = _catalogue(rng)
    listening = _Studio(rng, tracks)
    keys, sessions = listening.requests(requests, records if scans else 0)
    sizes = np.full(records, SIZE_MEDIAN_BYTES)
    if sized:
        sizes = np.minimum(rng.lognormal(np.log(SIZE_MEDIAN_BYTES), SIZE_SIGMA, records), MAX_SIZE_BYTES).astype(int)
    name = "studio" + (" + scans" if scans else "") + (", sizes differ" if sized else "")
    return Trace(name=name, keys=keys, sessions=sessions, sizes=sizes)


Track = tuple[tuple[int, ...], ...]
"""The patterns of each section, in the order they are heard."""


def _catalogue(rng: np.random.Generator) -> tuple[list[Track], int]:
    """Return all tracks and how many records there are; the pool of shared ones comes first."""
    law = _law(SHARED_POOL, SHARED_ZIPF)
    tracks, fresh = [], SHARED_POOL
    for form in rng.choice(FORMS, size=TRACKS, p=FORM_SHARES):
        sections: dict[str, tuple[int, ...]] = {}
        for letter in sorted(set(form)):
            patterns = []
            for _ in range(SECTION_PATTERNS):
                if rng.random() < SHARED_SHARE:
                    patterns.append(int(rng.choice(SHARED_POOL, p=law)))
                else:
                    patterns.append(fresh)
                    fresh += 1
            sections[letter] = tuple(patterns)
        tracks.append(tuple(sections[letter] for letter in form))
    return tracks, fresh


class _Studio:
    """Sessions that listen beside each other."""

    def __init__(self, rng: np.random.Generator, tracks: list[Track]) -> None:
        self._rng = rng
        self._tracks = tracks
        self._by_rank = rng.permutation(TRACKS)
        self._law = _law(TRACKS, TRACK_ZIPF).cumsum()

    def requests(self, count: int, scanned: int) -> tuple[IntArray, IntArray]:
        """Return keys and sessions; `scanned` records are read in order now and then, 0 for never."""
        keys, sessions = np.empty(count, np.int64), np.empty(count, np.int64)
        listening = self._listening()
        at = 0
        while at < count:
            if at and at % DRIFT_EVERY == 0:
                self._drift()
            if scanned and at and at % SCAN_EVERY == 0:
                stop = min(at + round(scanned * SCAN_SHARE), count)
                start = int(self._rng.integers(scanned))
                keys[at:stop] = (start + np.arange(stop - at)) % scanned
                sessions[at:stop] = 0
                at = stop
                continue
            keys[at], sessions[at] = next(listening)
            at += 1
        return keys, sessions

    def _listening(self) -> Iterator[tuple[int, int]]:
        """Yield the next pattern of a session drawn at random, and the session; a new one takes an ended one's seat."""
        seats = [self._session() for _ in range(SESSIONS)]
        names = list(range(1, SESSIONS + 1))
        while True:
            seat = int(self._rng.integers(SESSIONS))
            if (key := next(seats[seat], None)) is not None:
                yield key, names[seat]
            else:
                seats[seat], names[seat] = self._session(), max(names) + 1

    def _session(self) -> Iterator[int]:
        track = self._popular()
        for _ in range(int(self._rng.geometric(1.0 / SESSION_TRACKS))):
            yield from self._heard(self._tracks[track])
            near = self._rng.random() < NEIGHBOUR_SHARE
            track = (track + 1) % TRACKS if near else self._popular()

    def _heard(self, track: Track) -> Iterator[int]:
        for section in track:
            yield from section
            while self._rng.random() < LOOP_SHARE:
                yield from section
            if self._rng.random() < SKIP_SHARE:
                return

    def _popular(self) -> int:
        rank = int(np.searchsorted(self._law, self._rng.random() * self._law[-1]))
        return int(self._by_rank[min(rank, TRACKS - 1)])

    def _drift(self) -> None:
        for a, b in self._rng.integers(TRACKS, size=(DRIFT_RANKS, 2)):
            self._by_rank[[a, b]] = self._by_rank[[b, a]]


def _law(count: int, exponent: float) -> NDArray[np.float64]:
    weights = 1.0 / np.arange(1, count + 1) ** exponent
    return np.asarray(weights / weights.sum(), np.float64)
