"""The worker of generators: it tells how far it is, stops when nobody waits, stays warm, and goes when idle."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from grym.adapters.models.generating.serving import PooledMusicians
from grym.adapters.step_files import StepFiles
from grym.errors import InvalidRequestError
from grym.ports.generating import SEGMENTS, Commission
from tests.support import generators, plans

COMMISSION = Commission(backend="audioldm2", plan=plans.short_plan(), seconds=8.0, seed=4)


async def rested(musicians: PooledMusicians) -> None:
    """Let a rest of no length end, and wait for what it started."""
    for _ in range(2):
        await asyncio.sleep(0)
    await asyncio.gather(*musicians._closing)


async def unheard(path: Path) -> None:
    """Take no notice of a segment."""


async def test_a_piece_a_stop_and_a_rest(tmp_path: Path) -> None:
    """Progress is told while it works; a cancelled piece stops between steps and the model stays; an idle one goes."""
    shelf = tmp_path / "models"
    generators.save_generator(shelf / "audioldm2", "audioldm2")
    generators.say(shelf / "audioldm2", steps=2)
    generators.save_generator(shelf / "slow", "audioldm2")
    generators.say(shelf / "slow", steps=1000)
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    async with PooledMusicians(shelf, idle_s=3600.0) as musicians:
        landed: list[Path] = []

        async def land(path: Path) -> None:
            landed.append(path)

        made = await musicians.perform(COMMISSION, tmp_path / "one", land)
        assert made.mix.is_file()
        assert len(set(landed)) == int(made.provenance["segments"]) == 4
        assert {path.parent for path in landed} == {tmp_path / "one" / SEGMENTS}
        assert StepFiles(tmp_path / "one").told() == ("mastering", 1.0)
        worker = await musicians._cpu.run(os.getpid, timeout_s=60.0)
        endless = replace(COMMISSION, backend="audioldm2/slow")
        slow = asyncio.ensure_future(musicians.perform(endless, tmp_path / "two", unheard))
        while StepFiles(tmp_path / "two").told()[0] != "performing":
            await asyncio.wait({slow}, timeout=0.05)
            assert not slow.done()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert not (tmp_path / "two" / "mix.wav").exists()
        assert await musicians._cpu.run(os.getpid, timeout_s=60.0) == worker
        musicians._idle_s = 0.0
        again = await musicians.perform(COMMISSION, tmp_path / "three", unheard)
        assert again.mix.read_bytes() == made.mix.read_bytes()
        await rested(musicians)
        assert musicians._cpu._pool is None


async def test_what_is_not_here_is_refused_before_a_worker_starts(tmp_path: Path) -> None:
    """Neither a question nor a refusal costs a process."""
    async with PooledMusicians(tmp_path) as musicians:
        with pytest.raises(InvalidRequestError) as caught:
            await musicians.takes_guide("acestep")
        assert caught.value.code == "model.unknown"
        assert musicians._cpu._pool is None
