"""What can be recognised: put and dropped at once, seen from the next publishing on, never beneath a reader."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Landmarks
from grym.errors import InvariantError
from grym.memory.recognising.contents import ROOM, Contents, Holding
from tests.unit.grym.memory.recognising.plain_index import PlainIndex

DIM = 4


def landmarks(*hashes: int) -> Landmarks:
    """Return landmarks a frame apart."""
    return Landmarks(hashes=np.array(hashes, dtype=np.uint32), frames=np.arange(len(hashes), dtype=np.int32))


def unit(axis: int) -> NDArray[np.float32]:
    """Return one window that points along an axis."""
    return np.eye(DIM, dtype=np.float32)[axis : axis + 1]


@pytest.fixture
def contents() -> Contents:
    """Return empty contents."""
    return Contents(PlainIndex(DIM))


def found(contents: Contents, axis: int) -> list[str]:
    """Return whose windows are nearest, by name."""
    view = contents.view
    numbers = view.nearest(unit(axis), k=3).numbers[0]
    return [view.holdings[int(number)].pattern_id for number in numbers if number >= 0]


def test_nothing_is_found_where_nothing_is(contents: Contents) -> None:
    """An empty collection answers with nobody, in the shape asked for."""
    near = contents.view.nearest(unit(0), k=3)
    assert near.numbers.tolist() == [[-1, -1, -1]]
    assert len(contents.view.postings(np.array([1], dtype=np.uint32)).numbers) == 0
    assert len(contents.view) == 0


def test_a_reader_sees_what_was_published(contents: Contents) -> None:
    """An older view does not change when a pattern comes or goes."""
    contents.put(Holding(pattern_id="a", name="A"), landmarks(7), unit(0))
    before = contents.publish()
    contents.put(Holding(pattern_id="b", name="B"), landmarks(7), unit(0))
    contents.drop("a")
    after = contents.publish()
    asked = np.array([7], dtype=np.uint32)
    assert [before.holdings[int(number)].name for number in before.postings(asked).numbers] == ["A"]
    assert [after.holdings[int(number)].name for number in after.postings(asked).numbers] == ["B"]
    assert found(contents, 0) == ["b"]


def test_a_new_pattern_is_nothing_to_an_older_view(contents: Contents) -> None:
    """Although the index behind both is the same."""
    before = contents.publish()
    for number in range(ROOM + 1):
        contents.put(Holding(pattern_id=str(number), name=""), landmarks(), unit(0) if number in {0, ROOM} else unit(1))
    middle = contents.publish()
    contents.put(Holding(pattern_id="late", name=""), landmarks(), unit(0))
    assert before.nearest(unit(0), k=1).numbers.tolist() == [[-1]]
    assert sorted(number for number in middle.nearest(unit(0), k=3).numbers[0].tolist() if number >= 0) == [0, ROOM]


def test_putting_again_takes_the_place_of_before(contents: Contents) -> None:
    """Neither the old windows nor the old landmarks are found."""
    contents.put(Holding(pattern_id="a", name="A"), landmarks(1), unit(0))
    contents.put(Holding(pattern_id="a", name="A"), landmarks(2), unit(1))
    view = contents.publish()
    assert len(view.postings(np.array([1], dtype=np.uint32)).numbers) == 0
    assert len(view.postings(np.array([2], dtype=np.uint32)).numbers) == 1
    assert float(view.nearest(unit(0), k=1).similarities[0, 0]) == 0.0
    assert len(view) == 1


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.integers(0, DIM - 1)), max_size=30))
def test_any_order_of_changes_leaves_what_was_put_last(steps: list[tuple[str, bool, int]]) -> None:
    """As a dictionary would hold it."""
    contents = Contents(PlainIndex(DIM))
    expected: dict[str, int] = {}
    for name, put, axis in steps:
        if put:
            contents.put(Holding(pattern_id=name, name=name), landmarks(axis), unit(axis))
            expected[name] = axis
        else:
            contents.drop(name)
            expected.pop(name, None)
    view = contents.publish()
    for axis in range(DIM):
        heard = view.postings(np.array([axis], dtype=np.uint32)).numbers
        names = sorted(view.holdings[int(number)].pattern_id for number in heard)
        assert names == sorted(name for name, kept in expected.items() if kept == axis)


def test_asking_for_imprints_needs_a_question(contents: Contents) -> None:
    """A view alone knows none, and says so."""
    contents.put(Holding(pattern_id="a", name=""), landmarks(1), unit(0))
    with pytest.raises(InvariantError):
        contents.publish().imprints([0])
