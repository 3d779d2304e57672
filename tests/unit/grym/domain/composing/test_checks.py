"""Musical checks, each on a score that passes and on scores that fail it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grym.domain.composing.checks import entropy_bits, score_checks
from grym.domain.composing.compose import compose
from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Note, Score, Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.quality.check import Check


def _checks(score: Score, plan: Plan) -> dict[str, Check]:
    return {check.name: check for check in score_checks(score, plan)}


def _melody(score: Score, notes: list[Note]) -> Score:
    return replace(score, parts=(replace(score.parts[0], notes=tuple(notes)), *score.parts[1:]))


def _failed(score: Score, plan: Plan) -> set[str]:
    return {name for name, check in _checks(score, plan).items() if not check.passed}


def test_the_scale_passes(scale_score: Score, scale_plan: Plan) -> None:
    """A scale over a full cadence passes every check, and passed checks advise nothing."""
    checks = _checks(scale_score, scale_plan)
    assert _failed(scale_score, scale_plan) == set()
    assert checks["music.in_key"].value == 1.0
    assert checks["music.length"].value == 4.0
    assert checks["music.tempo"].value == 120.0
    assert checks["music.density"].value == pytest.approx(7 / 4)
    assert {check.advice for check in checks.values()} == {""}


def test_random_pitches_are_out_of_key(scale_score: Score, scale_plan: Plan) -> None:
    """Uniformly drawn pitches fail, and the advice says what to lower."""
    rng = np.random.default_rng(1)
    notes = [
        Note(start_ticks=120 * at, duration_ticks=120, midi_pitch=int(rng.integers(48, 84)), velocity=80)
        for at in range(32)
    ]
    check = _checks(_melody(scale_score, notes), scale_plan)["music.in_key"]
    assert not check.passed
    assert check.value is not None
    assert check.value < 0.85
    assert "complexity" in check.advice


def test_another_key_is_out_of_key(scale_score: Score, scale_plan: Plan) -> None:
    """C major does not pass for F sharp major, although its own chords explain every note."""
    assert "music.in_key" in _failed(scale_score, replace(scale_plan, tonality=Tonality(tonic=6, mode="major")))


def test_drones_and_patterns_are_monotonous(scale_score: Score, scale_plan: Plan) -> None:
    """One tone, two tones in turn, and one bar for ever all fail."""

    def repeated(pitches: tuple[int, ...]) -> Score:
        notes = [
            Note(start_ticks=240 * at, duration_ticks=240, midi_pitch=pitches[at % len(pitches)], velocity=80)
            for at in range(64)
        ]
        return replace(_melody(scale_score, notes), length_ticks=64 * 240)

    for pitches in ((60,), (60, 64), (60, 62, 64, 65, 67, 65, 64, 62)):
        assert "music.not_monotonous" in _failed(repeated(pitches), scale_plan), pitches


def test_wrong_length_fails(scale_score: Score, scale_plan: Plan) -> None:
    """Four seconds are not five, and a piece that falls silent before its last bar is too short."""
    assert "music.length" in _failed(scale_score, replace(scale_plan, seconds=5.0))
    silent = replace(scale_score, parts=tuple(replace(part, notes=part.notes[:1]) for part in scale_score.parts))
    silent = replace(silent, parts=(replace(silent.parts[0], notes=silent.parts[0].notes[:1]),))
    assert "music.length" in _failed(silent, scale_plan)


def test_wrong_tempo_fails(scale_score: Score, scale_plan: Plan) -> None:
    """Another tempo fails, and so do notes that keep to no grid."""
    assert "music.tempo" in _failed(scale_score, replace(scale_plan, tempo_bpm=100.0))
    loose = [
        replace(note, start_ticks=note.start_ticks + 37 * at) for at, note in enumerate(scale_score.parts[0].notes)
    ]
    score = replace(_melody(scale_score, loose), parts=(replace(scale_score.parts[0], notes=tuple(loose)),))
    check = _checks(score, scale_plan)["music.tempo"]
    assert (check.passed, check.value) == (False, None)


def test_open_ends_fail(scale_score: Score, scale_plan: Plan) -> None:
    """Ending on the dominant, on a short note or on the leading tone is no cadence."""
    melody = list(scale_score.parts[0].notes)
    on_leading_tone = _melody(scale_score, [*melody[:-1], replace(melody[-1], midi_pitch=71)])
    short = _melody(scale_score, [*melody[:-1], replace(melody[-1], duration_ticks=120)])
    dominant = replace(scale_score, chords=scale_score.chords[:-1])
    static = replace(scale_score, chords=scale_score.chords[:1] + scale_score.chords[-1:])
    for score in (on_leading_tone, short, dominant, static):
        assert "music.ends_on_cadence" in _failed(score, scale_plan)


def test_notes_out_of_range_fail(scale_score: Score, scale_plan: Plan) -> None:
    """A piano melody three octaves up leaves the keys that are comfortable."""
    high = [replace(note, midi_pitch=note.midi_pitch + 36) for note in scale_score.parts[0].notes]
    assert "music.range" in _failed(_melody(scale_score, high), scale_plan)


def test_density_has_two_ends(scale_score: Score, scale_plan: Plan) -> None:
    """One note in eight seconds is too few, sixteen a second too many; the advice points the right way."""
    one = replace(_melody(scale_score, [scale_score.parts[0].notes[0]]), tempo_bpm=30.0)
    one = replace(one, parts=one.parts[:1])
    many = [Note(start_ticks=60 * at, duration_ticks=60, midi_pitch=60 + at % 12, velocity=80) for at in range(64)]
    assert _checks(one, scale_plan)["music.density"].advice == "Raise density."
    assert _checks(_melody(scale_score, many), scale_plan)["music.density"].advice == "Lower density."


def test_long_silences_fail(scale_score: Score, scale_plan: Plan) -> None:
    """Five seconds in which nobody plays are a gap."""
    late = [replace(note, start_ticks=note.start_ticks + 5 * 960) for note in scale_score.parts[0].notes]
    score = replace(scale_score, parts=(replace(scale_score.parts[0], notes=tuple(late)),), length_ticks=3840 + 4800)
    assert "music.no_gaps" in _failed(score, scale_plan)


def test_an_empty_score_fails_without_breaking(scale_score: Score, scale_plan: Plan) -> None:
    """Nothing at all passes nothing that needs notes."""
    assert {"music.in_key", "music.tempo", "music.not_monotonous", "music.ends_on_cadence", "music.range"} <= _failed(
        replace(scale_score, parts=(), chords=()), scale_plan
    )


def test_entropy() -> None:
    """Four equally frequent values have two bits, a constant none."""
    assert entropy_bits("abcd" * 5) == pytest.approx(2.0)
    assert entropy_bits("aaaa") == pytest.approx(0.0)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_composed_pieces_pass(planned: Callable[..., Plan], style: str) -> None:
    """What the composer writes passes its own checks in every style."""
    failed: list[str] = []
    for seed in range(4):
        plan = planned("a piece", style=style, seed=seed)
        failed += _failed(compose(plan, seed=seed), plan)
    assert failed == []


def test_a_loop_needs_no_cadence(planned: Callable[..., Plan]) -> None:
    """It leads on to its own start, so nobody asks how it ends; everything else holds."""
    for seed in range(4):
        plan = planned("an 8-bar lo-fi loop in E minor at 78 bpm", seed=seed)
        assert set(_failed(compose(plan, seed=seed), plan)) <= {"music.not_monotonous"}


def test_long_pieces_are_compared_by_the_minute() -> None:
    """Five minutes repeat more than half a minute and still pass; one bar repeated for five minutes does not."""
    made = plan(Wish(prompt="epic cinematic orchestra", seconds=300.0), seed=1)
    score = compose(made, seed=1)
    assert "music.not_monotonous" not in _failed(score, made)
    melody = next(part for part in score.parts if part.role == "melody")
    bar_ticks = score.metre.bar_ticks
    first = [note for note in melody.notes if note.start_ticks < bar_ticks]
    loop = [
        replace(note, start_ticks=note.start_ticks + at)
        for at in range(0, score.length_ticks, bar_ticks)
        for note in first
    ]
    looped = replace(score, parts=(replace(melody, notes=tuple(loop)),))
    assert "music.not_monotonous" in _failed(looped, made)


def test_laws_of_formal_music_stand_in_for_key_and_cadence(scale_score: Score, scale_plan: Plan) -> None:
    """Where a law writes pitches, no key is asked for and no cadence; all else is measured as ever."""
    law = FormalChoice(generator="sieve", law="5@0", target="pitch")
    plan = replace(scale_plan, tonality=Tonality(tonic=6, mode="major"), formal=(law,))
    names = {check.name: check.passed for check in score_checks(scale_score, plan)}
    assert names["music.in_key"]
    assert "music.ends_on_cadence" not in names
    assert "music.tempo" in names
