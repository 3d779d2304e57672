"""Blind pairs."""

from pathlib import Path

import pytest

from grym.cli.errands import errands_for
from grym.cli.pairs import TELLTALES, pair_for, veiled
from grym.errors import InvalidRequestError
from schemas.commands import RequestComposition

WISH = RequestComposition(prompt="a waltz", user="ann")


@pytest.mark.parametrize("name", ["r1", "r2", "r3", "r4"])
def test_a_pair_differs_in_taste_only(name: str) -> None:
    """One seed, one with taste and one without, always the same one for the same request."""
    first, second = pair_for(WISH, request_id=name, variations=2, out=Path("out"))
    assert first.wish.seed == second.wish.seed
    assert {first.wish.taste, second.wish.taste} == {True, False}
    assert [one.request_id for one in (first, second)] == [f"{name}-1", f"{name}-2"]
    assert [one.folder for one in (first, second)] == [Path("out/A"), Path("out/B")]
    assert pair_for(WISH, request_id=name, variations=2, out=Path("out")) == [first, second]


def test_the_lot_falls_on_either() -> None:
    """Over many pairs each place has the taste about half of the time."""
    firsts = sum(bool(pair_for(WISH, request_id=f"r{n}", variations=2, out=None)[0].wish.taste) for n in range(200))
    assert 70 < firsts < 130  # four deviations about a hundred


@pytest.mark.parametrize("variations", [1, 3])
def test_a_pair_is_of_two(variations: int) -> None:
    """Anything else is refused by name."""
    with pytest.raises(InvalidRequestError) as refusal:
        errands_for(WISH, request_id="r1", variations=variations, out=None, blind=True)
    assert refusal.value.code == "request.blind"


def test_a_pair_needs_no_id() -> None:
    """One is made up, and the two belong together."""
    first, second = errands_for(WISH, request_id=None, variations=2, out=None, blind=True)
    assert first.request_id is not None
    assert second.request_id == first.request_id.removesuffix("-1") + "-2"


def test_nothing_tells_them_apart() -> None:
    """Neither parameters nor plan; where it lies and what it is called stay."""
    told = veiled({"request_id": "r1-1", "folder": "out/A", **dict.fromkeys(TELLTALES, 1)}, "A")
    assert told == {"request_id": "r1-1", "folder": "out/A", "blind": "A"}
