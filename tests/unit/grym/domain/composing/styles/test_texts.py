"""Styles as text."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.patterns import Pattern
from grym.domain.composing.styles import STYLES
from grym.domain.composing.styles.texts import MAX_CHARACTERS, read_style, style_text
from grym.errors import InvalidRequestError

OWN = """
base = "waltz"
name = "ländler"
tempo_bpm = [100, 120, 140]
accompaniments = ["swaying"]
drums = "stomp"

[chord_patterns.swaying]
bars = { "3/4" = ["b...*...*.*."] }
short = 0.7

[drum_patterns.stomp]
kick = { "3/4" = ["X..........."] }
"low tom" = { "3/4" = ["....o...o..."] }
"""


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_style_reads_back_as_it_was_written(name: str) -> None:
    """What `styles show` prints is a style file of the same style."""
    assert read_style(style_text(STYLES[name])) == STYLES[name]


def test_a_style_takes_over_what_its_base_has() -> None:
    """What the file leaves out is the base's, its words excepted."""
    style = read_style(OWN)
    assert (style.name, style.words, style.tempo_bpm) == ("ländler", (), (100.0, 120.0, 140.0))
    assert (style.melody, style.metres) == (STYLES["waltz"].melody, ("3/4",))
    assert style.chord_patterns == {"swaying": Pattern(metres={"3/4": ("b...*...*.*.",)}, short=0.7)}
    assert set(style.drum_patterns["stomp"]) == {36, 45}
    assert read_style(style_text(style)) == style


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ('rhythm = "wobbly"', "rhythm"),
        ('melody = ["theremin"]', "melody"),
        ("melody = []", "melody"),
        ('metres = ["13/17"]', "metres"),
        ('modes = ["klingon"]', "modes"),
        ('form = "blob"', "form"),
        ("swing = 1.5", "swing"),
        ("swing = nan", "swing"),
        ('swing = "much"', "swing"),
        ("voices = 99", "voices"),
        ("voices = true", "voices"),
        ("satb = 1", "satb"),
        ("glitter = 1", "glitter"),
        ('base = "polka-metal"', "base"),
        ('major_loops = ["IV I"]', "major_loops"),
        ('major_loops = ["I H7"]', "major_loops"),
        ('accompaniments = ["nothing"]', "accompaniments"),
        ('words = "one"', "words"),
        ('name = "../../etc/passwd"', "name"),
        ('name = "\\u0007"', "name"),
    ],
)
def test_a_broken_field_is_named(change: str, field: str) -> None:
    """Whatever is wrong with a field, the error names it and says what to do."""
    broken = change.partition(" ")[0]
    lines = [line for line in style_text(STYLES["waltz"]).splitlines() if line.partition(" ")[0] != broken]
    with pytest.raises(InvalidRequestError) as refusal:
        read_style("\n".join([change, *lines]))
    assert refusal.value.code == "style.invalid"
    assert refusal.value.details["field"] == field
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        ('bars = { "3/4" = ["***"] }', "chord_patterns.mine"),
        ('bars = { "3/4" = ["XXXXXXXXXXXX"] }', "chord_patterns.mine"),
        ('bars = { "3/4" = [] }', "chord_patterns.mine"),
        ("bars = { }", "chord_patterns.mine"),
        ("bars = 7", "chord_patterns.mine"),
        ('bars = { "3/4" = ["*..........."] }\nshort = 0', "chord_patterns.mine"),
        ('bars = { "3/4" = ["*..........."] }\nlength = 0', "chord_patterns.mine"),
    ],
)
def test_a_broken_pattern_is_named(pattern: str, field: str) -> None:
    """Bars have the length of their metre and the characters of their kind."""
    with pytest.raises(InvalidRequestError) as refusal:
        read_style(f'base = "waltz"\nname = "mine"\n[chord_patterns.mine]\n{pattern}\n')
    assert refusal.value.details["field"] == field


def test_a_style_without_base_needs_its_fields() -> None:
    """The first field that is missing is named."""
    with pytest.raises(InvalidRequestError) as refusal:
        read_style('name = "bare"')
    assert refusal.value.details["field"] == "tempo_bpm"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * (MAX_CHARACTERS + 1), "style.too_large"),
        ("name = ", "style.not_toml"),
        ("a = " + "[" * 30_000, "style.not_toml"),
        ("<script>", "style.not_toml"),
    ],
)
def test_what_is_no_style_file_is_refused(text: str, code: str) -> None:
    """Hostile sizes, depths and bytes end in a typed error."""
    with pytest.raises(InvalidRequestError) as refusal:
        read_style(text)
    assert refusal.value.code == code


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but typed errors comes out of a text."""
    with suppress(InvalidRequestError):
        assert read_style(text).name


def test_hostile_numbers_of_entries_are_refused() -> None:
    """A thousand words are no style."""
    many = replace(STYLES["waltz"], words=tuple(f"w{at}" for at in range(1000)))
    with pytest.raises(InvalidRequestError) as refusal:
        read_style(style_text(many))
    assert refusal.value.details["field"] == "words"
