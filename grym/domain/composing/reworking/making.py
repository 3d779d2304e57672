"""Making a piece from a source: the one door, by verb; the same source, plan and seed give the same score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.quoting import quotations
from grym.domain.composing.reworking.likeness import LIKENESS_LIMIT, likeness, longest_run
from grym.domain.composing.reworking.source import SOURCE_ID, Rework, Source, Taken
from grym.domain.composing.reworking.tune import tune_of
from grym.domain.composing.score import Note, Score
from grym.domain.composing.seeds import derived

_MOST_TRIES = 6


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
    )
    return replace(made, taken=taken)


def after_reference(source: Source, plan: Plan, rework: Rework, seed: int, motifs: Sequence[Motif]) -> Made:
    """Compose in the manner of a source until the piece is different enough from it; its ideas are dropped last."""
    del rework
    given = tune_of(source.score)
    best: Made | None = None
    for number in range(1, _MOST_TRIES + 1):
        ideas = source.facts.motifs[: 1 if number <= _MOST_TRIES // 2 else 0]
        score = compose(plan, seed=derived(seed, number), motifs=(*motifs, *ideas))
        made = _after(score, source, plan, given, tries=number, ideas=ideas)
        if best is None or (made.taken.likeness or 0.0) < (best.taken.likeness or 0.0):
            best = made
        if made.taken.unlike:
            return made
    assert best is not None
    return best


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
    pairs = (
        ("tempo", abs(plan.tempo_bpm / facts.tempo_bpm - 1) < 0.005, f"{facts.tempo_bpm:g} BPM"),
        ("metre", plan.metre == facts.metre, str(facts.metre)),
        ("key", plan.tonality == facts.tonality, str(facts.tonality)),
        ("style", plan.style == facts.style, facts.style),
    )
    found = {name: f"{text}, sure {facts.sure.get(name, 0.0):g}" for name, same, text in pairs if same}
    groove = f"density {facts.density:g}" + ("" if facts.made_of == "sound" else f", swing {facts.swing:g}")
    return found | {"groove": groove}


_MAKERS: dict[str, Maker] = {"reference": after_reference}
