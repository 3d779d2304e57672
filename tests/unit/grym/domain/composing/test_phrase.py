"""Phrases before they have pitches."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.form import passages
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.phrase import CONTINUATIONS, PRESENTATIONS, TEMPLATES, Ideas, MelodyContext, draft_phrase
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.scheme import PhrasePlan, scheme_of
from grym.domain.composing.styles import STYLES

Planned = Callable[..., Plan]


def _context(plan: Plan, *, motifs: tuple[Motif, ...] = ()) -> MelodyContext:
    return MelodyContext(
        plan=plan, style=STYLES[plan.style], voice=VOICES["piano"], identity="test", seed=1, motifs=motifs
    )


def test_templates_have_as_many_bars_as_they_say() -> None:
    """A template names one idea a bar; all but those of presentations end in the cadence."""
    for table, closes in ((TEMPLATES, True), (CONTINUATIONS, True), (PRESENTATIONS, False)):
        assert all(len(t.split()) == bars for bars, rows in table.items() for _, t in rows)
        assert all(t.endswith("/") == closes for rows in table.values() for _, t in rows)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_notes_keep_to_their_phrase(planned: Planned, style: str) -> None:
    """Drafted notes follow one another inside their phrase."""
    plan = planned("a piece", style=style, seconds=60.0)
    context = _context(plan)
    steps = bar_steps(plan.metre)
    for passage in passages(plan.sections):
        for phrase in scheme_of(passage, context.style, identity="test", seed=1):
            start = phrase.first_bar * steps
            notes = list(draft_phrase(phrase, passage, Ideas(passage.name, context), context))
            ends = [start, *(note.start_steps + note.length_steps for note in notes)]
            assert all(note.start_steps >= end for note, end in zip(notes, ends, strict=False))
            assert ends[-1] <= start + phrase.bars * steps
            assert sum(note.arrival for note in notes) == (phrase.label != "p")


def test_the_last_note_fills_the_last_bar(planned: Planned) -> None:
    """A piece ends on one long note."""
    plan = planned("a waltz")
    context = _context(plan)
    last = passages(plan.sections)[-1]
    phrase = scheme_of(last, context.style, identity="test", seed=1)[-1]
    final = list(draft_phrase(phrase, last, Ideas(last.name, context), context))[-1]
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


def test_phrases_of_one_letter_share_their_rhythm(planned: Planned) -> None:
    """An antecedent and its consequent have the same bars before the close."""
    context = _context(planned("a folk song"))
    steps = bar_steps(context.plan.metre)
    passage = replace(passages(context.plan.sections)[0], name="A", bars=8, phrases=(4, 4), closing="authentic")
    one, other = scheme_of(passage, context.style, identity="test", seed=1)
    other = replace(one, first_bar=4, index=1, closing="authentic", is_last=True)
    ideas = Ideas("A", context)

    def opening(phrase: PhrasePlan) -> list[tuple[int, int]]:
        found = [
            (n.start_steps - phrase.first_bar * steps, n.length_steps)
            for n in draft_phrase(phrase, passage, ideas, context)
        ]
        return [place for place in found if place[0] < 3 * steps]

    assert opening(one) == opening(other)
