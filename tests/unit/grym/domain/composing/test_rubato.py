"""Expressive timing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.form import passages
from grym.domain.composing.plan import Plan
from grym.domain.composing.rubato import rubato_of

Planned = Callable[..., Plan]


def test_phrases_lean_and_come_back(planned: Planned) -> None:
    """Inside a phrase the performance is ahead, at its edges on time."""
    plan = replace(planned("a calm piano nocturne", seconds=60.0), tempo_bpm=60.0)
    passage = passages(plan.sections)[0]
    timing = rubato_of(passage, plan)
    for start, end in zip(timing.edges_ticks, timing.edges_ticks[1:], strict=False):
        assert timing.shift(start) == 0
        assert timing.shift((start + end) // 2) < 0
        # A tenth of a second at most.
        assert timing.shift((start + end) // 2) >= -48


def test_the_end_slows(planned: Planned) -> None:
    """Over the last bars the delay grows to the last note, by one hundredth of the piece at most."""
    plan = planned("a calm piano nocturne in D minor", seconds=60.0)
    last = passages(plan.sections)[-1]
    if last.bars == 1:
        last = replace(last, start_bar=last.start_bar - 1, bars=2, phrases=(2,))
    timing = rubato_of(last, plan)
    bar = plan.metre.bar_ticks
    delays = [timing.shift(timing.last_ticks - bar + at * bar // 4) for at in range(5)]
    assert delays == sorted(delays)
    assert 0 < delays[-1] / 480 * 60 / plan.tempo_bpm <= 0.01 * plan.seconds + 0.01


@pytest.mark.parametrize("prompt", ["a swing tune", "techno", "a loop of piano"])
def test_a_pulse_is_kept(planned: Planned, prompt: str) -> None:
    """Drums, swing and loops keep strict time."""
    plan = replace(planned(prompt), loop="loop" in prompt)
    for passage in passages(plan.sections):
        assert all(rubato_of(passage, plan).shift(at) == 0 for at in range(0, 20_000, 480))


def test_the_page_stays_exact(planned: Planned) -> None:
    """Written places are on the grid whatever the performance does, and all parts are bent alike."""
    plan = replace(planned("a calm piano nocturne in D minor"), parameters={"humanise": 1.0, "dynamics": 1.0})
    score = compose(plan, seed=1)
    assert all(note.start_ticks % 60 == 0 for part in score.parts for note in part.notes)
    assert any(abs(note.onset_shift_ticks) > 12 for part in score.parts for note in part.notes)
