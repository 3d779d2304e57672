"""Advice fills in what a sentence leaves open, within bounds, and never more."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.composing.advice import (
    MAX_TITLE_CHARACTERS,
    SECTION_NAMES,
    Advice,
    filled,
    fitted,
    require_known,
    told_title,
)
from grym.domain.composing.choices import PARAMETERS
from grym.domain.composing.compose import compose
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.plan import SectionPlan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reading import read
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.vocabulary import MOODS
from grym.errors import InvalidRequestError

ADVICE = Advice(
    title="Tin Roof",
    style="nocturne",
    mood="sad",
    tempo_bpm=72.0,
    tonality=Tonality(tonic=4, mode="minor"),
    metre=Metre(beats=3, unit=4),
    instruments=("piano", "cello"),
    parameters={"density": 0.31},
)
SECTIONS = st.lists(
    st.builds(
        SectionPlan,
        name=st.sampled_from(SECTION_NAMES),
        bars=st.integers(1, 200),
        intensity=st.floats(0, 1),
    ),
    min_size=1,
    max_size=16,
)
ADVICES = st.builds(
    Advice,
    title=st.text(max_size=200),
    style=st.sampled_from(["", *STYLES]),
    mood=st.sampled_from(["", *MOODS]),
    tempo_bpm=st.none() | st.floats(30, 260),
    tonality=st.none()
    | st.builds(Tonality, tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor", "dorian"])),
    metre=st.none() | st.builds(Metre, beats=st.integers(2, 7), unit=st.sampled_from([4, 8])),
    sections=SECTIONS.map(tuple),
    instruments=st.lists(st.sampled_from(sorted(VOICES)), max_size=8, unique=True).map(tuple),
    parameters=st.dictionaries(st.sampled_from(PARAMETERS), st.floats(0, 1)),
)


def test_an_open_sentence_is_filled() -> None:
    """What nobody said is the adviser's."""
    reading = filled(read("what a wet sunday sounds like"), ADVICE)
    assert (reading.words["style"], reading.words["mood"]) == (("nocturne",), ("sad",))
    assert (reading.words["instrument"], reading.metres, reading.tempi_bpm) == (("piano", "cello"), ("3/4",), (72.0,))
    assert reading.tonalities == (Tonality(tonic=4, mode="minor"),)


@pytest.mark.parametrize(
    ("sentence", "kind", "kept"),
    [
        ("a waltz", "style", ("waltz",)),
        ("something happy", "mood", ("happy",)),
        ("for flute", "instrument", ("flute",)),
        ("an adagio", "tempo", ("adagio",)),
    ],
)
def test_words_of_the_sentence_win(sentence: str, kind: str, kept: tuple[str, ...]) -> None:
    """Each kind of word counts for itself."""
    assert filled(read(sentence), ADVICE).words[kind] == kept


def test_words_about_tempo_keep_advice_away() -> None:
    """A slow piece leaves the number to the rules, and so does one that is not slow."""
    assert filled(read("something slow"), ADVICE).tempi_bpm == ()
    assert filled(read("something that is not slow"), ADVICE).tempi_bpm == ()


def test_a_mode_that_was_asked_for_stays() -> None:
    """The tonic alone is taken."""
    assert filled(read("a piece in a major key"), ADVICE).tonalities == (Tonality(tonic=4, mode="major"),)


def test_what_is_refused_is_not_advised() -> None:
    """Neither players nor moods nor styles, nor company for a soloist."""
    words = filled(read("not sad, without cello, no nocturne"), ADVICE).words
    assert words.get("instrument") == ("piano",)
    assert "mood" not in words
    assert "style" not in words
    assert "instrument" not in filled(read("unaccompanied"), ADVICE).words


def test_without_advice_a_sentence_is_as_it_was() -> None:
    """And a plan too."""
    assert filled(read("a waltz"), None) == read("a waltz")


def test_learned_parameters_win() -> None:
    """What ratings taught counts more than what a model thinks, and words of character too."""
    wish = Wish(prompt="what a wet sunday sounds like", seconds=20.0)
    assert plan(wish, seed=1, advice=ADVICE).parameters["density"] == 0.31
    assert plan(wish, seed=1, parameters={"density": 0.8}, advice=ADVICE).parameters["density"] == 0.8
    said = replace(wish, prompt="something sparse")
    assert plan(said, seed=1, advice=ADVICE).parameters["density"] == plan(said, seed=1).parameters["density"]


@settings(max_examples=40, deadline=None)
@given(advice=ADVICES, seconds=st.floats(4, 60), seed=st.integers(0, 99))
def test_any_advice_within_bounds_gives_a_piece(advice: Advice, seconds: float, seed: int) -> None:
    """It can be composed, lasts as long as was asked for, and has the sections in their order."""
    require_known(advice)
    wish = Wish(prompt="what a wet sunday sounds like", seconds=seconds)
    made = plan(wish, seed=seed, advice=advice)
    assert sum(section.bars for section in made.sections) == sum(
        section.bars for section in plan(wish, seed=seed, advice=replace(advice, sections=())).sections
    )
    assert compose(made, seed=seed).parts


@given(sections=SECTIONS, bars=st.integers(1, 400))
def test_sections_fill_the_bars(sections: list[SectionPlan], bars: int) -> None:
    """Exactly, with at least one each, in their order, and a theme before its variations."""
    made = fitted(sections, bars)
    names = [section.name for section in made]
    assert sum(section.bars for section in made) == bars
    assert all(section.bars >= 1 for section in made)
    assert len(made) == min(len(sections), bars)
    assert "variation" not in names or names.index("theme") < names.index("variation")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Tin Roof", "Tin Roof"),
        ("A Sad Nocturne", "A Sad Nocturne"),
        ("For Alice", ""),
        ("Alices Song", ""),
        ("two\nlines\x00 and\ta tab", "two lines and a tab"),
        ("x" * 500, "x" * MAX_TITLE_CHARACTERS),
        ("", ""),
    ],
)
def test_a_title_tells_nothing_of_the_sentence(title: str, told: str) -> None:
    """Plans travel, sentences are private: of these only words of music may return."""
    assert told_title(title, prompt="a sad nocturne for Alice") == told


@pytest.mark.parametrize(
    "advice",
    [
        replace(ADVICE, style="polka-core"),
        replace(ADVICE, mood="hangry"),
        replace(ADVICE, instruments=("piano", "doomhorn")),
        replace(ADVICE, tempo_bpm=float("nan")),
        replace(ADVICE, tempo_bpm=1e9),
        replace(ADVICE, parameters={"density": float("inf")}),
        replace(ADVICE, parameters={"volume": 0.5}),
        replace(ADVICE, sections=(SectionPlan(name="drop", bars=4, intensity=0.5),)),
        replace(ADVICE, sections=(SectionPlan(name="A", bars=4, intensity=-1.0),)),
        replace(ADVICE, instruments=("piano",) * 9),
    ],
)
def test_advice_out_of_bounds_is_refused(advice: Advice) -> None:
    """With what there is to choose from."""
    with pytest.raises(InvalidRequestError) as caught:
        require_known(advice)
    assert caught.value.code in {"advice.unknown", "advice.bounds"}
    assert caught.value.hint
