"""One spelling for every word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.words.folding import folded, plain


@pytest.mark.parametrize("text", ["Fröhlicher", "froehlicher", "FRÖHLICHER", "fro\u0308hlicher"])
def test_umlauts_are_written_out(text: str) -> None:
    """However an umlaut is typed, it is one word."""
    assert folded(text) == "froehlicher"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'orgue d\u2019église", "orgue eglise"),
        ("lo-fi", "lo fi"),
        ("don't", "don't"),
        ("a\x00b\u200b c", "a b c"),
        ("Chœur", "choeur"),
    ],
)
def test_accents_elisions_hyphens_and_invisible_characters(text: str, expected: str) -> None:
    """What is left are plain words."""
    assert folded(text) == expected


def test_plain_keeps_capitals() -> None:
    """Capitals tell a key from an article."""
    assert plain("in  E-Dur") == "in E-Dur"


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded text is folded."""
    assert folded(folded(text)) == folded(text)
