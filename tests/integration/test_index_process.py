"""Sealing in a process of its own: the builder ends with whoever started it, and its faults leave nothing behind."""

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest

from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_drafts import MANIFEST
from grym.adapters.index_files import GenerationFolder
from grym.adapters.index_process import ProcessBuilder
from grym.errors import AdapterError
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.index.settings import IndexSettings, LiveSettings
from grym.ports.generations import NEWER_IDS, NEWER_VECTORS, Manifest, Plan, Recipe
from grym.runtime.sealing import command
from tests.support.index_kit import unit

DIM = 16
PLAN = Plan(draft="unfinished-x", manifest=Manifest(watermark=1, count=1, dim=DIM, recipe=Recipe(kind="flat")))
SLEEPER = (sys.executable, "-c", "import sys, time; sys.stdin.readline(); time.sleep(600)")


def opened(root: Path, program: tuple[str, ...]) -> tuple[LayeredIndex, Sealer]:
    """Open an index that is sealed by a program from 100 vectors on."""
    engine, generations = FaissEngine(), GenerationFolder(root)
    index = LayeredIndex(DIM, engine=engine, settings=LiveSettings(IndexSettings(flat_below=100)))
    builder = ProcessBuilder(program)
    return index, Sealer(index, generations=generations, engine=engine, builder=builder)


async def test_a_generation_is_trained_elsewhere_while_the_index_changes(tmp_path: Path) -> None:
    """What came and went while the other process built is there, and gone, before and after the swap."""
    index, sealer = opened(tmp_path, command(tmp_path))
    vectors = unit(3000, seed=1, dim=DIM)
    index.add(np.arange(3000), vectors)
    sealing = asyncio.create_task(sealer.seal(index.mark(), watermark=41))
    await asyncio.sleep(0)
    index.remove(np.arange(100))
    index.add(np.arange(90, 110), -vectors[90:110])
    sealed = await sealing
    assert (sealed.manifest.watermark, sealed.manifest.count, sealed.manifest.recipe.kind) == (41, 3000, "ivf")
    assert sealed.manifest.recall >= 0.98
    assert sealed.manifest.engine.startswith("faiss ")
    index.spend(index.efforts[-1])
    assert len(index) == 2910
    assert index.search(-vectors[90:110], k=1).ids[:, 0].tolist() == list(range(90, 110))
    assert index.search(vectors[110:], k=1).ids[:, 0].tolist() == list(range(110, 3000))
    assert not set(index.search(vectors[:90], k=20).ids.ravel()) & set(range(90))


async def test_a_builder_that_fails_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    """Its complaint becomes the error, its draft goes, and the next attempt succeeds."""
    complaint = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit('no room in the inn')")
    index, sealer = opened(tmp_path, complaint)
    vectors = unit(200, seed=2, dim=DIM)
    index.add(np.arange(200), vectors)
    with pytest.raises(AdapterError, match="no room in the inn") as failed:
        await sealer.seal(index.mark(), watermark=1)
    assert failed.value.code == "index.build_failed"
    assert _names(tmp_path) == ["writer.lock"]
    assert index.search(vectors[:5], k=1).ids[:, 0].tolist() == [0, 1, 2, 3, 4]
    again = Sealer(index, generations=GenerationFolder(tmp_path), engine=FaissEngine())
    assert (await again.seal(index.mark(), watermark=2)).manifest.watermark == 2


async def test_a_plan_that_makes_no_sense_is_refused_by_the_program(tmp_path: Path) -> None:
    """The draft it names is not there."""
    with pytest.raises(AdapterError) as failed:
        await ProcessBuilder(command(tmp_path)).build(PLAN)
    assert failed.value.code == "index.build_failed"


async def test_a_builder_that_cannot_start_is_named(tmp_path: Path) -> None:
    """The program is not there."""
    with pytest.raises(AdapterError) as failed:
        await ProcessBuilder((str(tmp_path / "nothing"),)).build(PLAN)
    assert failed.value.code == "index.build_failed"


async def test_a_builder_that_hangs_is_killed() -> None:
    """After the limit nobody of it is left."""
    with pytest.raises(AdapterError, match="longer than"):
        await ProcessBuilder(SLEEPER, limit_s=0.3).build(PLAN)
    assert not _children()


async def test_a_builder_ends_when_nobody_waits_any_more() -> None:
    """Cancelling kills it and waits for its end."""
    building = asyncio.create_task(ProcessBuilder(SLEEPER).build(PLAN))
    while not _children():  # noqa: ASYNC110 - another process is waited for
        await asyncio.sleep(0.01)
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building
    assert not _children()


def test_a_builder_ends_with_its_parent(tmp_path: Path) -> None:
    """The end of its input is the end of whoever gave it a plan: it stops in the middle, and nothing is finished."""
    generations = GenerationFolder(tmp_path)
    draft = generations.begin()
    draft.put(NEWER_IDS, (np.arange(40_000),), rows=40_000)
    draft.put(NEWER_VECTORS, (unit(40_000, seed=3, dim=DIM).astype(np.float16),), rows=40_000)
    manifest = Manifest(watermark=1, count=40_000, dim=DIM, recipe=Recipe(kind="ivf", lists=2_000))
    builder = subprocess.Popen(command(tmp_path), stdin=subprocess.PIPE)
    builder.communicate(msgspec.json.encode(Plan(draft=draft.name, manifest=manifest)) + b"\n", timeout=60)
    assert builder.returncode == 1
    assert not (draft.folder / MANIFEST).exists()


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
