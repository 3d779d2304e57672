"""Planning wishes."""

from collections.abc import Callable

import pytest

from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.planner import plan, validate_wish
from grym.domain.composing.styles import STYLES
from grym.errors import InvalidRequestError

Planned = Callable[..., Plan]


def test_the_readme_wish(planned: Planned) -> None:
    """A calm piano nocturne in D minor at 70 BPM is planned as said."""
    made = planned("a calm piano nocturne in D minor, 70 bpm", seed=7)
    assert (made.style, made.mood, made.tempo_bpm, str(made.tonality)) == ("nocturne", "calm", 70.0, "D minor")
    assert {one.name for one in made.instruments} == {"piano"}
    assert made.notes == ()


def test_equal_wishes_make_equal_plans(planned: Planned) -> None:
    """Planning is deterministic, and another seed plans otherwise."""
    assert planned("a waltz", seed=3) == planned("a waltz", seed=3)
    assert planned("a waltz", seed=3).title != planned("a waltz", seed=4).title


def test_explicit_values_win(planned: Planned) -> None:
    """What is said explicitly beats the words."""
    made = planned("slow jazz in C major, 4/4", tempo_bpm=200.0, key="F# minor", metre="3/4", style="techno")
    assert (made.style, made.tempo_bpm, str(made.tonality), str(made.metre)) == ("techno", 200.0, "F# minor", "3/4")


@pytest.mark.parametrize(
    ("prompt", "part"),
    [
        ("fast and slow", "took slow"),
        ("happy and sad folk", "took happy"),
        ("techno chorale", "took techno"),
        ("in G minor or C major", "took the first"),
        ("3/4 and 6/8 folk", "took 3/4"),
        ("90 bpm and 120 bpm rock", "took the first"),
        ("a waltz for purple elephants", "vocabulary"),
        ("rock with no melody", "keeps one"),
    ],
)
def test_contradictions_are_stated(planned: Planned, prompt: str, part: str) -> None:
    """Whatever cannot be had to the letter is said in the notes."""
    assert any(part in note for note in planned(prompt).notes)


def test_a_length_of_the_request_wins_and_says_so() -> None:
    """Seconds asked for beside the sentence count, and the other length is named."""
    made = plan(Wish(prompt="a waltz for 120 seconds", seconds=30.0), seed=1)
    assert made.seconds == 30.0
    assert any("length of the request" in note for note in made.notes)


def test_notes_repeat_no_private_word(planned: Planned) -> None:
    """Unknown words of the sentence are counted, not quoted."""
    made = planned("a waltz for Josephine, who loves fast and slow")
    assert "josephine" not in " ".join((*made.notes, made.title)).lower()


@pytest.mark.parametrize(
    ("prompt", "absent"),
    [("rock without drums", "drums"), ("jazz, no bass", "bass"), ("solo piano", "bass"), ("drumless techno", "drums")],
)
def test_refused_roles_are_absent(planned: Planned, prompt: str, absent: str) -> None:
    """Who is not wanted does not play."""
    assert absent not in {one.role for one in planned(prompt).instruments}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(prompt="  "), "request.prompt_empty"),
        (Wish(prompt="x" * 4001), "request.prompt_too_long"),
        (Wish(prompt="a", seconds=0), "request.seconds"),
        (Wish(prompt="a", seconds=-1), "request.seconds"),
        (Wish(prompt="a", seconds=1e308), "request.seconds"),
        (Wish(prompt="a", seconds=float("nan")), "request.seconds"),
        (Wish(prompt="a", tempo_bpm=0), "request.tempo"),
        (Wish(prompt="a", tempo_bpm=float("inf")), "request.tempo"),
        (Wish(prompt="a song at 9999 bpm"), "request.tempo"),
        (Wish(prompt="a", key="H minor"), "request.key"),
        (Wish(prompt="a", metre="13/17"), "request.metre"),
        (Wish(prompt="a song in 4/5"), "request.metre"),
    ],
)
def test_impossible_wishes_are_refused(wish: Wish, code: str) -> None:
    """Impossible wishes are refused by code, with a hint, before anything is planned."""
    for refuse in (lambda: validate_wish(wish), lambda: plan(wish, seed=1)):
        with pytest.raises(InvalidRequestError) as refusal:
            refuse()
        assert refusal.value.code == code
        assert refusal.value.hint


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("seconds", [4.0, 30.0, 600.0])
def test_every_style_fills_every_length(planned: Planned, style: str, seconds: float) -> None:
    """Bars come within five per cent of the wish in every style."""
    made = planned("a piece", style=style, seconds=seconds)
    bar_s = made.metre.beats * 4 / made.metre.unit * 60 / made.tempo_bpm
    assert made.style == style
    assert abs(sum(section.bars for section in made.sections) * bar_s / seconds - 1) <= 0.05


def test_parameters_replace_those_of_the_style() -> None:
    """Learned parameters count, are clipped, and unknown ones are named."""
    made = plan(Wish(prompt="a waltz"), seed=1, parameters={"density": 0.9, "dynamics": 7.0, "glitter": 1.0})
    assert (made.parameters["density"], made.parameters["dynamics"]) == (0.9, 1.0)
    assert any("glitter" in note for note in made.notes)


def test_moods_move_tempo_and_mode(planned: Planned) -> None:
    """Sad music is slower and minor, happy music faster and major."""
    sad, happy = planned("a sad waltz"), planned("a happy waltz")
    assert (sad.tonality.mode, happy.tonality.mode) == ("minor", "major")
    assert sad.tempo_bpm < happy.tempo_bpm


def test_remembered_motifs_are_named() -> None:
    """A plan says that it builds on memory."""
    motif = Motif(intervals=(2, 2), durations_beats=(1.0, 1.0, 2.0))
    assert "Builds on 1 remembered motif." in plan(Wish(prompt="a waltz"), seed=1, motifs=(motif,)).notes


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    """A style asked for by name is never replaced silently."""
    with pytest.raises(InvalidRequestError) as caught:
        plan(Wish(prompt="a piece", style="polka-metal"), seed=1)
    assert caught.value.code == "request.style"
    assert "nocturne" in caught.value.hint


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a waltz in 4/4", "A waltz has three beats"),
        ("a slow piece at 200 bpm", "Slow and 200 bpm"),
        ("a fast march at 40 bpm", "Fast and 40 bpm"),
        ("solo piano with drums", "A soloist and others"),
        ("rock with drums and no drums", "With drums and without"),
        ("ein Marsch mit Trompete, ohne Trompete", "With trumpet and without"),
    ],
)
def test_what_numbers_overrule_is_said(prompt: str, words: str) -> None:
    """A contradiction is resolved, and the choice is stated."""
    assert any(note.startswith(words) for note in plan(Wish(prompt=prompt), seed=1).notes)


@pytest.mark.parametrize("prompt", ["a waltz", "a slow waltz at 70 bpm", "a fast march", "a solo piano nocturne"])
def test_what_agrees_is_not_said(prompt: str) -> None:
    """Without a contradiction there is nothing to state."""
    assert not any("asked" in note for note in plan(Wish(prompt=prompt), seed=1).notes)
