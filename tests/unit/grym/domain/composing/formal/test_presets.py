"""Presets, and what can be asked for in words."""

import pytest

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.concepts import CONCEPTS
from grym.domain.composing.formal.presets import PRESETS, Preset, choices_in, choices_named
from grym.errors import InvalidRequestError


def test_fourteen_concepts_and_eleven_presets() -> None:
    """As many as the predecessor had, by name, each with words of what it means."""
    assert len(CONCEPTS) == 14
    assert len(PRESETS) == 11
    assert all(concept.meaning for concept in CONCEPTS.values())
    assert all(preset.description and preset.tags for preset in PRESETS.values())


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_ask_for_laws_that_hold(name: str) -> None:
    """Every preset can be asked for by name and is more than one law."""
    assert len(choices_named(name)) > 1


def test_laws_are_asked_for_by_what_they_write() -> None:
    """Target, generator and law, parted by colons."""
    assert choices_named("pitch:sieve:3@0 | 4@1") == (FormalChoice(generator="sieve", law="3@0 | 4@1", target="pitch"),)
    assert choices_named("grain-density=0.8")[0].target == "density"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "glitch",
        "grain-density",
        "grain-density=",
        "grain-density=2",
        "grain-density=nan",
        "pitch:sieve:3",
        "smell:sieve:3@0",
        "pitch:oracle:x",
    ],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    """Names and values that are not known are refused with a hint."""
    with pytest.raises(InvalidRequestError) as caught:
        choices_named(text)
    assert caught.value.hint


def test_presets_of_unknown_concepts_are_refused() -> None:
    """A preset brought along is checked like a law."""
    with pytest.raises(InvalidRequestError):
        choices_in(Preset(name="own", description="", concepts={"warmth": 0.5}))
