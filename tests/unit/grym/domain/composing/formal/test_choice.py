"""Formal choices."""

from dataclasses import replace

import pytest

from grym.domain.composing.formal.choice import FormalChoice, require_lawful, row_of
from grym.errors import InvalidRequestError

_SIEVE = FormalChoice(generator="sieve", law="3@0", target="pitch")


@pytest.mark.parametrize(
    ("law", "row"),
    [
        ("0 1 4", (0, 1, 4)),
        ("0 1 4 T3", (0, 1, 4, 3, 4, 7)),
        ("0 1 4 R", (0, 1, 4, 4, 1, 0)),
        ("0 1 4 I0 R", (0, 1, 4, 0, 11, 8, 8, 11, 0)),
        ("1 2 M5", (1, 2, 5, 10)),
    ],
)
def test_rows_are_followed_by_their_forms(law: str, row: tuple[int, ...]) -> None:
    """Each operation makes a form of the form before, and the order stays: a retrograde is one."""
    assert row_of(law) == row


@pytest.mark.parametrize(
    "fault",
    [
        {"generator": "oracle"},
        {"target": "smell"},
        {"roles": ()},
        {"roles": ("melody", "tuba")},
        {"amount": 1.5},
        {"amount": float("nan")},
        {"low": 0.8, "high": 0.2},
        {"start": 0.5, "end": 0.5},
        {"forbidden": (0.5,) * 17},
        {"step_beats": 0.0},
        {"law": "3@"},
        {"law": "3@0|" * 99},
        {"generator": "stochastic", "law": "zipf"},
        {"generator": "cellular", "law": "rule 256"},
        {"generator": "cellular", "law": "death"},
        {"generator": "game", "law": "chess nash"},
        {"generator": "game", "law": "pennies sulking"},
        {"generator": "set", "law": "0 12"},
        {"generator": "set", "law": "T3"},
        {"generator": "set", "law": "0 1 X3"},
    ],
)
def test_choices_that_cannot_be_obeyed_are_refused(fault: dict[str, object]) -> None:
    """Unknown names, numbers out of bounds and laws that do not exist are refused with a hint."""
    with pytest.raises(InvalidRequestError) as caught:
        require_lawful([replace(_SIEVE, **fault)])  # type: ignore[arg-type]  # hostile on purpose
    assert caught.value.code in {"formal.invalid", "formal.sieve"}
    assert caught.value.hint


def test_too_many_laws_are_refused() -> None:
    """A plan stays small enough to read."""
    require_lawful([_SIEVE] * 24)
    with pytest.raises(InvalidRequestError):
        require_lawful([_SIEVE] * 25)
