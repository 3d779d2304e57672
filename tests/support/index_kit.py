"""An index with real files and the real library, small enough to be sealed in milliseconds."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_files import GenerationFolder
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Parts, Sealer
from grym.memory.index.settings import IndexSettings, LiveSettings
from grym.ports.generations import Sealed

SMALL = IndexSettings(flat_below=40, tree_dim=0, delta_most=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKit:
    """One index and what seals it."""

    index: LayeredIndex
    sealer: Sealer
    generations: GenerationFolder
    reports: list[str]

    def seal(self, *, watermark: int = 0, parts: Parts | None = None) -> Sealed:
        """Seal this instant."""
        return asyncio.run(self.sealer.seal(self.index.mark(), watermark=watermark, parts=parts))


def index_kit(root: Path, *, dim: int, settings: IndexSettings = SMALL) -> IndexKit:
    """Open an index below a folder."""
    reports: list[str] = []
    generations = GenerationFolder(root, report=lambda name, why: reports.append(f"{name}: {why}"))
    engine = FaissEngine()
    index = LayeredIndex(dim, engine=engine, settings=LiveSettings(settings))
    sealer = Sealer(index, generations=generations, engine=engine)
    return IndexKit(index=index, sealer=sealer, generations=generations, reports=reports)


def unit(rows: int, *, seed: int, dim: int) -> np.ndarray:
    """Roll unit vectors that half precision holds exactly enough."""
    drawn = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    halves: np.ndarray = drawn.astype(np.float16).astype(np.float32)
    return halves
