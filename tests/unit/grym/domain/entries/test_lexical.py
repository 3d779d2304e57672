"""Likeness of texts: symmetric, between 0 and 1, and about shared letters only."""

import math

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.entries import lexical
from grym.domain.entries.lexical import DIM, dense, highlights, likeness, weights


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_cosine(one: str, other: str) -> None:
    """Symmetric and within bounds; a text with words is exactly like itself."""
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, one) == (1.0 if weights(one) else 0.0)


@given(st.text(max_size=60))
def test_both_forms_are_one_vector(text: str) -> None:
    """Of unit length, or of zeros."""
    values = dense(text)
    assert len(values) == DIM
    assert math.isclose(math.hypot(*values), 1.0, abs_tol=1e-9) or not any(values)


def test_case_and_forms_of_a_letter_do_not_matter() -> None:
    """Nor does punctuation."""
    assert likeness("Slow WALTZ", "slow, waltz!") == 1.0
    assert likeness("café", "cafe\u0301") == 1.0


def test_shared_words_count_more_than_shared_endings() -> None:
    """And inflected forms are alike."""
    assert likeness("waltz", "a waltz in three") > likeness("waltz", "blitz in three")
    assert likeness("waltz", "waltzes") > 0.5


def test_highlights_show_where_words_begin() -> None:
    """At most three, with their surroundings."""
    text = "A waltz. " + "x " * 40 + "Another Waltz, waltzing to a waltz."
    found = highlights("waltz", text)
    assert len(found) == 3
    assert all("altz" in place for place in found)
    assert highlights("...", text) == ()
    assert highlights("(", text) == ()


def test_only_short_texts_are_kept_as_vectors() -> None:
    """Entries may hold a megabyte of text each."""
    before = lexical._kept_weights.cache_info().currsize
    lexical.weights("long " * lexical.KEPT_CHARACTERS)
    assert lexical._kept_weights.cache_info().currsize == before
