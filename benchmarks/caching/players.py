"""Plays traces to caches: grym's with all its pieces, with one of them left out, and the reference policies."""

import time
from collections import deque
from dataclasses import dataclass, replace

from benchmarks.caching.references import REFERENCES, Policy, belady
from benchmarks.caching.traces import Trace
from grym.memory.caching.kept import Held, KeptRecords
from grym.memory.caching.replacement import Replacement
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import SizingSettings
from grym.memory.caching.statistics import CacheCounts

LOAD_REQUESTS = 10
"""Requests, of all sessions together, that come while a guessed record is being loaded."""

Play = tuple[list[str], list[int], list[str]]
"""Keys, sizes and sessions of the requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a cache made of a trace; shares of all requests, and processor time of each."""

    hits: float
    prefetch_hits: float = 0.0
    loads: float = 0.0
    compulsory: float = 0.0
    accuracy: float = 0.0
    cpu_us: float = 0.0

    @property
    def rate(self) -> float:
        """Requests that did not have to wait."""
        return self.hits + self.prefetch_hits


def play_of(trace: Trace) -> Play:
    """Return a trace as the strings a cache is asked with."""
    keys = [f"pattern {key}" for key in trace.keys.tolist()]
    return keys, trace.sizes[trace.keys].tolist(), [f"session {one}" for one in trace.sessions.tolist()]


def fixed(budget_bytes: int, *, adapt: bool = True) -> KeptRecords[None]:
    """Return grym's cache with a budget that stays as it is."""
    sizing = SizingSettings(first_bytes=budget_bytes, least_bytes=budget_bytes, most_bytes=budget_bytes)
    sizing = replace(sizing, worth=0.0, keep=0.0)
    return KeptRecords(CacheSettings(sizing=sizing, adapt=adapt))


def reference(name: str, trace: Trace, budget_bytes: int) -> Outcome:
    """Play to a reference policy."""
    keys, sizes = trace.keys.tolist(), trace.sizes[trace.keys].tolist()
    if name == "Belady":
        return Outcome(hits=belady(keys, trace.sizes.tolist(), budget_bytes))
    policy: Policy = REFERENCES[name](budget_bytes)
    began = time.process_time()
    hits = sum(map(policy.access, keys, sizes))
    return Outcome(hits=hits / len(keys), cpu_us=_each_us(began, keys))


def bare(play: Play, order: Replacement) -> Outcome:
    """Play to the order of leaving alone, with one balance."""
    keys, sizes, _ = play
    hits = 0
    began = time.process_time()
    for key, size in zip(keys, sizes, strict=True):
        if order.hit(key):
            hits += 1
        else:
            order.admit(key, size)
    return Outcome(hits=hits / len(keys), cpu_us=_each_us(began, keys))


def demanded(play: Play, kept: KeptRecords[None]) -> Outcome:
    """Play without sessions: what is missing is loaded."""
    keys, sizes, _ = play
    began = time.process_time()
    for key, size in zip(keys, sizes, strict=True):
        misses = kept.counts.misses
        kept.find(key, 0)
        if kept.counts.misses != misses:
            kept.keep(key, Held(version=0, value=None, size_bytes=size))
    return _outcome(kept.counts, _each_us(began, keys))


def foreseen(play: Play, kept: KeptRecords[None]) -> Outcome:
    """Play with sessions: what one is likely to ask for next arrives some requests later."""
    keys, sizes, sessions = play
    size_of = dict(zip(keys, sizes, strict=True))
    coming = deque[tuple[int, str]]()
    began = time.process_time()
    for at, (key, size, session) in enumerate(zip(keys, sizes, sessions, strict=True)):
        while coming and coming[0][0] <= at:
            guess = coming.popleft()[1]
            kept.guess(guess, Held(version=0, value=None, size_bytes=size_of[guess]))
        misses = kept.counts.misses
        kept.find(key, 0)
        if kept.counts.misses != misses:
            kept.keep(key, Held(version=0, value=None, size_bytes=size))
        following = kept.foresight.heard(session, key)
        if following is not None and following not in kept:
            coming.append((at + LOAD_REQUESTS, following))
    return _outcome(kept.counts, _each_us(began, keys))


def _outcome(counts: CacheCounts, cpu_us: float) -> Outcome:
    all_ = counts.requests
    return Outcome(
        hits=counts.hits / all_,
        prefetch_hits=counts.prefetch_hits / all_,
        loads=counts.prefetches / all_,
        compulsory=counts.compulsory_misses / all_,
        accuracy=counts.prefetch_hits / max(counts.prefetches, 1),
        cpu_us=cpu_us,
    )


def _each_us(began: float, requests: list[int] | list[str]) -> float:
    return (time.process_time() - began) / len(requests) * 1e6
