"""What verdicts teach: nothing without them, little of few, no more than the bounds, and no more than a person may."""

import random
from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.calibrating import (
    COMPETENT,
    CONTEXTS,
    EXPERT,
    MOST_SHIFT,
    Lessons,
    context_of,
    lessons_of,
    mastery_of,
    odds_of,
    trust_of,
)
from grym.domain.patterns.values import Verdict

USUAL = {"tonal_agreement": 0.6, "margin": 0.0, "peaks_met": 20.0, "peaks_by_chance": 20.0}
WEAK = USUAL | {"tonal_agreement": 0.2}
STRONG = USUAL | {"tonal_agreement": 0.9}


def verdict(number: int, *, right: bool, odds: float = 1.0, **fields: Any) -> Verdict:
    """Return a verdict that came in this place."""
    usual: dict[str, Any] = {"event_id": f"v{number}", "seq": number, "who": "rosa", "context": "moved"}
    return Verdict(**(usual | {"evidence": USUAL} | fields), right=right, odds=odds)


def overconfident(count: int, *, seed: int = 1, who: str = "rosa", liar: bool = False) -> list[Verdict]:
    """Return verdicts on findings of a collection where pitches agree by chance: their odds are half as good."""
    dice = random.Random(seed)
    said = []
    for number in range(count):
        odds, agreement = dice.uniform(-4.0, 4.0), dice.choice([0.2, 0.9])
        truth = dice.random() < 1.0 / (1.0 + exp(-(odds - (2.0 if agreement < 0.5 else 0.0))))
        sound = USUAL | {"tonal_agreement": agreement}
        said.append(verdict(number, right=truth is not liar, odds=odds, evidence=sound, who=who))
    return said


def shift_of(lessons: Lessons, *, odds: float = 1.0, evidence: Mapping[str, float] = USUAL) -> float:
    """Return by how much the log-odds of a moved finding change."""
    before = 1.0 / (1.0 + exp(-odds))
    return odds_of(lessons.confidence_of(before, "moved", evidence)) - odds


@pytest.mark.parametrize("confidence", [0.0, 0.123456789, 0.5, 0.98, 1.0])
def test_without_verdicts_no_bit_changes(confidence: float) -> None:
    """Nor with too few, nor in another context."""
    few = lessons_of([verdict(n, right=False) for n in range(COMPETENT - 1)])
    many = lessons_of(overconfident(60))
    assert not lessons_of([]).change_anything
    assert not few.change_anything
    for lessons, context in ((lessons_of([]), "moved"), (few, "moved"), (many, "landmarks")):
        assert lessons.confidence_of(confidence, context, USUAL) == confidence


def test_a_weakness_is_learned() -> None:
    """Where findings with poor agreement are wrong, they become unsure; those with good agreement do not."""
    lessons = lessons_of(overconfident(200))
    assert shift_of(lessons, evidence=WEAK) < -1.0
    assert abs(shift_of(lessons, evidence=STRONG)) < 0.5


@given(said=st.lists(st.tuples(st.booleans(), st.floats(-9.0, 9.0), st.sampled_from(["a", "b"])), max_size=60))
def test_no_lesson_goes_beyond_its_bounds(said: Sequence[tuple[bool, float, str]]) -> None:
    """Whatever is said; and by less where little was said."""
    lessons = lessons_of([verdict(n, right=right, odds=odds, who=who) for n, (right, odds, who) in enumerate(said)])
    lesson = lessons.by_context.get("moved")
    most = 0.0 if lesson is None else MOST_SHIFT[lesson.mastery]
    for odds in (-3.0, 0.0, 3.0):
        assert abs(shift_of(lessons, odds=odds, evidence=WEAK)) <= most + 1e-9


@given(order=st.permutations(range(30)))
def test_the_order_in_which_verdicts_are_found_does_not_matter(order: list[int]) -> None:
    """Only their places in the journal."""
    said = overconfident(30)
    assert lessons_of([said[place] for place in order]) == lessons_of(said)


def test_what_is_taken_back_has_never_been() -> None:
    """The lesson is that of the verdicts that are left."""
    said = overconfident(40)
    assert lessons_of(said[:25]) == lessons_of([one for one in said if one.seq < 25])
    assert lessons_of(said) != lessons_of(said[:25])


