"""Millions of mixed operations on one index: what memory and descriptors do, and whether answers stay true.

``python -m benchmarks.pattern_soak [--quick] [--operations N]``: searches, additions, replacements, removals, and a
seal with its swap whenever one is due, built in a process of its own while operations go on. A removed vector that was
found and one that was there and did not find itself would be counted. The first quarter is warm-up; growth after it is
the slope of a straight line through what was measured, in MB for each million operations.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.pattern_search.measuring import private_mib, resident_mib
from benchmarks.pattern_search.vectors import clustered
from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_files import GenerationFolder
from grym.adapters.index_process import ProcessBuilder
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.index.settings import IndexSettings, LiveSettings
from grym.memory.index.shadowing import Shadow
from grym.runtime.sealing import command

DIM = 64
KEPT = 12_000
POOL = 40_000
"""Different vectors there are; ids come and go among as many."""

MIXTURE = (("search", 50), ("add", 15), ("replace", 20), ("remove", 15))
MOST_GROWTH_MB = 5.0
LEAST_OPERATIONS = 1_000_000
"""Below this memory says nothing: what came since the last seal goes up and down by some megabytes."""

TURNS = 40
"""Measurements over the whole run."""


class Soak:
    """The index, what should be in it, and what went wrong."""

    def __init__(self, root: Path) -> None:
        engine, settings = FaissEngine(), LiveSettings(IndexSettings(flat_below=5_000, shadow_share=0.01))
        self.index = LayeredIndex(DIM, engine=engine, settings=settings)
        builder = ProcessBuilder(command(root))
        self.sealer = Sealer(self.index, generations=GenerationFolder(root), engine=engine, builder=builder)
        self.shadow = Shadow(self.index)
        self.vectors = clustered(POOL, dim=DIM, seed=1)
        self.dice = random.Random(1)  # noqa: S311 - the same every time
        self.present = list(range(KEPT))
        self.absent = list(range(KEPT, POOL))
        self.turned = np.zeros(POOL, dtype=np.int64)
        self.faults = self.seals = 0
        self.index.add(np.arange(KEPT), self.vectors[:KEPT])

    def vector(self, name: int) -> np.ndarray:
        """Return the vector an id has now: replacing takes the next one of the pool."""
        return self.vectors[[(name + 7 * int(self.turned[name])) % POOL]]

    def one(self) -> None:
        """Do one operation, as the dice fall."""
        kind = self.dice.choices([name for name, _ in MIXTURE], [weight for _, weight in MIXTURE])[0]
        kind = "add" if len(self.present) < KEPT // 2 else kind
        kind = "remove" if not self.absent and kind == "add" else kind
        getattr(self, kind)()

    def search(self) -> None:
        """Ask for one that is there: it, or its equal, must be the nearest."""
        name = self.dice.choice(self.present)
        found = self.index.search(self.vector(name), k=10)
        if found.similarities[0, 0] < 0.99:
            self.faults += 1

    def add(self) -> None:
        """Add one that was not there."""
        name = self._moved(self.absent, self.present)
        self.index.add(np.array([name]), self.vector(name))

    def replace(self) -> None:
        """Give one another vector."""
        name = self.dice.choice(self.present)
        self.turned[name] += 1
        self.index.add(np.array([name]), self.vector(name))

    def remove(self) -> None:
        """Remove one; it must not be found again."""
        name = self._moved(self.present, self.absent)
        if self.index.remove(np.array([name])) != 1:
            self.faults += 1
        if name in self.index.search(self.vector(name), k=5).ids:
            self.faults += 1

    def _moved(self, source: list[int], target: list[int]) -> int:
        place = self.dice.randrange(len(source))
        source[place], source[-1] = source[-1], source[place]
        target.append(source.pop())
        return target[-1]


async def soak(operations: int) -> list[dict[str, object]]:
    """Do so many operations, and measure from time to time."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        world, sealing = Soak(Path(folder)), None
        world.shadow.start()
        began_s = time.process_time()
        for done in range(1, operations + 1):
            world.one()
            if done % 200 == 0:
                await asyncio.sleep(0)
            if sealing is not None and sealing.done():
                sealing.result()
                sealing, world.seals = None, world.seals + 1
            if sealing is None and world.index.due():
                sealing = asyncio.create_task(world.sealer.seal(world.index.mark(), watermark=done))
            if done % max(1, operations // TURNS) == 0:
                rows.append(_row(world, done, time.process_time() - began_s))
                print(json.dumps(rows[-1]), flush=True)
        if sealing is not None:
            await sealing
        world.shadow.close()
    return rows


def _row(world: Soak, done: int, cpu_s: float) -> dict[str, object]:
    return {
        "operations": done,
        "vectors": len(world.index),
        "seals": world.seals,
        "faults": world.faults,
        "private_mib": round(private_mib(), 2),
        "resident_mib": round(resident_mib(), 2),
        "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - one look at all of them
        "cpu_us_each": round(1e6 * cpu_s / done, 1),
    }


def growth(rows: list[dict[str, object]], field: str) -> float:
    """Return by how much a field grew for each million operations after the first quarter."""
    after = rows[len(rows) // 4 :]
    done = np.array([float(str(row["operations"])) for row in after]) / 1e6
    return float(np.polyfit(done, [float(str(row[field])) for row in after], 1)[0])


def main() -> int:
    """Run, tell the growth, and fail where it is too much."""
    parser = argparse.ArgumentParser(prog="benchmarks.pattern_soak", description=__doc__)
    parser.add_argument("--operations", type=int, default=0, help="2,000,000, or 50,000 with --quick")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    rows = asyncio.run(soak(chosen.operations or (50_000 if chosen.quick else 2_000_000)))
    told = {
        f"{field}_per_million": round(growth(rows, field), 3)
        for field in ("private_mib", "resident_mib", "descriptors")
    }
    print(json.dumps(told | {"faults": rows[-1]["faults"], "seals": rows[-1]["seals"]}))
    grew = told["private_mib_per_million"] > MOST_GROWTH_MB or told["descriptors_per_million"] > 1.0
    long_enough = int(str(rows[-1]["operations"])) >= LEAST_OPERATIONS
    return int((grew and long_enough) or bool(rows[-1]["faults"]))


if __name__ == "__main__":
    sys.exit(main())
