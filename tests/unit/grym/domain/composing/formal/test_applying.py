"""Laws at work on a score."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.domain.composing.compose import compose
from grym.domain.composing.formal.applying import formalised
from grym.domain.composing.formal.choice import ROLES, TARGETS, FormalChoice
from grym.domain.composing.formal.sieve import read_sieve
from grym.domain.composing.instruments import voice_of_program
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan as make_plan
from grym.domain.composing.score import Part, Score

_LAWS = [
    ("stochastic", "cauchy"),
    ("sieve", "3@0 | 7@1"),
    ("cellular", "rule 30"),
    ("cellular", "life"),
    ("game", "scissors nash"),
    ("set", "0 1 4 6 T3 I0 R"),
]


@pytest.fixture(scope="module")
def piece() -> tuple[Plan, Score]:
    """A pop song with drums, and its plan."""
    plan = make_plan(Wish(prompt="an upbeat pop song", seconds=24.0), seed=4)
    return plan, compose(plan, seed=4)


def _obey(score: Score, plan: Plan, **law: object) -> Score:
    choice = FormalChoice(**{"generator": "sieve", "law": "2@0", "target": "pitch", **law})  # type: ignore[arg-type]
    return formalised(score, replace(plan, formal=(choice,)), seed=1)


def _notes(score: Score, part: int = 0) -> list[tuple[int, int, int]]:
    return [(note.start_ticks, note.duration_ticks, note.midi_pitch) for note in score.parts[part].notes]


def test_without_laws_a_score_stays(scale_score: Score, scale_plan: Plan) -> None:
    """No law, no change."""
    assert formalised(scale_score, scale_plan, seed=1) is scale_score


def test_a_sieve_lets_only_its_members_sound(scale_score: Score, scale_plan: Plan) -> None:
    """C E G B and their like: each note of a scale moves to the nearest member, the lower of two."""
    bent = _obey(scale_score, scale_plan, law="12@0 | 12@4 | 12@7")
    assert [pitch for _, _, pitch in _notes(bent)] == [60, 60, 64, 64, 67, 72, 72]
    assert bent.parts[1] == scale_score.parts[1]


def test_a_row_gives_its_pitch_classes_in_order(scale_score: Score, scale_plan: Plan) -> None:
    """Note by note, in the octave that is nearest; the retrograde comes backwards."""
    bent = _obey(scale_score, scale_plan, generator="set", law="0 1 6 R")
    assert [pitch % 12 for _, _, pitch in _notes(bent)] == [0, 1, 6, 6, 1, 0, 0]


def test_a_sieve_opens_sixteenths(scale_score: Score, scale_plan: Plan) -> None:
    """Quarters on a sieve of period three begin at its next member, and end where they ended."""
    bent = _obey(scale_score, scale_plan, target="rhythm", law="3@0")
    starts = [(start // 120, (start + length) // 120) for start, length, _ in _notes(bent)]
    assert starts == [(0, 4), (6, 8), (9, 12), (12, 16), (18, 20), (21, 24), (24, 32)]


def test_time_ranges_hold(scale_score: Score, scale_plan: Plan) -> None:
    """A law of the second half leaves the first as it was."""
    bent = _obey(scale_score, scale_plan, law="12@6", start=0.5)
    assert _notes(bent)[:4] == _notes(scale_score)[:4]
    assert {pitch % 12 for _, _, pitch in _notes(bent)[4:]} == {6}


@pytest.mark.parametrize(
    ("target", "low", "measure"),
    [
        ("dynamics", 0.0, lambda part: sum(note.velocity for note in part.notes) / len(part.notes)),
        ("density", 0.0, lambda part: len(part.notes)),
        ("duration", 0.0, lambda part: sum(note.duration_ticks + note.ring_ticks for note in part.notes)),
        ("articulation", 0.0, lambda part: sum(note.ring_ticks for note in part.notes)),
        ("register", 0.0, lambda part: sum(note.midi_pitch for note in part.notes)),
        ("pitch", 0.0, lambda part: sum(note.midi_pitch for note in part.notes)),
    ],
)
def test_low_values_and_high_values_pull_apart(
    piece: tuple[Plan, Score], target: str, low: float, measure: Callable[[Part], float]
) -> None:
    """What a law writes is less at 0, as it was at a half, and more at 1."""
    plan, score = piece
    values = [
        measure(_obey(score, plan, generator="stochastic", law="uniform", target=target, low=at, high=at).parts[0])
        for at in (low, 0.5, 1.0)
    ]
    assert values[0] < values[1] < values[2]
    if target != "articulation":
        assert values[1] == pytest.approx(measure(score.parts[0]), rel=0.02)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    choice=st.builds(
        lambda law, **rest: FormalChoice(generator=law[0], law=law[1], roles=ROLES, **rest),  # type: ignore[arg-type]
        st.sampled_from(_LAWS),
        target=st.sampled_from(TARGETS),
        amount=st.floats(0, 1),
        step_beats=st.sampled_from([0.25, 1.0, 4.0]),
    ),
    seed=st.integers(0, 99),
)
def test_scores_stay_playable(piece: tuple[Plan, Score], choice: FormalChoice, seed: int) -> None:
    """Whatever the law: notes in order within the piece and the instrument, and the same seed gives the same score."""
    plan, score = piece
    bent = formalised(score, replace(plan, formal=(choice,)), seed=seed)
    assert bent == formalised(score, replace(plan, formal=(choice,)), seed=seed)
    for part, before in zip(bent.parts, score.parts, strict=True):
        keys = [(note.start_ticks, note.midi_pitch) for note in part.notes]
        assert keys == sorted(set(keys))
        assert all(note.duration_ticks >= 1 and note.end_ticks <= score.length_ticks for note in part.notes)
        assert all(1 <= note.velocity <= 127 for note in part.notes)
        if not part.percussion:
            voice = voice_of_program(part.program, percussion=False)
            known = {note.midi_pitch for note in before.notes}
            assert all(voice.low <= note.midi_pitch <= voice.high or note.midi_pitch in known for note in part.notes)


def test_sieves_and_styles_go_together() -> None:
    """A plan with a law is composed in its style, and its melody keeps to the sieve."""
    choice = FormalChoice(generator="sieve", law="5@0 | 7@2", target="pitch")
    made = make_plan(Wish(prompt="a waltz", seconds=20.0, formal=(choice,)), seed=2)
    score = compose(made, seed=2)
    melody = next(part for part in score.parts if part.role == "melody")
    assert made.formal == (choice,)
    assert all(note.midi_pitch in read_sieve(choice.law) for note in melody.notes)
