"""Going on from where a source ends: in its key, metre and tempo, by its players, with its ideas."""

from collections.abc import Sequence
from dataclasses import replace

from grym.domain.composing.compose import compose
from grym.domain.composing.fitting import bar_seconds
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.reworking.planning import GIVEN
from grym.domain.composing.reworking.source import Source
from grym.domain.composing.score import Part, Score, SectionSpan

_IDEAS = 2


def continued(source: Source, plan: Plan, *, seed: int, motifs: Sequence[Motif]) -> tuple[Score, Score]:
    """Return the source with what follows it (or that alone, where the plan has no given bars), and what is new.

    The given bars are those of the source, to the tick.
    """
    given_bars = sum(section.bars for section in plan.sections if section.name == GIVEN)
    sections = tuple(section for section in plan.sections if section.name != GIVEN)
    bar_s = bar_seconds(plan.metre, plan.tempo_bpm)
    fresh_plan = replace(plan, sections=sections, seconds=sum(one.bars for one in sections) * bar_s + plan.hold_s)
    ideas = (*motifs, *source.facts.motifs[:_IDEAS])
    fresh = compose(fresh_plan, seed=seed, motifs=ideas)
    if not given_bars:
        return fresh, fresh
    return _behind(source.score, fresh, plan), fresh


def _behind(given: Score, fresh: Score, plan: Plan) -> Score:
    """Set what is new behind what was given; who plays in both plays one part."""
    at = given.length_ticks
    chords = tuple(replace(one, start_ticks=one.start_ticks + at) for one in fresh.chords)
    spans = tuple(replace(one, start_ticks=one.start_ticks + at) for one in fresh.sections)
    return replace(
        given,
        title=plan.title,
        parts=_parts(given.parts, fresh.parts, at),
        chords=(*given.chords, *chords),
        sections=(SectionSpan(name=GIVEN, start_ticks=0, duration_ticks=at), *spans),
        length_ticks=at + fresh.length_ticks,
        hold_ticks=fresh.hold_ticks,
    )


def _parts(given: Sequence[Part], fresh: Sequence[Part], at: int) -> tuple[Part, ...]:
    """Join parts by their players; further ones of either side follow."""
    moved = [replace(p, notes=tuple(replace(n, start_ticks=n.start_ticks + at) for n in p.notes)) for p in fresh]
    found = []
    for part in given:
        same = next((other for other in moved if _player(other) == _player(part)), None)
        if same is not None:
            moved.remove(same)
        found.append(replace(part, notes=(*part.notes, *(same.notes if same else ()))))
    return (*found, *moved)


def _player(part: Part) -> tuple[str, str, int, bool]:
    return part.name, part.role, part.program, part.percussion
