"""Killed without warning while sealing, again and again: there is always a whole generation, and nothing piles up."""

import contextlib
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grym.adapters.index_files import GenerationFolder
from tests.support.index_kit import index_kit, unit

DIM, COUNT = 16, 400

WRITER = """
import asyncio, sys
from pathlib import Path
import numpy as np
from tests.support.index_kit import index_kit, unit

kit = index_kit(Path(sys.argv[1]), dim=16)
sealed = kit.sealer.open_newest()
turn = 0 if sealed is None else sealed.manifest.watermark
print("open", turn, flush=True)
while True:
    turn += 1
    kit.index.add(np.arange(400), unit(400, seed=turn, dim=16))
    asyncio.run(kit.sealer.seal(kit.index.mark(), watermark=turn, parts={"turns": np.full(5, turn)}))
    print("sealed", turn, flush=True)
"""


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.slow)], ids=["quick", "long"])
def test_every_acknowledged_generation_outlives_its_writer(tmp_path: Path, kills: int) -> None:
    """What was said to be sealed is there, whole, with the vectors and parts of that very turn."""
    dice = random.Random(1)
    acknowledged = 0
    for _ in range(kills):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(dice.randrange(1, 6))]
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(timeout=dice.uniform(0.0, 0.05))  # somewhere within the next turn
        writer.kill()
        lines += writer.stdout.read().splitlines()
        writer.wait()
        writer.stdout.close()
        acknowledged = max(
            [acknowledged, *(int(line.split()[1]) for line in lines if line.strip().startswith("sealed"))]
        )
        kit = index_kit(tmp_path, dim=DIM)
        opened = kit.sealer.open_newest()
        assert kit.reports == []
        assert (0 if opened is None else opened.manifest.watermark) >= acknowledged
        if opened is not None:
            turn = opened.manifest.watermark
            assert opened.get("turns").tolist() == [turn] * 5
            kit.index.spend(kit.index.efforts[-1])
            found = kit.index.search(unit(COUNT, seed=turn, dim=DIM), k=1)
            assert found.ids[:, 0].tolist() == list(range(COUNT))
    assert acknowledged > 0
    with GenerationFolder(tmp_path).writing():
        GenerationFolder(tmp_path).sweep(keep=2)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) <= 2
    assert np.unique([path.name for path in tmp_path.glob("unfinished-*")]).size == 0
