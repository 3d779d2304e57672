"""Making a piece from a source: the one door, by verb; the same source, plan and seed give the same score."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from grym.domain.composing.compose import compose
from grym.domain.composing.manner.heard_styles import HEARD_SHARE
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.quoting import quotations
from grym.domain.composing.reworking.arranging import arranged
from grym.domain.composing.reworking.continuing import continued
from grym.domain.composing.reworking.editing import arpeggiated, humanised, quantised
from grym.domain.composing.reworking.likeness import LIKENESS_LIMIT, likeness, longest_run
from grym.domain.composing.reworking.source import SOURCE_ID, Rework, Source, Taken
from grym.domain.composing.reworking.tune import tune_of
from grym.domain.composing.reworking.varying import made_anew, method_of, varied
from grym.domain.composing.score import Note, Score
from grym.domain.composing.seeds import derived

_MOST_TRIES = 6
_FROM_SOUND = 3
"""Pieces to choose from after a recording; each takes some hundredths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A piece made from a source, what it took of it, and what of it was composed anew."""

    score: Score
    taken: Taken
    fresh: Score


Maker = Callable[[Source, Plan, Rework, int, Sequence[Motif]], Made]


def make(source: Source, plan: Plan, rework: Rework, *, seed: int, motifs: Sequence[Motif], sha256: str) -> Made:
    """Make a piece from a source.

    Parameters
    ----------
    plan
        As fitted to the source (`planning.fitted`).
    motifs
        Ideas recalled from memory, used besides those of the source.
    sha256
        Digest of the file that the source was read from.
    """
    made = _MAKERS[rework.verb](source, plan, rework, seed, motifs)
    facts = source.facts
    taken = replace(
        made.taken,
        verb=rework.verb,
        source_sha256=sha256,
        made_of=facts.made_of,
        sure=facts.sure,
        reasons=facts.reasons,
        warnings=facts.warnings,
        styles=facts.styles,
    )
    return replace(made, taken=taken)


def after_reference(source: Source, plan: Plan, rework: Rework, seed: int, motifs: Sequence[Motif]) -> Made:
    """Compose in the manner of a source until the piece is different enough from it; its ideas are dropped last.

    Of a sound it is known how much happens in it, so some pieces are composed and the one that is nearest is taken.
    """
    del rework
    given = tune_of(source.score)
    wanted = _FROM_SOUND if source.facts.traits else 1
    found: list[Made] = []
    for number in range(1, _MOST_TRIES + 1):
        ideas = source.facts.motifs[: 1 if number <= _MOST_TRIES // 2 else 0]
        score = compose(plan, seed=derived(seed, number), motifs=(*motifs, *ideas))
        found.append(_after(score, source, plan, given, tries=number, ideas=ideas))
        unlike = [made for made in found if made.taken.unlike]
        if unlike and number >= wanted:
            return min(unlike, key=lambda made: _off_pace(made.score, source))
    return min(found, key=lambda made: made.taken.likeness or 0.0)


def _off_pace(score: Score, source: Source) -> float:
    """Return by how many octaves a piece has too many or too few onsets to sound like a recording; 0 for a score."""
    heard_hz = source.facts.traits.get("onsets_hz", 0.0)
    if heard_hz <= 0.0:
        return 0.0
    onsets = {note.start_ticks for part in score.parts for note in part.notes}
    return abs(math.log2(len(onsets) / score.duration_s * HEARD_SHARE[source.facts.style] / heard_hz))


def _after(
    score: Score, source: Source, plan: Plan, given: Sequence[Note], *, tries: int, ideas: Sequence[Motif]
) -> Made:
    """Compare a piece with the tune it was made after."""
    tune = tune_of(score)
    share = likeness(tune, given)
    taken = Taken(
        verb="",
        source_sha256="",
        made_of="",
        taken=_taken(source, plan) | ({"motifs": f"{len(ideas)}, developed"} if ideas else {}),
        likeness=round(share, 4),
        likeness_limit=LIKENESS_LIMIT,
        longest_run=longest_run(tune, given),
        tries=tries,
        unlike=share <= LIKENESS_LIMIT,
        uses=len([use for use in quotations(score, ideas) if use.pattern_id == SOURCE_ID]),
    )
    return Made(score=score, taken=taken, fresh=score)


def _taken(source: Source, plan: Plan) -> dict[str, str]:
    """Say what of a plan is the source's, and how sure that was."""
    facts = source.facts
    made = facts.definition.name if facts.definition else None
    pairs = (
        ("tempo", abs(plan.tempo_bpm / facts.tempo_bpm - 1) < 0.005, f"{facts.tempo_bpm:g} BPM"),
        ("metre", plan.metre == facts.metre, str(facts.metre)),
        ("key", plan.tonality == facts.tonality, str(facts.tonality)),
        ("style", plan.style == facts.style, facts.style),
        ("style", plan.style == made, f"made from the recording on the ground of {facts.style}"),
    )
    found = {name: f"{text}, sure {facts.sure.get(name, 0.0):g}" for name, same, text in pairs if same}
    return found | {"groove": f"density {facts.density:g}, swing {facts.swing:g}"}


