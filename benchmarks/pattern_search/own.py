"""The index itself: building, searching one by one, and holding recall while everything is replaced."""

import asyncio
import os
import resource
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.pattern_search.measuring import each_ms
from benchmarks.pattern_search.vectors import NEIGHBOURS, WORLDS, Floats, recall_of, truth_of
from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_files import GenerationFolder
from grym.adapters.index_process import ProcessBuilder
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.index.settings import IndexSettings, LiveSettings
from grym.memory.index.shadowing import Shadow
from grym.runtime.sealing import command

PIECE = 10_000


class Bench:
    """One index on a folder, sealed by a process of its own."""

    def __init__(self, root: Path, *, dim: int, settings: IndexSettings | None = None) -> None:
        engine = FaissEngine()
        self.index = LayeredIndex(dim, engine=engine, settings=LiveSettings(settings))
        generations, builder = GenerationFolder(root), ProcessBuilder(command(root))
        self.sealer = Sealer(self.index, generations=generations, engine=engine, builder=builder)

    def seal(self) -> dict[str, object]:
        """Seal everything and return what that took."""
        before, wall_s, own_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), time.process_time()
        sealed = asyncio.run(self.sealer.seal(self.index.mark(), watermark=0))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = sum(path.stat().st_size for path in sealed.folder.iterdir())
        return {
            "kind": sealed.manifest.recipe.kind,
            "lists": sealed.manifest.recipe.lists,
            "effort": sealed.manifest.effort,
            "recall_when_sealed": round(sealed.manifest.recall, 4),
            "wall_s": round(time.perf_counter() - wall_s, 2),
            "child_cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
            "own_cpu_s": round(time.process_time() - own_s, 3),
            "bytes_per_vector": round(size / max(1, sealed.manifest.count), 1),
        }

    def fill(self, vectors: Floats) -> None:
        """Add vectors under their row numbers."""
        for start in range(0, len(vectors), PIECE):
            piece = vectors[start : start + PIECE]
            self.index.add(np.arange(start, start + len(piece)), piece)


def rebuilt(root: Path, vectors: Floats) -> dict[str, object]:
    """Return what it takes from vectors in memory to a generation that is searched."""
    bench = Bench(root, dim=vectors.shape[1])
    began_s = time.perf_counter()
    bench.fill(vectors)
    sealed = bench.seal()
    return sealed | {"rebuild_wall_s": round(time.perf_counter() - began_s, 2)}


def searched(root: Path, queries: Floats, truth: NDArray[np.int64]) -> dict[str, object]:
    """Return recall and cost of single searches of the newest generation, with an empty and a full delta."""
    bench = Bench(root, dim=queries.shape[1])
    bench.sealer.open_newest()
    found = bench.index.search(queries, k=NEIGHBOURS).ids

    def one(turn: int) -> object:
        return bench.index.search(queries[[turn % len(queries)]], k=NEIGHBOURS)

    row = {"recall": round(recall_of(found, truth), 4), "empty_delta": each_ms(one, len(queries))}
    far = np.random.default_rng(0).normal(size=(5_000, queries.shape[1])).astype(np.float32)
    bench.index.add(np.arange(10**9, 10**9 + 5_000), 1e-3 * far)
    return row | {"full_delta": each_ms(one, len(queries))}


def churned(root: Path, world: str, *, count: int, dim: int, rounds: int, searches: int) -> list[dict[str, object]]:
    """Replace everything, part by part, while searches and their shadows go on; return recall after each part.

    New vectors come from the same world; the quantiser is used again as long as the index thinks it fits.
    """
    vectors = WORLDS[world](count, dim=dim, seed=1)
    bench = Bench(root, dim=dim)
    bench.fill(vectors)
    bench.seal()
    shadow = Shadow(bench.index)
    shadow.start()
    queries, dice = WORLDS[world](1_000, dim=dim, seed=99), np.random.default_rng(3)
    order, rows = dice.permutation(count), []
    for turn in range(rounds):
        changed = order[turn * count // rounds : (turn + 1) * count // rounds]
        vectors[changed] = WORLDS[world](len(changed), dim=dim, seed=100 + turn)
        for start in range(0, len(changed), 2_500):
            part = changed[start : start + 2_500]
            bench.index.remove(part[::2])
            bench.index.add(part, vectors[part])
            if bench.index.due():
                bench.seal()
        for query in WORLDS[world](searches, dim=dim, seed=200 + turn):
            bench.index.search(query[np.newaxis], k=NEIGHBOURS)
        found = bench.index.search(queries, k=NEIGHBOURS).ids
        band = shadow.recall
        rows.append(
            {
                "replaced": round((turn + 1) / rounds, 3),
                "recall": round(recall_of(found, truth_of(queries, vectors)), 4),
                "effort": bench.index.effort,
                "looks": shadow.looks,
                "believed": [round(band.lower, 4), round(band.estimate, 4), round(band.upper, 4)],
            }
        )
        print(f"  {world} {rows[-1]}", flush=True)
    shadow.close()
    return rows


def machine() -> dict[str, object]:
    """Return what this ran on."""
    names = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in names if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": os.cpu_count(), "load": [round(load, 1) for load in os.getloadavg()]}
