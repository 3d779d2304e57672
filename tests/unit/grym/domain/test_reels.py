"""Reels: the same on an array as promised for any."""

import numpy as np
import pytest

from grym.domain.reels import ArrayReel, blocks_of, in_memory, part_of


def test_what_is_written_is_read_with_silence_around_it() -> None:
    """Two samples in the middle come back, zeros beyond both ends."""
    reel = in_memory(4)
    reel.write(1, np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32))
    assert reel.read(-1, 5).tolist() == [[0, 0, 1, 2, 0, 0], [0, 0, 3, 4, 0, 0]]


def test_a_block_that_was_read_is_a_copy() -> None:
    """Changing it leaves the reel alone."""
    reel = ArrayReel(np.ones((2, 3), dtype=np.float32))
    reel.read(0, 3)[:] = 7.0
    assert (reel.samples == 1.0).all()


@pytest.mark.parametrize("length", [0, 1, 9, 10, 11])
def test_blocks_cover_the_whole_once(length: int) -> None:
    """Whatever the length, each sample is in one block."""
    covered = [sample for start, end in blocks_of(length, block_samples=5) for sample in range(start, end)]
    assert covered == list(range(length))


def test_a_stage_tells_its_share_of_the_whole() -> None:
    """Half of a stage from 0.2 to 0.6 is 0.4."""
    told: list[float] = []
    part_of(told.append, 0.2, 0.6)(0.5)
    assert told == [pytest.approx(0.4)]
