"""Pitch-class sets and rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.formal.pitch_sets import (
    interval_vector,
    inverted,
    multiplied,
    prime_form,
    retrograde,
    transposed,
)

_ROWS = st.lists(st.integers(0, 11), min_size=1, max_size=12).map(tuple)
# Webern, Concerto op. 24: the row's trichords are retrograde inversion, retrograde and inversion of the first.
_WEBERN = (11, 10, 2, 3, 7, 6, 8, 4, 5, 0, 1, 9)


@pytest.mark.parametrize(
    ("members", "prime", "vector"),
    [
        ((0, 4, 7), (0, 3, 7), (0, 0, 1, 1, 1, 0)),
        ((9, 0, 4), (0, 3, 7), (0, 0, 1, 1, 1, 0)),
        ((0, 1, 4, 6), (0, 1, 4, 6), (1, 1, 1, 1, 1, 1)),
        ((7, 1, 0, 3), (0, 1, 3, 7), (1, 1, 1, 1, 1, 1)),
        ((2, 5, 8, 11), (0, 3, 6, 9), (0, 0, 4, 0, 0, 2)),
        ((0, 2, 4, 5, 7, 9, 11), (0, 1, 3, 5, 6, 8, 10), (2, 5, 4, 3, 6, 1)),
        # 5-20, 6-Z29 and 6-31: where Rahn's table differs from Forte's.
        ((0, 1, 3, 7, 8), (0, 1, 5, 6, 8), (2, 1, 1, 2, 3, 1)),
        ((0, 1, 3, 6, 8, 9), (0, 2, 3, 6, 7, 9), (2, 2, 4, 2, 3, 2)),
        ((0, 1, 3, 5, 8, 9), (0, 1, 4, 5, 7, 9), (2, 2, 3, 4, 3, 1)),
    ],
)
def test_prime_forms_and_vectors_are_those_of_the_tables(
    members: tuple[int, ...], prime: tuple[int, ...], vector: tuple[int, ...]
) -> None:
    """Prime form and interval vector are Rahn's."""
    assert prime_form(members) == prime
    assert interval_vector(members) == vector


def test_weberns_row_is_made_of_one_trichord() -> None:
    """The four trichords of the Concerto's row are one set class, related as the analysis says."""
    first, second, third, fourth = (_WEBERN[at : at + 3] for at in range(0, 12, 3))
    assert {prime_form(one) for one in (first, second, third, fourth)} == {(0, 1, 4)}
    assert second in {transposed(retrograde(inverted(first)), by) for by in range(12)}
    assert third in {transposed(retrograde(first), by) for by in range(12)}
    assert fourth in {transposed(inverted(first), by) for by in range(12)}


@given(row=_ROWS, by=st.integers(0, 11))
def test_operations_undo_themselves(row: tuple[int, ...], by: int) -> None:
    """Twice inverted, multiplied by five or seven, or backwards, a row is itself, in order."""
    assert transposed(transposed(row, by), -by) == row
    assert inverted(inverted(row, by), by) == row
    assert multiplied(multiplied(row, 5), 5) == multiplied(multiplied(row, 7), 7) == row
    assert retrograde(retrograde(row)) == row


@given(row=_ROWS, by=st.integers(0, 11))
def test_set_classes_do_not_change_by_transposition_and_inversion(row: tuple[int, ...], by: int) -> None:
    """A prime form and an interval vector belong to a whole class."""
    assert prime_form(transposed(row, by)) == prime_form(inverted(row, by)) == prime_form(row)
    assert interval_vector(inverted(row, by)) == interval_vector(row)


def test_there_are_as_many_set_classes_as_known() -> None:
    """All 4,096 sets fall into 224 classes under transposition and inversion, the empty one included."""
    sets = [tuple(pitch for pitch in range(12) if bits >> pitch & 1) for bits in range(4096)]
    assert len({prime_form(one) for one in sets}) == 224
