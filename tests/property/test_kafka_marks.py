"""Marks as metadata of offsets: nothing is invented, nothing too long is written, foreign text does no harm."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.kafka.marks import LIMIT_CHARS, from_metadata, to_metadata
from grym.ports.feed import Mark

POSITIONS = st.integers(min_value=0, max_value=2**40)


@st.composite
def marks(draw: st.DrawFn, *, most: int = 60) -> Mark:
    """Draw a watermark and finished positions above it, in runs with gaps between."""
    position = draw(POSITIONS)
    beyond: list[int] = []
    at = position
    for gap, run in draw(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 30)), max_size=most)):
        beyond += range(at + gap + 1, at + gap + 1 + run)
        at = beyond[-1]
    return Mark(position=position, beyond=tuple(beyond))


@given(marks())
def test_what_fits_comes_back_as_it_was(mark: Mark) -> None:
    """Round trip."""
    text = to_metadata(mark)
    assert len(text) <= LIMIT_CHARS
    assert from_metadata(mark.position, text) == mark


@given(marks(most=3000))
def test_what_does_not_fit_is_left_out_from_the_top(mark: Mark) -> None:
    """What is read is a beginning of what was written: the rest is only done again."""
    text = to_metadata(mark)
    read = from_metadata(mark.position, text)
    assert len(text) <= LIMIT_CHARS
    assert read.beyond == mark.beyond[: len(read.beyond)]


def test_ten_thousand_stragglers_fit_as_far_as_they_can() -> None:
    """Every second position is done: two bytes for each, three thousand characters of base64 and more."""
    mark = Mark(position=7, beyond=tuple(range(9, 20_009, 2)))
    read = from_metadata(7, to_metadata(mark))
    assert len(read.beyond) == 1498
    assert len(to_metadata(mark)) <= LIMIT_CHARS


@given(POSITIONS, st.one_of(st.text(max_size=50), st.binary(max_size=50).map(lambda b: "1" + b.hex())))
def test_foreign_metadata_counts_as_none_or_rises(position: int, text: str) -> None:
    """Whatever another tool wrote there: no error, and positions above the watermark, rising."""
    read = from_metadata(position, text)
    assert read.position == position
    assert all(a < b for a, b in zip((position, *read.beyond), read.beyond, strict=False))


def test_a_huge_run_in_foreign_metadata_does_not_fill_the_memory() -> None:
    """One missing position, then two thousand million finished ones, in six bytes."""
    packed = bytes([1, 0xFF, 0xFF, 0xFF, 0xFF, 0x07])
    assert from_metadata(0, "1" + base64.b64encode(packed).decode()) == Mark()
