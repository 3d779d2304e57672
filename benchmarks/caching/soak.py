"""Mixes every operation of the caches by the million and watches memory: ``python -m benchmarks.caching.soak``.

Reads of one to twelve records by Zipf's law over ever new sessions, writes that make new versions, records that are
deleted, others that are new, guesses, answers, budgets that change and loads that fail. Seeded; the store is a dict.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from grym.errors import AdapterError
from grym.memory.caching.answers import AnswerCache, Question
from grym.memory.caching.records import Codec, RecordCache
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import MIB, SizingSettings
from grym.ports.caching import Record

RECORDS = 5_000
BYTES = 4_000
BATCH = 10_000
MOST_MB_PER_MILLION = 5.0


class Store:
    """A store whose records are made as they are read; some reads fail."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.versions = dict.fromkeys((f"pattern {at}" for at in range(RECORDS)), 1)
        self._rng = rng

    async def load(self, keys: Sequence[str]) -> Mapping[str, Record]:
        """Return records, after giving way to others."""
        await asyncio.sleep(0)
        if self._rng.random() < 0.001:
            raise AdapterError("away for once", code="store.away")
        known = [key for key in keys if key in self.versions]
        return {key: Record(version=self.versions[key], payload=bytes(BYTES)) for key in known}


class Soak:
    """Operations drawn by seeded dice."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._store = Store(self._rng)
        self._answers: AnswerCache[str] = AnswerCache()
        self._seq = 1
        sizing = SizingSettings(first_bytes=2 * MIB, least_bytes=MIB, most_bytes=4 * MIB)
        codec = Codec(decode=bytes, size_of=len)
        settings = CacheSettings(sizing=sizing)
        self.cache = RecordCache(self._store, codec, settings=settings, versions=self._store.versions.get)
        self.operations = 0

    async def batch(self) -> None:
        """Do some thousand operations, a hundred of them at once."""
        weights = 1.0 / np.arange(1, RECORDS + 1)
        drawn = self._rng.choice(RECORDS, size=BATCH, p=weights / weights.sum())
        at = 0
        while at < BATCH:
            reads = []
            for _ in range(100):
                count = int(self._rng.integers(1, 13))
                reads.append(self._read([f"pattern {one}" for one in drawn[at : at + count]]))
                at += count
            await asyncio.gather(*reads)
            self._write(int(self._rng.integers(RECORDS)))
        self.operations += at

    async def _read(self, keys: list[str]) -> None:
        wanted = {key: self._store.versions[key] for key in keys if key in self._store.versions}
        question = Question.of(",".join(keys).encode(), scope="soak")
        if not wanted or self._answers.find(question, version=self._seq):
            return
        seq = self._seq
        try:
            await self.cache.get_many(wanted)
        except AdapterError:
            return
        self._answers.keep(question, keys[0], version=seq)
        self.cache.heard(f"session {self.operations // 500}", keys[0])

    def _write(self, at: int) -> None:
        self._seq += 1
        key = f"pattern {at}"
        if self._rng.random() < 0.1:  # deleted, and another one learned in its place
            self._store.versions.pop(key, None)
            self._store.versions[f"pattern {self._seq % RECORDS}"] = self._seq
        elif key in self._store.versions:
            self._store.versions[key] = self._seq


def private_mb() -> float:
    """Return the bytes of this process that are its own, in MB."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024


def descriptors() -> int:
    """Return how many files are open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def soak(operations: int, *, seed: int = 1) -> tuple[float, int]:
    """Return the growth in MB per million operations after a tenth to warm up, and by how many files."""
    run = Soak(seed)
    while run.operations < operations // 10:
        await run.batch()
    memory_mb, files, began = private_mb(), descriptors(), run.operations
    while run.operations < operations:
        await run.batch()
    grown_mb = (private_mb() - memory_mb) / (run.operations - began) * 1e6
    opened = descriptors() - files
    await run.cache.aclose()
    return grown_mb, opened


def main() -> int:
    """Soak, and return 1 where something grew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.caching.soak", description=__doc__)
    parser.add_argument("--operations", type=int, default=2_000_000)
    options = parser.parse_args()
    began = time.process_time()
    grown_mb, opened = asyncio.run(soak(options.operations))
    used_s = time.process_time() - began
    print(
        f"{options.operations:,} operations: {grown_mb:+.2f} MB per million, {opened:+d} files, {used_s:.0f} s of CPU"
    )
    return int(grown_mb > MOST_MB_PER_MILLION or opened > 0)


if __name__ == "__main__":
    sys.exit(main())
