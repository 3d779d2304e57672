"""Wishes that refer back take over what they leave open, and nothing else."""

from dataclasses import replace

import pytest

from grym.domain.composing.plan import LastPiece, Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.referring import left_open, refers_back
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES

LAST = LastPiece(
    request_id="r1",
    title="Waltz in D minor, Op. 7 No. 1",
    style="waltz",
    mood="sad",
    tempo_bpm=100.0,
    metre=Metre(beats=3, unit=4),
    tonality=Tonality(tonic=2, mode="minor"),
    seconds=30.0,
    parameters={"density": 0.5, "brightness": 0.4, "complexity": 0.6, "swing": 0.0, "dynamics": 0.5, "humanise": 0.5},
)


def after(prompt: str, *, last: LastPiece | None = LAST, seed: int = 3, **rest: object) -> Plan:
    """Return the plan of a sentence that follows the last piece."""
    return plan(Wish(prompt=prompt, last=last, **rest), seed=seed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "prompt",
    [
        "another one",
        "Another one, please!",
        "one more",
        "like the last one",
        "like the last one, but slower",
        "same again",
        "the same, but brighter",
        "something like my previous piece",
        "as before",
        "noch eins",
        "noch eins, aber schneller",
        "Wie das letzte, nur langsamer",
        "nochmal",
        "das gleiche nochmal",
        "so wie zuletzt",
    ],
)
def test_sentences_that_refer_back(prompt: str) -> None:
    """In English and German."""
    assert refers_back(prompt)
    made = after(prompt)
    assert (made.style, made.metre, made.mood) == ("waltz", Metre(beats=3, unit=4), "sad")


@pytest.mark.parametrize(
    "prompt",
    [
        "a calm piano nocturne",
        "a last waltz",
        "music for the last day of summer",
        "a piece with one more bar",
        "the same chord for ever",
        "another world, dreamy ambient",
        "ein letzter Walzer",
    ],
)
def test_sentences_that_do_not(prompt: str) -> None:
    """Words that only look alike change nothing: the plan is the one without a last piece."""
    assert not refers_back(prompt)
    assert after(prompt) == after(prompt, last=None)


def test_everything_left_open_is_taken_over() -> None:
    """Style, key, metre, tempo, mood and parameters; the music is another one by its own seed."""
    made = after("another one")
    assert (made.tonality, made.tempo_bpm, made.parameters) == (LAST.tonality, 100.0, LAST.parameters)
    assert made.notes[0] == "Like the last piece: waltz in D minor, 100 bpm."
    assert made.title != after("another one", seed=4).title


@pytest.mark.parametrize(
    ("prompt", "tempo_bpm"),
    [
        ("like the last one, but slower", 80.0),
        ("wie das letzte, aber langsamer", 80.0),
        ("another one, faster", 125.0),
        ("noch eins, aber schneller", 125.0),
        ("another one at 70 bpm", 70.0),
    ],
)
def test_tempo_is_moved_or_named(prompt: str, tempo_bpm: float) -> None:
    """Comparatives start from the last piece; a number counts as it is."""
    assert after(prompt).tempo_bpm == tempo_bpm


@pytest.mark.parametrize(
    ("prompt", "tonality"),
    [
        ("like the last one, but in G major", Tonality(tonic=7, mode="major")),
        ("the same, but in major", Tonality(tonic=2, mode="major")),
        ("wie das letzte, aber in Dur", Tonality(tonic=2, mode="major")),
        ("another one", Tonality(tonic=2, mode="minor")),
    ],
)
def test_the_key_is_kept_turned_or_named(prompt: str, tonality: Tonality) -> None:
    """A bare mode keeps the tonic."""
    assert after(prompt).tonality == tonality


def test_what_is_named_wins() -> None:
    """Another style, mood or metre, by words or explicitly."""
    assert after("like the last one, but as a march").style == "march"
    assert after("another one, happy").mood == "happy"
    assert after("another one", style="jazz", key="F major").style == "jazz"
    assert after("another one", key="F major").tonality == Tonality(tonic=5, mode="major")


def test_a_style_that_was_brought_along_is_taken_over() -> None:
    """Its definition goes with the name, unless another style is named."""
    own = replace(STYLES["waltz"], name="ländler")
    last = replace(LAST, style="ländler", definition=own)
    assert after("another one", last=last).definition == own
    assert after("like the last one, but as a march", last=last).definition is None


def test_comparatives_move_parameters() -> None:
    """From the last piece's values, within bounds, and it is said."""
    made = after("another one, but brighter and simpler")
    assert made.parameters["brightness"] == pytest.approx(0.6)
    assert made.parameters["complexity"] == pytest.approx(0.35)
    assert "less complexity, more brightness" in made.notes[0]
    full = replace(LAST, parameters={**LAST.parameters, "brightness": 0.95})
    assert after("noch eins, heller", last=full).parameters["brightness"] == 1.0


def test_learned_parameters_win_over_the_last_piece() -> None:
    """What ratings taught since then counts."""
    made = plan(Wish(prompt="another one", last=LAST), seed=1, parameters={"density": 0.9})
    assert (made.parameters["density"], made.parameters["brightness"]) == (0.9, 0.4)


def test_without_a_last_piece_it_is_said() -> None:
    """And the piece is planned like any other."""
    made = after("another one", last=None)
    assert any("No last piece" in note for note in made.notes)


def test_what_is_left_open() -> None:
    """Which of style and mode the coordinator takes from the last piece."""
    assert left_open(Wish(prompt="another one")) == {"style", "mode"}
    assert left_open(Wish(prompt="another waltz like the last one")) == {"mode"}
    assert left_open(Wish(prompt="noch eins in Moll")) == {"style"}
    assert left_open(Wish(prompt="another one", style="jazz", key="C major")) == frozenset()
