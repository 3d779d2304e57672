"""Plans of reworks: what is asked for wins, the source fills in the rest."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.planning import fitted, guided, require_fitting
from grym.domain.composing.reworking.source import Rework, Source
from grym.domain.composing.styles import STYLES
from grym.errors import InvalidRequestError

REFERENCE = Rework(verb="reference")


def test_a_source_fills_in_what_is_not_asked(waltz: Source) -> None:
    """Tempo, key, metre and style."""
    wish = guided(Wish(prompt="music"), waltz.facts, REFERENCE)
    assert (wish.tempo_bpm, wish.key, wish.metre, wish.style) == (150.0, "G minor", "3/4", "waltz")


def test_what_is_asked_wins(waltz: Source) -> None:
    """In numbers and, after a reference, in words."""
    wish = guided(Wish(prompt="a fast bossa in D major in 4/4", tempo_bpm=90.0), waltz.facts, REFERENCE)
    assert (wish.tempo_bpm, wish.key, wish.metre, wish.style) == (90.0, None, None, None)


@pytest.mark.parametrize(
    ("rework", "code"),
    [
        (Rework(verb="vary", first_bar=5, last_bar=999), "request.bars"),
        (Rework(verb="arrange", instruments=("kazoo",)), "request.instruments"),
    ],
)
def test_what_the_source_cannot_give_is_refused(waltz: Source, rework: Rework, code: str) -> None:
    """By code."""
    with pytest.raises(InvalidRequestError) as caught:
        require_fitting(waltz.facts, rework)
    assert caught.value.code == code


def test_only_a_reference_may_be_longer_than_a_plan(waltz: Source) -> None:
    """What is reworked must fit into one."""
    long = replace(waltz.facts, seconds=1200.0)
    require_fitting(long, REFERENCE)
    with pytest.raises(InvalidRequestError) as caught:
        require_fitting(long, Rework(verb="arrange"))
    assert caught.value.code == "score.too_long"


def test_a_plan_is_as_long_as_what_it_makes(waltz: Source, planned_for: Callable[..., Plan]) -> None:
    """So that quality can hold it to its word."""
    for rework, times in ((Rework(verb="arrange"), 1), (Rework(verb="vary"), 4)):
        plan = planned_for(waltz, rework)
        assert plan.seconds == pytest.approx(times * waltz.facts.seconds, rel=1e-3)
        assert sum(section.bars for section in plan.sections) == times * waltz.facts.bars


def test_a_guessed_style_gives_no_title(waltz: Source, planned_for: Callable[..., Plan]) -> None:
    """What was asked for is named, what was guessed is not."""
    titles = {
        "Arrangement in G minor": planned_for(waltz, Rework(verb="arrange")),
        "Harmonisation in G minor": planned_for(waltz, Rework(verb="harmonise")),
        "Waltz in G minor": planned_for(waltz, Rework(verb="arrange", styled=True), style="waltz"),
        "Jazz in G minor": planned_for(waltz, Rework(verb="arrange"), style="jazz"),
    }
    assert all(plan.title.startswith(title) for title, plan in titles.items())


def test_a_style_in_a_metre_that_is_not_its_own_is_told(waltz: Source, planned_for: Callable[..., Plan]) -> None:
    """A bossa in three is a bossa fitted to three, and its plan says so; a waltz in three says nothing."""
    bossa = planned_for(waltz, Rework(verb="arrange", styled=True), style="bossa")
    assert str(bossa.metre) == "3/4"
    assert "Bossa is in 4/4; its patterns are fitted to the source's 3/4." in bossa.notes
    assert not any("fitted" in note for note in planned_for(waltz, Rework(verb="arrange")).notes)
    assert not any("fitted" in note for note in planned_for(waltz, Rework(verb="continue"), style="bossa").notes)


def test_a_style_may_be_named_in_words(waltz: Source) -> None:
    """For those who write new parts; a piece that goes on keeps its own."""
    for verb, style in (("arrange", None), ("harmonise", None), ("continue", "waltz"), ("vary", "waltz")):
        assert guided(Wish(prompt="as a tango"), waltz.facts, Rework(verb=verb)).style == style  # type: ignore[arg-type]  # verbs


def test_a_style_made_from_a_recording_goes_with_a_reference_only(waltz: Source) -> None:
    """And gives way to a style that is asked for."""
    made = replace(STYLES["techno"], name="techno-like")
    facts = replace(waltz.facts, definition=made)
    wish = guided(Wish(prompt="music"), facts, REFERENCE)
    assert (wish.style, wish.definition) == (None, made)
    assert guided(Wish(prompt="music", style="waltz"), facts, REFERENCE).definition is None
    assert guided(Wish(prompt="music"), facts, Rework(verb="arrange")).definition is None


def test_a_brighter_recording_makes_a_higher_tune(waltz: Source) -> None:
    """Brightness moves with the octaves between the recording and its style."""
    sound = replace(waltz.facts, made_of="sound")
    dark, bright = (replace(sound, traits={"brightness_hz": hz}) for hz in (200.0, 2000.0))
    low, high = (
        fitted(plan(Wish(prompt="music"), seed=1), facts, REFERENCE).parameters["brightness"]
        for facts in (dark, bright)
    )
    assert low < 0.5 < high