def test_mastery_comes_with_exposure() -> None:
    """Novice below five, expert from twenty on."""
    assert [mastery_of(n) for n in (0, COMPETENT - 1, COMPETENT, EXPERT - 1, EXPERT)] == [
        "novice",
        "novice",
        "competent",
        "competent",
        "expert",
    ]


def test_who_says_the_contrary_of_what_is_certain_is_not_learned_from() -> None:
    """A liar alone changes nothing; whoever agrees with it counts nearly whole."""
    sure = [verdict(n, right=True, odds=4.0) for n in range(20)]
    lies = [verdict(n, right=False, odds=4.0) for n in range(20)]
    assert trust_of(sure) == 1.0
    assert trust_of(lies) == 0.0
    assert trust_of([]) == 1.0
    assert 0.5 < trust_of([*sure, *lies[:3]]) < 0.9
    assert not lessons_of(lies).change_anything


def test_one_liar_among_others_hardly_counts() -> None:
    """What the others teach stays as it was, give or take."""
    honest = [one for n in range(4) for one in overconfident(50, seed=n, who=f"p{n}")]
    with_liar = [*honest, *overconfident(200, seed=9, who="x", liar=True)]
    for evidence in (WEAK, STRONG):
        before, after = (shift_of(lessons_of(said), evidence=evidence) for said in (honest, with_liar))
        assert abs(after - before) < 0.3


def test_what_spread_or_says_nothing_of_the_odds_teaches_nothing() -> None:
    """Only what somebody heard counts."""
    spread = [verdict(n, right=False, spread_from="o") for n in range(30)]
    blind = [Verdict(event_id=str(n), seq=n, who="a", right=False, context="moved") for n in range(30)]
    elsewhere = [verdict(n, right=False, context="") for n in range(30)]
    assert lessons_of([*spread, *blind, *elsewhere]).by_context == {}


def test_contexts_are_told_apart_by_evidence() -> None:
    """Another key or tempo, the same recording, the same notes on other instruments."""
    assert context_of(landmarks=9, transposition_semitones=2, tempo_ratio=1.0) == "moved"
    assert context_of(landmarks=9, transposition_semitones=0, tempo_ratio=1.1) == "moved"
    assert context_of(landmarks=9, transposition_semitones=0, tempo_ratio=1.01) == "landmarks"
    assert context_of(landmarks=0, transposition_semitones=0, tempo_ratio=1.0) == "pitches"
    assert set(CONTEXTS) == {"moved", "landmarks", "pitches"}


def errors(lessons: Lessons, held: Sequence[Verdict]) -> int:
    """Return how many findings are told though they are wrong, or kept back though they are right."""
    told = [lessons.confidence_of(1.0 / (1.0 + exp(-(one.odds or 0.0))), "moved", one.evidence) for one in held]
    return sum((confidence >= 0.5) is not one.right for confidence, one in zip(told, held, strict=True))


def test_a_fifth_of_the_errors_goes_on_findings_that_nobody_judged() -> None:
    """Over ten collections, each with its own verdicts; a liar alone takes nothing away and adds next to nothing."""
    before = taught = lied = 0
    for seed in range(10):
        held = overconfident(1_000, seed=1_000 + seed)
        before += errors(lessons_of([]), held)
        taught += errors(lessons_of(overconfident(200, seed=seed)), held)
        lied += errors(lessons_of(overconfident(200, seed=seed, liar=True)), held)
    assert taught < 0.8 * before
    assert lied < 1.05 * before


@pytest.mark.parametrize("seed", range(5))
def test_where_recognition_is_right_about_itself_nothing_gets_worse(seed: int) -> None:
    """A collection as the one it was fitted on: verdicts change next to nothing."""
    dice = random.Random(seed)
    odds = [dice.uniform(-6.0, 6.0) for _ in range(2_200)]
    said = [verdict(n, right=dice.random() < 1.0 / (1.0 + exp(-one)), odds=one) for n, one in enumerate(odds)]
    held = said[200:]
    assert errors(lessons_of(said[:200]), held) <= 1.1 * errors(lessons_of([]), held)
