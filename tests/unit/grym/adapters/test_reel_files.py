"""Reels on disk."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.reel_files import reels_in
from grym.domain.reels import in_memory
from grym.errors import AdapterError

LENGTH = 64


@given(
    writes=st.lists(st.tuples(st.integers(0, LENGTH - 8), st.integers(1, 8)), max_size=5),
    start=st.integers(-10, LENGTH + 10),
    size=st.integers(0, 90),
)
def test_a_file_is_like_an_array(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, int]], start: int, size: int
) -> None:
    """Whatever is written and read, at whatever place, disk and memory give the same samples."""
    rng = np.random.default_rng(3)
    with reels_in(tmp_path_factory.mktemp("reels")) as reels:
        on_disk, in_array = reels(LENGTH), in_memory(LENGTH)
        for at, count in writes:
            samples = rng.normal(size=(2, count)).astype(np.float32)
            on_disk.write(at, samples)
            in_array.write(at, samples)
        assert np.array_equal(on_disk.read(start, start + size), in_array.read(start, start + size))


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Reels have no name in their folder, while they are open and after an error."""

    def work() -> None:
        with reels_in(tmp_path) as reels:
            reels(1_000).write(0, np.ones((2, 1_000), dtype=np.float32))
            assert not [*tmp_path.iterdir()]
            raise InterruptedError

    with pytest.raises(InterruptedError):
        work()
    assert not [*tmp_path.iterdir()]


def test_a_missing_folder_is_a_typed_error(tmp_path: Path) -> None:
    """What the disk refuses says what to do."""
    with pytest.raises(AdapterError) as raised, reels_in(tmp_path / "none") as reels:
        reels(10)
    assert raised.value.code == "audio.write_failed"
    assert "room" in (raised.value.hint or "")
