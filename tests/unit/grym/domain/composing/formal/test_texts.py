"""Preset files."""

import pytest

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.presets import choices_in
from grym.domain.composing.formal.texts import read_preset
from grym.errors import InvalidRequestError

RAIN = """
name = "rain"
description = "drops on a sieve"
tags = ["points"]

[concepts]
grain-density = 0.7

[[laws]]
generator = "sieve"
law = "5@0 | 7@2"
target = "pitch"
roles = ["melody", "chords"]
start = 0.5
"""


def test_a_preset_is_read_with_its_laws_and_concepts() -> None:
    """What the file says is what the piece obeys, laws first and named after the preset."""
    preset = read_preset(RAIN)
    law, density = choices_in(preset)
    assert (preset.name, preset.tags, preset.concepts) == ("rain", ("points",), {"grain-density": 0.7})
    assert law == FormalChoice(
        generator="sieve", law="5@0 | 7@2", target="pitch", roles=("melody", "chords"), start=0.5, source="rain"
    )
    assert (density.target, density.source) == ("density", "grain-density")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name =",
        'name = "rain"',
        'name = "Rain & co"\n[concepts]\ngrain-density = 0.7',
        'name = "rain"\nvolume = 11',
        'name = "rain"\n[concepts]\nwetness = 0.7',
        'name = "rain"\n[concepts]\ngrain-density = "much"',
        'name = "rain"\n[concepts]\ngrain-density = 7',
        'name = "rain"\n[concepts]\ngrain-density = nan',
        'name = "rain"\nconcepts = 3',
        'name = "rain"\nlaws = "all"',
        'name = "rain"\nlaws = [3]',
        'name = "rain"\n[[laws]]\ngenerator = "sieve"',
        'name = "rain"\n[[laws]]\ngenerator = ["sieve"]\nlaw = "3@0"\ntarget = "pitch"',
        'name = "rain"\n[[laws]]\ngenerator = "sieve"\nlaw = "3"\ntarget = "pitch"',
        'name = "rain"\n[[laws]]\ngenerator = "sieve"\nlaw = "3@0"\ntarget = "pitch"\nsource = "me"',
        'name = "rain"\n[[laws]]\ngenerator = "sieve"\nlaw = "3@0"\ntarget = "pitch"\nforbidden = [true]',
        "x = 1\n" * 9000,
        "a = " + "[" * 8000,
    ],
)
def test_broken_presets_are_refused(text: str) -> None:
    """Whatever is wrong, the refusal names it and gives a hint."""
    with pytest.raises(InvalidRequestError) as caught:
        read_preset(text)
    assert caught.value.code in {"formal.invalid", "formal.sieve"}
    assert caught.value.hint
