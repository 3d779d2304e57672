"""Suggestions: 0.7 of like wishes, 0.3 of all others, and a gap is named instead of counted as zero."""

import pytest

from grym.domain.sessions.suggesting import liked_by_style, suggested_for, suggestions
from tests.unit.grym.domain.sessions.attempts import attempt


def test_both_parts_are_blended() -> None:
    """Seven tenths of the style, three of the rest."""
    attempts = [
        attempt(1, stars=5, parameters={"pace": 0.2}),
        attempt(2, stars=4, parameters={"pace": 0.4}),
        attempt(3, stars=5, style="rag", parameters={"pace": 0.9}),
    ]
    found = suggestions(attempts, style="waltz")["pace"]
    assert found.value == pytest.approx(0.7 * 0.3 + 0.3 * 0.9)
    assert (found.specific, found.general, found.missing) == (2, 1, "")


def test_a_missing_part_is_named_and_no_zero() -> None:
    """One alone counts whole."""
    waltz = [attempt(1, stars=5, parameters={"pace": 0.2})]
    assert (suggestions(waltz, style="waltz")["pace"].value, suggestions(waltz, style="waltz")["pace"].missing) == (
        0.2,
        "general",
    )
    other = suggestions(waltz, style="rag")["pace"]
    assert (other.value, other.missing) == (0.2, "specific")


def test_only_liked_pieces_count() -> None:
    """What was rated low or not at all says nothing of what to do."""
    attempts = [attempt(1, stars=2, parameters={"pace": 0.9}), attempt(2, parameters={"pace": 0.9})]
    assert suggestions(attempts, style="waltz") == {}


def test_the_very_same_wish_comes_before_its_style() -> None:
    """Where it was liked before."""
    attempts = [
        attempt(1, stars=5, parameters={"pace": 0.2}, input_sha256="same"),
        attempt(2, stars=5, parameters={"pace": 0.8}),
    ]
    found = suggestions(attempts, style="waltz", input_sha256="same")["pace"]
    assert found.value == pytest.approx(0.7 * 0.2 + 0.3 * 0.8)


def test_means_by_style_say_the_same() -> None:
    """What is kept for the next piece, and what is computed from the attempts."""
    attempts = [attempt(n, stars=5, style=style, parameters={"pace": n / 10}) for n, style in enumerate("abcabca")]
    assert suggested_for(liked_by_style(attempts), "b") == suggestions(attempts, style="b")