def going_on(source: Source, plan: Plan, rework: Rework, seed: int, motifs: Sequence[Motif]) -> Made:
    """Go on from where a source ends."""
    score, fresh = continued(source, plan, seed=seed, motifs=motifs)
    given, tune = tune_of(source.score), tune_of(fresh)
    taken = _named(
        source,
        plan,
        motifs=f"{min(2, len(source.facts.motifs))}, developed",
        kept="left out" if rework.only_new else f"bars 1 to {source.facts.bars}",
    )
    return Made(
        score=score,
        fresh=fresh,
        taken=replace(
            taken,
            likeness=round(likeness(tune, given), 4),
            longest_run=longest_run(tune, given),
            kept_bars=() if rework.only_new else ((1, source.facts.bars),),
        ),
    )


def varying(source: Source, plan: Plan, rework: Rework, seed: int, motifs: Sequence[Motif]) -> Made:
    """Vary a source, or make some of its bars anew."""
    del motifs
    facts = source.facts
    if rework.first_bar:
        score, fresh = made_anew(source, plan, rework, seed=seed)
        bars = ((1, rework.first_bar - 1), (rework.last_bar + 1, facts.bars))
        kept = tuple((first, last) for first, last in bars if first <= last)
        new = f"bars {rework.first_bar} to {rework.last_bar} in {method_of(0)}"
        return Made(score=score, fresh=fresh, taken=replace(_named(source, plan, anew=new), kept_bars=kept))
    score, fresh = varied(source, plan, seed=seed)
    ways = ", ".join(method_of(number) for number in range(len(plan.sections) - 1))
    return Made(
        score=score, fresh=fresh, taken=replace(_named(source, plan, variations=ways), kept_bars=((1, facts.bars),))
    )


def harmonised(source: Source, plan: Plan, rework: Rework, seed: int, motifs: Sequence[Motif]) -> Made:
    """Write chords, bass and inner voices under the tune of a source."""
    del motifs
    score = arranged(source, plan, seed=seed, anew=True)
    score = edited(score, rework, seed=seed)
    return Made(score=score, fresh=score, taken=_named(source, plan, melody="every note"))


def rearranged(source: Source, plan: Plan, rework: Rework, seed: int, motifs: Sequence[Motif]) -> Made:
    """Give a source to other players, or play it as it is."""
    del motifs
    if rework.as_is:
        score = edited(replace(source.score, title=plan.title, tempo_bpm=plan.tempo_bpm), rework, seed=seed)
        plain = not (rework.quantise_ticks or rework.humanise or rework.arpeggiate)
        taken = replace(_named(source, plan, notes="every one"), kept_bars=((1, source.facts.bars),) if plain else ())
        return Made(score=score, fresh=score, taken=taken)
    score = edited(arranged(source, plan, seed=seed, anew=False), rework, seed=seed)
    return Made(score=score, fresh=score, taken=_named(source, plan, melody="every note", harmony="its chords"))


def edited(score: Score, rework: Rework, *, seed: int) -> Score:
    """Draw a score to a grid, break its chords and play it less evenly, as far as that is asked for."""
    if rework.quantise_ticks:
        score = quantised(score, grid_ticks=rework.quantise_ticks)
    score = arpeggiated(score, way=rework.arpeggiate)
    return humanised(score, amount=rework.humanise, seed=seed) if rework.humanise else score


def _named(source: Source, plan: Plan, **more: str) -> Taken:
    """Return what was taken, in words."""
    found = {name: text for name, text in _taken(source, plan).items() if name != "groove"}
    return Taken(verb="", source_sha256="", made_of="", taken=found | more)


_MAKERS: dict[str, Maker] = {
    "reference": after_reference,
    "continue": going_on,
    "vary": varying,
    "harmonise": harmonised,
    "arrange": rearranged,
}
