"""Sieves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.formal.sieve import read_sieve
from grym.errors import InvalidRequestError

_WHITE_KEYS = "12@0 | 12@2 | 12@4 | 12@5 | 12@7 | 12@9 | 12@11"


@pytest.mark.parametrize(
    ("text", "period", "members"),
    [
        ("3@0", 3, (0, 3, 6, 9)),
        ("3@0 | 4@0", 12, (0, 3, 4, 6, 8, 9)),
        ("3@2 & 4@3", 12, (11,)),
        ("~2@0", 2, (1, 3, 5, 7, 9, 11)),
        ("3@0 | 4@1 & 2@1", 12, (0, 1, 3, 5, 6, 9)),
        ("(3@0 | 4@1) & 2@1", 12, (1, 3, 5, 9)),
        ("~(3@0 | 3@1)", 3, (2, 5, 8, 11)),
        ("2@0 | 4@0", 2, (0, 2, 4, 6, 8, 10)),
        (_WHITE_KEYS, 12, (0, 2, 4, 5, 7, 9, 11)),
        # The major scale as a sieve of moduli 3 and 4 (Xenakis 1992, ch. VII).
        ("~3@2 & 4@0 | ~3@1 & 4@1 | 3@2 & 4@2 | ~3@0 & 4@3", 12, (0, 2, 4, 5, 7, 9, 11)),
    ],
)
def test_sieves_hold_what_is_computed_by_hand(text: str, period: int, members: tuple[int, ...]) -> None:
    """Union, intersection, complement, precedence and brackets give the sets worked out on paper."""
    sieve = read_sieve(text)
    assert sieve.period == period
    assert sieve.members(0, 12) == members


@given(
    classes=st.lists(st.tuples(st.integers(1, 12), st.integers(0, 20)), min_size=1, max_size=4),
    number=st.integers(-500, 500),
)
def test_union_is_either_and_intersection_is_all(classes: list[tuple[int, int]], number: int) -> None:
    """A number is in a union when one residue fits, in an intersection when all fit, in a complement when not."""
    texts = [f"{modulus}@{residue}" for modulus, residue in classes]
    fits = [number % modulus == residue % modulus for modulus, residue in classes]
    assert (number in read_sieve("|".join(texts))) == any(fits)
    assert (number in read_sieve("&".join(texts))) == all(fits)
    assert (number in read_sieve(f"~({'|'.join(texts)})")) == (not any(fits))


@given(text=st.sampled_from(["3@0|4@1", "5@2&3@1", "8@0|8@3|8@6"]), number=st.integers(-200, 200))
def test_sieves_repeat_after_their_period(text: str, number: int) -> None:
    """A number and the one a period later are both in a sieve or both not."""
    sieve = read_sieve(text)
    assert (number in sieve) == (number + sieve.period in sieve)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "3@",
        "0@0",
        "200@1",
        "3@0 |",
        "(3@0",
        "3@0)",
        "3@0 4@1",
        "3@0 + 4@1",
        "~",
        "127@0|125@0|128@0",
        "(" * 99,
        "3@0|" * 99,
    ],
)
def test_bad_sieves_are_refused(text: str) -> None:
    """What is no sieve, or one that is too long to hold, is refused with a hint."""
    with pytest.raises(InvalidRequestError) as caught:
        read_sieve(text)
    assert caught.value.code == "formal.sieve"
    assert caught.value.hint
