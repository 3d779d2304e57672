"""Phrases before they have pitches."""

from collections.abc import Callable

import pytest

from grym.domain.composing.form import passages
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.phrase import TEMPLATES, Ideas, MelodyContext, draft_phrase
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.styles import STYLES

Planned = Callable[..., Plan]


def _context(plan: Plan, *, motifs: tuple[Motif, ...] = ()) -> MelodyContext:
    return MelodyContext(
        plan=plan, style=STYLES[plan.style], voice=VOICES["piano"], identity="test", seed=1, motifs=motifs
    )


def test_templates_have_as_many_bars_as_they_say() -> None:
    """A template names one idea a bar and ends in the cadence."""
    assert all(len(t.split()) == bars and t.endswith("/") for bars, rows in TEMPLATES.items() for _, t in rows)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_notes_keep_to_their_phrase(planned: Planned, style: str) -> None:
    """Drafted notes follow one another inside their phrase."""
    plan = planned("a piece", style=style, seconds=60.0)
    context = _context(plan)
    steps = bar_steps(plan.metre)
    for passage in passages(plan.sections):
        for index, bars in enumerate(passage.phrases):
            start = sum(passage.phrases[:index]) * steps
            notes = list(draft_phrase(passage, index, Ideas(passage.name, context), context))
            ends = [start, *(note.start_steps + note.length_steps for note in notes)]
            assert all(note.start_steps >= end for note, end in zip(notes, ends, strict=False))
            assert ends[-1] <= start + bars * steps
            assert sum(note.arrival for note in notes) == 1


def test_the_last_note_fills_the_last_bar(planned: Planned) -> None:
    """A piece ends on one long note."""
    plan = planned("a waltz")
    context = _context(plan)
    last = passages(plan.sections)[-1]
    final = list(draft_phrase(last, len(last.phrases) - 1, Ideas(last.name, context), context))[-1]
    assert final.arrival
    assert final.length_steps == bar_steps(plan.metre)


def test_remembered_motifs_become_ideas(planned: Planned) -> None:
    """The first remembered motif is the first idea of A, the second that of B."""
    motifs = (
        Motif(intervals=(2, 2), durations_beats=(1.0, 1.0, 1.0)),
        Motif(intervals=(-5,), durations_beats=(2.0, 1.0)),
    )
    context = _context(planned("a waltz"), motifs=motifs)
    assert Ideas("A", context).get("a").lengths == (4, 4, 4)
    assert Ideas("B", context).get("a").steps == (-3,)
