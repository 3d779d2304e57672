"""A taste moves what a wish leaves open, and is read back from what came of it."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.styles import STYLES
from grym.domain.composing.taste import (
    TASTES,
    drawn_mode,
    place_of_tempo,
    realised,
    tempo_at,
    usual_of,
)
from grym.domain.composing.theory import MINOR_MODES

NAMES = sorted(STYLES)
SHARES = st.floats(0.0, 1.0)
SEEDS = range(8)


def _made(prompt: str, learned: Mapping[str, float], *, seed: int = 3) -> Plan:
    return plan(Wish(prompt=prompt, seconds=20.0), seed=seed, parameters=learned)


def _mean(prompt: str, learned: Mapping[str, float], name: str) -> float:
    return sum(realised(_made(prompt, learned, seed=seed))[name] for seed in SEEDS) / len(SEEDS)


@pytest.mark.parametrize("style", NAMES)
def test_places_and_tempi_are_inverse(style: str) -> None:
    """The ends, the usual tempo, and every place between them."""
    known = STYLES[style]
    ends = tuple(tempo_at(known, place) for place in (0.0, 0.5, 1.0))
    assert ends == pytest.approx(known.tempo_bpm)
    for place in (0.0, 0.1, 0.5, 0.77, 1.0):
        assert place_of_tempo(known, tempo_at(known, place)) == pytest.approx(place)


@settings(max_examples=60, deadline=None)
@given(style=st.sampled_from(NAMES), low=SHARES, high=SHARES)
def test_a_greater_pace_is_never_slower(style: str, low: float, high: float) -> None:
    """Over the whole range of every style."""
    slow, fast = sorted((low, high))
    assert tempo_at(STYLES[style], slow) <= tempo_at(STYLES[style], fast) * (1 + 1e-12)


@settings(max_examples=100, deadline=None)
@given(style=st.sampled_from(NAMES), minor=SHARES, point=st.floats(0.0, 1.0, exclude_max=True))
def test_modes_are_minor_as_often_as_wished(style: str, minor: float, point: float) -> None:
    """The share of the points drawn by chance that give a minor mode is the share that was wished for."""
    assert (drawn_mode(STYLES[style].modes, minor=minor, point=point) in MINOR_MODES) == (point < minor)


@pytest.mark.parametrize("style", NAMES)
def test_every_style_follows_a_taste(style: str) -> None:
    """For slow, for minor, and for strings as far as the style has parts for them."""
    prompt = f"some {style}"
    assert _mean(prompt, {"pace": 0.0}, "pace") <= _mean(prompt, {"pace": 1.0}, "pace")
    assert (_mean(prompt, {"minor": 0.0}, "minor"), _mean(prompt, {"minor": 1.0}, "minor")) == (0.0, 1.0)
    assert _mean(prompt, {"strings": 0.6}, "strings") >= 0.5
    assert _mean(prompt, {"strings": 0.0}, "strings") <= _mean(prompt, {}, "strings")


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a slow waltz", "pace"),
        ("an allegro", "pace"),
        ("rock at 130 bpm", "pace"),
        ("a waltz, not too fast", "pace"),
        ("a waltz in D minor", "minor"),
        ("a march in Bb", "minor"),
        ("a sad march", "minor"),
        ("a piano sonata", "strings"),
        ("a waltz without strings", "strings"),
        ("a waltz with cello", "strings"),
        ("a solo flute", "strings"),
        ("a dense waltz", "density"),
        ("virtuosic, a waltz", "complexity"),
    ],
)
def test_what_is_asked_for_is_not_learned(prompt: str, name: str) -> None:
    """The plan is the same whatever was learned of it, and says that the wish decided."""
    usual = _made(prompt, {})
    assert name in usual.asked
    for value in (0.0, 1.0):
        assert _made(prompt, {name: value}) == usual


def test_numbers_of_the_request_win() -> None:
    """Tempo and key that came beside the sentence."""
    wish = Wish(prompt="a waltz", tempo_bpm=150.0, key="C major", seconds=20.0)
    made = plan(wish, seed=1, parameters={"pace": 0.0, "minor": 1.0})
    assert (made.tempo_bpm, str(made.tonality), made.asked) == (150.0, "C major", ("minor", "pace"))


def test_a_mood_keeps_its_side_of_the_usual_tempo() -> None:
    """Energetic pieces are not slow, calm ones not fast, whatever was learned."""
    usual = STYLES["classical"].tempo_bpm[1]
    slowest = min(_made("energetic classical music", {"pace": 0.0}, seed=seed).tempo_bpm for seed in SEEDS)
    fastest = max(_made("calm classical music", {"pace": 1.0}, seed=seed).tempo_bpm for seed in SEEDS)
    about = 1.17  # chance moves a tempo by 7 %, whole bars by 9 %
    assert slowest > usual / about
    assert fastest < usual * about


@pytest.mark.parametrize("style", NAMES)
def test_nothing_learned_changes_nothing(style: str) -> None:
    """The plan of a piece without taste has only the parameters it always had, and no word of learning."""
    made = _made(f"some {style}", {})
    assert not set(TASTES) & set(made.parameters)
    assert not any("ratings" in note for note in made.notes)


def test_what_was_learned_is_told() -> None:
    """With the tempo, the mode and the strings that came of it."""
    made = _made("a nocturne", {"pace": 0.0, "minor": 1.0, "strings": 0.6})
    told = next(note for note in made.notes if note.startswith("After this listener"))
    assert f"{made.tempo_bpm:g} BPM" in told
    assert "minor" in told
    assert "strings in 1 of 2 parts" in told


@pytest.mark.parametrize("style", NAMES)
def test_the_usual_piece_is_what_is_expected(style: str) -> None:
    """Every name has a default 0–1, and what chance decides lies about it."""
    usual = usual_of(_made(f"some {style}", {}), STYLES[style])
    assert set(usual.defaults) >= set(TASTES)
    assert all(0.0 <= value <= 1.0 for value in usual.defaults.values())
    pieces = [realised(_made(f"some {style}", {}, seed=seed)) for seed in range(80)]
    for name in ("minor", "strings"):
        found = sum(piece[name] for piece in pieces) / len(pieces)
        assert found == pytest.approx(usual.defaults[name], abs=0.17), name  # 80 draws: three deviations of a half


def test_what_a_wish_decides_is_told_with_its_value() -> None:
    """A slow minor piece for piano leaves none of the three open."""
    made = _made("a slow piano piece in D minor", {})
    fixed = usual_of(made, STYLES[made.style]).fixed
    assert fixed["minor"] == 1.0
    assert fixed["strings"] == 0.0
    assert fixed["pace"] < 0.5
