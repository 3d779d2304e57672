"""Agreement on a tempo allows for octaves, on a key for spelling."""

import pytest

from benchmarks.hearing.recordings import same_key, same_tempo


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(100, 103.9, True), (100, 105, False), (60, 121, True), (90, 60, False), (100, None, False)],
)
def test_tempi(one: float, other: float | None, *, same: bool) -> None:
    """Four percent, doubled or halved."""
    assert same_tempo(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("C# minor", "Db minor", True), ("C major", "A minor", False), ("C major", None, False), ("", "C major", False)],
)
def test_keys(one: str, other: str | None, *, same: bool) -> None:
    """Enharmonic spellings are one key, relatives are not."""
    assert same_key(one, other) is same
