"""A request is judged from the notes of the answer."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from benchmarks.music.following.judging import judge
from benchmarks.music.following.requests import Request
from grym.domain.composing.score import Metre, Note, Part, Score, Tonality

ASKED = Request(
    prompt="a waltz in C major at 120 bpm in 3/4, 24 seconds, for solo violin, no drums",
    language="en",
    styles=frozenset({"waltz"}),
    tonic=0,
    mode="major",
    tempo_bpm=120.0,
    metre=(3, 4),
    seconds=24.0,
    players=("violin",),
    drums=False,
)
PLAN: Any = SimpleNamespace(style="waltz")


def _score() -> Score:
    """Return sixteen bars of a waltz in C for a violin, at 120, long notes on first beats: 24 seconds."""
    pitches = (60, 64, 67, 65, 69, 72, 67, 71, 74, 72, 67, 64)
    notes = tuple(
        Note(start_ticks=480 * at, duration_ticks=480 if at % 3 == 0 else 240, midi_pitch=pitches[at % 12], velocity=80)
        for at in range(48)
    )
    violin = Part(name="violin", role="melody", program=40, notes=notes)
    return Score(
        title="t",
        tempo_bpm=120,
        metre=Metre(beats=3, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(violin,),
        chords=(),
        sections=(),
        length_ticks=48 * 480,
    )


def test_what_was_asked_is_met() -> None:
    """Key, tempo, metre, length, player, no drums: everything is found in the notes."""
    verdict = judge(ASKED, PLAN, _score())
    assert verdict.followed, verdict.met
    assert set(verdict.met) >= {"style", "key", "tempo", "metre", "length", "players", "nobody else", "drums"}


def test_what_a_score_says_of_itself_does_not_count() -> None:
    """The same notes in another tempo, key or with another player are found out though the score claims the wish."""
    score = _score()
    up = tuple(replace(note, midi_pitch=note.midi_pitch + 2) for note in score.parts[0].notes)
    violin = score.parts[0]
    assert not judge(ASKED, PLAN, replace(score, parts=(replace(violin, notes=up),))).met["key"]
    assert not judge(ASKED, PLAN, replace(score, tempo_bpm=126.0)).met["tempo"]
    assert not judge(ASKED, PLAN, replace(score, parts=(replace(violin, program=73),))).met["players"]
    assert not judge(ASKED, PLAN, replace(score, parts=(violin, replace(violin, program=0)))).met["nobody else"]
    drums = replace(violin, percussion=True, role="drums")
    assert not judge(ASKED, PLAN, replace(score, parts=(violin, drums))).met["drums"]
    short = replace(violin, notes=violin.notes[:36])
    assert not judge(ASKED, PLAN, replace(score, parts=(short,))).met["length"]
    assert not judge(replace(ASKED, styles=frozenset({"march"})), PLAN, score).followed


def test_a_loop_has_exactly_its_bars() -> None:
    """Sixteen bars are a loop of sixteen and not one of eight."""
    loop = Request(prompt="a waltz", language="en", styles=frozenset({"waltz"}), bars=16)
    assert judge(loop, PLAN, _score()).met["bars of a loop"]
    assert not judge(replace(loop, bars=8), PLAN, _score()).met["bars of a loop"]


def test_what_is_not_asked_is_not_judged() -> None:
    """A bare wish is met by its style alone."""
    bare = Request(prompt="a waltz", language="en", styles=frozenset({"waltz"}))
    assert judge(bare, PLAN, _score()).met == {"style": True}
