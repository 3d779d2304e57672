"""Shadow queries hold recall: on vectors without structure, from an effort that is far too small."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from grym.memory.index.governor import Steering
from grym.memory.index.learned import LearnedEfforts
from grym.memory.index.shadowing import WAITING, Shadow
from tests.support.index_kit import SMALL, IndexKit, index_kit, unit

DIM, COUNT = 16, 3000
ALWAYS = replace(SMALL, shadow_share=1.0, shadow_rows=500)


class Page:
    """A notebook in memory."""

    def __init__(self) -> None:
        self.content = b""

    def read(self) -> bytes:
        """Return it."""
        return self.content

    def write(self, content: bytes) -> None:
        """Replace it."""
        self.content = content


def sealed(root: Path, *, share: float = 1.0) -> IndexKit:
    """Seal vectors without structure, and spend next to nothing."""
    kit = index_kit(root, dim=DIM, settings=replace(ALWAYS, shadow_share=share))
    kit.index.add(np.arange(COUNT), unit(COUNT, seed=1, dim=DIM))
    kit.seal()
    return kit


def ask(kit: IndexKit, shadow: Shadow, times: int, *, seed: int) -> None:
    """Ask one at a time, each compared at once."""
    for query in unit(times, seed=seed, dim=DIM):
        kit.index.search(query[np.newaxis], k=10)
        shadow.compare_one()


def test_recall_rises_to_what_is_wanted_and_is_reported(tmp_path: Path) -> None:
    """Strangers are harder than what the first effort was chosen by; a few hundred of them are enough to hold them."""
    kit = sealed(tmp_path)
    steps: list[Steering] = []
    shadow = Shadow(kit.index, report=steps.append)
    ask(kit, shadow, 1, seed=2)
    kit.index.spend(1)
    shadow._governor._now = 1  # type: ignore[union-attr]  # as if the manifest had said so
    ask(kit, shadow, 400, seed=3)
    assert shadow.looks == 401
    assert steps[0].before == 1
    assert kit.index.effort == steps[-1].after > 1
    queries, vectors = unit(300, seed=4, dim=DIM), unit(COUNT, seed=1, dim=DIM)
    truth = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    found = kit.index.search(queries, k=10).ids
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(truth.tolist(), found.tolist(), strict=True)])
    assert recall >= 0.97
    assert shadow.recall.estimate >= 0.97


def test_a_share_is_taken_and_what_waits_too_long_forgotten(tmp_path: Path) -> None:
    """A tenth of a thousand queries, of which the last sixteen wait."""
    kit = sealed(tmp_path, share=0.1)
    shadow = Shadow(kit.index)
    for query in unit(1000, seed=5, dim=DIM):
        kit.index.search(query[np.newaxis], k=1)
    while shadow.looks < WAITING:
        before = shadow.looks
        shadow.compare_one()
        assert shadow.looks == before + 1
    shadow.compare_one()
    assert shadow.looks == WAITING


def test_an_exact_index_is_not_watched(tmp_path: Path) -> None:
    """There is nothing to find out."""
    kit = index_kit(tmp_path, dim=DIM, settings=ALWAYS)
    kit.index.add(np.arange(30), unit(30, seed=6, dim=DIM))
    kit.seal()
    shadow = Shadow(kit.index)
    ask(kit, shadow, 50, seed=7)
    assert shadow.looks == 0
    assert shadow.recall.looks == 0


def test_what_held_is_where_the_next_process_begins(tmp_path: Path) -> None:
    """The effort is written down, and taken up again with the same kind of generation."""
    kit, page = sealed(tmp_path), Page()
    kit.index.settings.change(recall=0.6)
    shadow = Shadow(kit.index, learned=LearnedEfforts(page, now_s=lambda: 1000.0))
    ask(kit, shadow, 200, seed=8)
    assert page.content
    again = index_kit(tmp_path, dim=DIM, settings=ALWAYS)
    again.sealer.open_newest()
    next_one = Shadow(again.index, learned=LearnedEfforts(page, now_s=lambda: 2000.0))
    ask(again, next_one, 1, seed=9)
    assert again.index.effort == kit.index.effort


def test_a_thread_compares_until_it_is_closed(tmp_path: Path) -> None:
    """Closing waits for it, and nothing is shown to it afterwards."""
    kit = sealed(tmp_path)
    shadow = Shadow(kit.index)
    shadow.start()
    for query in unit(5, seed=10, dim=DIM):
        kit.index.search(query[np.newaxis], k=10)
    shadow.close()
    seen = shadow.looks
    ask(kit, shadow, 3, seed=11)
    assert seen <= 5
    assert shadow.looks - seen <= 5
