"""Sealing: what is sealed is found again, and what goes wrong leaves everything as it was."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_drafts import DraftFolder
from grym.errors import AdapterError, SaturatedError
from grym.memory.index.sealing import worn
from grym.ports.generations import INDEX_FILE, QUANTISER_FILE, Draft, Manifest, Recipe
from tests.support.index_kit import SMALL, IndexKit, index_kit, unit

DIM = 8


def filled(root: Path, count: int = 200) -> IndexKit:
    """Open an index with some vectors."""
    kit = index_kit(root, dim=DIM)
    kit.index.add(np.arange(count), unit(count, seed=1, dim=DIM))
    return kit


def names(root: Path) -> list[str]:
    """Return what lies in the folder besides the lock."""
    return sorted(path.name for path in root.iterdir() if path.suffix != ".lock")


def test_parts_and_notes_come_back_mapped(tmp_path: Path) -> None:
    """Arrays of any type and size, beside the vectors, in the same step."""
    kit = filled(tmp_path)
    parts: dict[str, np.ndarray] = {
        "hashes": np.arange(40_000, dtype=np.uint32),
        "frames": np.zeros((0,), dtype=np.int32),
        "wide": np.ones((3, 4, 5), dtype=np.float64),
    }
    notes = {"numbers": {"pattern-1": 7}, "next": 8}
    asyncio.run(kit.sealer.seal(kit.index.mark(), watermark=12, parts=parts, notes=notes))
    opened = index_kit(tmp_path, dim=DIM).sealer.open_newest()
    assert opened is not None
    assert opened.manifest.notes == notes
    assert opened.manifest.watermark == 12
    for name, array in parts.items():
        np.testing.assert_array_equal(opened.get(name), array)
        assert opened.get(name).dtype == array.dtype


@pytest.mark.parametrize("name", ["ids", "vectors", "findable"])
def test_names_of_ours_are_not_given_away(tmp_path: Path, name: str) -> None:
    """A part that would overwrite the vectors is refused, and nothing is left."""
    kit = filled(tmp_path)
    with pytest.raises(ValueError, match=name):
        kit.seal(parts={name: np.arange(3)})
    assert names(tmp_path) == []
    assert kit.seal().manifest.count == 200


def test_sealing_empties_the_delta_and_keeps_the_answers(tmp_path: Path) -> None:
    """The same neighbours, now from the generation."""
    kit = filled(tmp_path)
    queries = unit(20, seed=2, dim=DIM)
    before = kit.index.search(queries, k=10)
    kit.seal()
    kit.index.spend(kit.index.efforts[-1])
    after = kit.index.search(queries, k=10)
    assert kit.index.layers.newer == 0
    assert before.ids.tolist() == after.ids.tolist()
    np.testing.assert_allclose(before.similarities, after.similarities, atol=1e-5)


def test_an_empty_index_can_be_sealed(tmp_path: Path) -> None:
    """After everything was removed the generation says so."""
    kit = filled(tmp_path)
    kit.seal()
    kit.index.remove(np.arange(200))
    assert kit.seal(watermark=5).manifest.count == 0
    again = index_kit(tmp_path, dim=DIM)
    assert again.sealer.open_newest() is not None
    assert len(again.index) == 0
    assert (again.index.search(unit(1, seed=3, dim=DIM), k=3).ids == -1).all()


def test_two_generations_are_kept(tmp_path: Path) -> None:
    """Of five."""
    kit = filled(tmp_path)
    sealed = [kit.seal(watermark=turn).name for turn in range(5)]
    assert names(tmp_path) == sealed[-2:]


def test_somebody_else_who_seals_is_left_to_it(tmp_path: Path) -> None:
    """The mark is forgotten, so that the next attempt can begin."""
    kit = filled(tmp_path)
    with index_kit(tmp_path, dim=DIM).generations.writing(), pytest.raises(SaturatedError) as refused:
        kit.seal()
    assert refused.value.code == "index.locked"
    assert kit.seal().manifest.count == 200


def test_a_full_disk_leaves_the_index_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost, nothing is left behind, and sealing works once there is room."""
    kit = filled(tmp_path)

    def full(_draft: Draft, _manifest: Manifest) -> None:
        raise AdapterError("no space left", code="index.disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(DraftFolder, "finish", full)
        with pytest.raises(AdapterError) as refused:
            kit.seal()
    assert refused.value.code == "index.disk_full"
    assert names(tmp_path) == []
    assert len(kit.index) == 200
    assert kit.seal().manifest.count == 200


def test_a_generation_that_cannot_be_opened_is_passed_over(tmp_path: Path) -> None:
    """Whole by its checksums, but of a library that writes other files: the one before it is taken."""
    kit = filled(tmp_path)
    kit.seal(watermark=1)
    newer = kit.seal(watermark=2)
    strange = DraftFolder(newer.folder)
    (newer.folder / INDEX_FILE).write_bytes(b"of another age")
    strange.finish(newer.manifest)
    again = index_kit(tmp_path, dim=DIM)
    opened = again.sealer.open_newest()
    assert opened is not None
    assert opened.manifest.watermark == 1
    assert len(again.index) == 200


def test_a_generation_of_another_width_is_passed_over(tmp_path: Path) -> None:
    """The extractor changed: nothing of it can be used."""
    filled(tmp_path).seal()
    assert index_kit(tmp_path, dim=DIM + 1).sealer.open_newest() is None


def test_a_generation_whose_arrays_do_not_fit_is_refused(tmp_path: Path) -> None:
    """The index that goes on serving is the old one."""
    kit = filled(tmp_path)
    sealed = kit.seal()
    DraftFolder(sealed.folder).put("ids", (np.arange(3),), rows=3)
    with pytest.raises(AdapterError) as refused:
        kit.index.adopt(sealed)
    assert refused.value.code == "index.damaged"
    assert len(kit.index) == 200


def test_the_quantiser_is_trained_once_for_little_change(tmp_path: Path) -> None:
    """A tenth was replaced: the same centres, byte for byte, and the change is counted."""
    kit = filled(tmp_path, 1000)
    first = kit.seal()
    kit.index.add(np.arange(100), unit(100, seed=4, dim=DIM))
    second = kit.seal()
    assert (first.folder / QUANTISER_FILE).read_bytes() == (second.folder / QUANTISER_FILE).read_bytes()
    assert (second.manifest.trained_on, second.manifest.changed) == (1000, 200)


def test_the_quantiser_is_trained_anew_for_much_change(tmp_path: Path) -> None:
    """Half of what it was trained on is gone."""
    kit = filled(tmp_path, 1000)
    kit.seal()
    kit.index.add(np.arange(400), unit(400, seed=4, dim=DIM))
    second = kit.seal()
    assert (second.manifest.trained_on, second.manifest.changed) == (1000, 0)


@pytest.mark.parametrize(
    ("count", "changed", "expected"),
    [(1000, 0, False), (1999, 0, False), (2000, 0, True), (500, 0, True), (501, 0, False), (1000, 401, True)],
)
def test_when_a_quantiser_is_worn(tmp_path: Path, count: int, changed: int, expected: bool) -> None:
    """Twice or half as many vectors as it was trained on, or half of them changed in all."""
    mark = replace(index_kit(tmp_path, dim=DIM).index.mark(), count=count, changed=changed)
    before = Manifest(
        watermark=1, count=1000, dim=DIM, recipe=Recipe(kind="ivf", lists=9), trained_on=1000, changed=100
    )
    assert worn(before, mark) is expected


@pytest.mark.parametrize("kind", ["flat", "kdtree", "hnsw"])
def test_other_kinds_have_no_quantiser_to_wear(tmp_path: Path, kind: str) -> None:
    """What follows them is trained."""
    mark = index_kit(tmp_path, dim=DIM).index.mark()
    assert worn(Manifest(watermark=1, count=9, dim=DIM, recipe=Recipe(kind=kind), trained_on=9), mark)  # type: ignore[arg-type]


def test_searches_are_true_while_everything_changes_and_generations_swap(tmp_path: Path) -> None:
    """Four threads ask for what never changes and find exactly that, while the rest is replaced, removed and sealed."""
    kit = index_kit(tmp_path, dim=DIM, settings=replace(SMALL, flat_below=100))
    settled, moving = unit(50, seed=1, dim=DIM), unit(300, seed=2, dim=DIM)
    kit.index.add(np.arange(50), settled)
    faults: list[object] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            found = kit.index.search(settled, k=3)
            here = kit.index.search(settled, k=400)
            if (found.similarities[:, 0] < 0.99).any():
                faults.append(found)
            faults.extend(row for row in here.ids.tolist() if len(set(row) - {-1}) != 400 - row.count(-1))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        mark = kit.index.mark()
        changer = threading.Thread(target=_change, args=(kit, moving, turn))
        changer.start()
        asyncio.run(kit.sealer.seal(mark, watermark=turn))
        kit.index.spend(kit.index.efforts[-1])
        changer.join()
        assert len(kit.index) == 50 + 250
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []


def _change(kit: IndexKit, moving: np.ndarray, turn: int) -> None:
    for start in range(0, 300, 50):
        ids = np.arange(start, start + 50)
        kit.index.add(1_000 + ids, moving[(ids + turn) % 300])
    kit.index.remove(1_000 + np.arange(0, 300, 6))


def test_the_engine_is_named_in_the_manifest(tmp_path: Path) -> None:
    """Whoever finds a file knows what wrote it."""
    assert filled(tmp_path).seal().manifest.engine == FaissEngine().version


def test_a_base_that_another_process_swept_away_is_made_anew(tmp_path: Path) -> None:
    """From what is mapped of it, less what is hidden: two processes may seal one folder in turns."""
    one = filled(tmp_path)
    one.seal()
    other = index_kit(tmp_path, dim=DIM)
    assert other.sealer.open_newest() is not None
    for number in range(1_000, 1_004):
        one.index.add(np.array([number]), unit(1, seed=number, dim=DIM))
        one.seal()
    other.index.add(np.array([5, 500]), unit(2, seed=2, dim=DIM))
    other.index.remove(np.array([6]))
    sealed = other.seal()
    ids = sealed.get("ids").tolist()
    assert ids == [*(number for number in range(200) if number != 6), 500]
    found = other.index.search(unit(2, seed=2, dim=DIM), k=1)
    assert found.ids[:, 0].tolist() == [5, 500]
