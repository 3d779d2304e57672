"""What people said of earlier matches, at work: nothing changes without it, as of then it is as it was, and it goes."""

import json
from dataclasses import asdict

from grym.domain.patterns.calibrating import EXPERT, Lessons, lessons_of
from grym.domain.patterns.values import Verdict
from grym.domain.recognition.recognising import Finding
from grym.memory.recognising.contents import Holding, holding_of
from grym.memory.recognising.learned import SHIFT, learned
from grym.memory.recognising.recogniser import JournalRecogniser, recogniser_in_memory
from grym.ports.patterns import Recognition
from tests.unit.grym.memory.recognising.test_recogniser import Journal, excerpt, tune

EVIDENCE = {
    "landmarks_aligned": 0.0,
    "peaks_met": 30.0,
    "peaks_by_chance": 20.0,
    "tonal_agreement": 0.6,
    "margin": 0.0,
}


def finding(number: int, confidence: float) -> Finding:
    """Return a finding by pitches alone."""
    return Finding(
        number=number,
        confidence=confidence,
        offset_s=0.0,
        transposition_semitones=0,
        tempo_ratio=1.0,
        why="so.",
        evidence=EVIDENCE,
    )


def said(number: int, *, right: bool) -> Verdict:
    """Return a verdict on a finding by pitches that was as likely as not."""
    used = {name: value for name, value in EVIDENCE.items() if name != "landmarks_aligned"}
    return Verdict(
        event_id=f"v{number}", seq=number, who="rosa", right=right, context="pitches", odds=0.0, evidence=used
    )


def test_without_lessons_the_very_findings_are_told() -> None:
    """Not even the evidence differs."""
    found = (finding(1, 0.7), finding(2, 0.4))
    assert learned(found, Lessons()) == found
    assert learned(found, lessons_of([said(n, right=True) for n in range(3)])) == found


def test_lessons_move_confidence_and_say_so() -> None:
    """By how much, as a number and in a sentence; the surest comes first again."""
    lessons = lessons_of([said(n, right=True) for n in range(EXPERT)])
    found = (finding(1, 0.7), finding(2, 0.45))
    one, two = learned(found, lessons)
    assert one.confidence > 0.7
    assert two.confidence > 0.5
    assert two.evidence[SHIFT] > 0.0
    assert "earlier matches" in two.why
    assert {name: value for name, value in two.evidence.items() if name != SHIFT} == EVIDENCE


def test_what_is_known_of_a_number_survives_being_sealed() -> None:
    """As plain values, through JSON."""
    holding = Holding(pattern_id="a", name="A", verdicts=(said(1, right=False), said(2, right=True)))
    assert holding_of(json.loads(json.dumps(asdict(holding)))) == holding
    assert holding_of({"pattern_id": "a", "name": "A"}) == Holding(pattern_id="a", name="A")


async def ask(recogniser: JournalRecogniser) -> Recognition:
    """Ask about part of the first tune."""
    return await recogniser.recognise(excerpt(tune(1), 3.0, 5.0), collection="default", top=3)


def judge(journal: Journal, name: str, *, right: bool, who: str) -> None:
    """Write a verdict."""
    journal.write("judged", name, verdict="right" if right else "wrong", who=who)


def taught(*people: str) -> Journal:
    """Return a journal with two tunes, and people who say that the first is never right."""
    journal = Journal()
    for number in (1, 2):
        journal.write("stored", f"p{number}", tune(number), name=f"tune {number}", pattern_kind="recording")
    for who in people:
        for _ in range(6):
            judge(journal, "p1", right=False, who=who)
    return journal


async def test_what_is_denied_becomes_less_sure_and_no_more_than_one_person_may() -> None:
    """Six verdicts of one weigh three; of three persons, more; the odds never fall by more than a factor of e."""
    alone, three, many = [
        (await ask(recogniser_in_memory(taught(*people)))).matches[0].confidence
        for people in (("a",), ("a", "b", "c"), tuple("abcdefghij"))
    ]
    silent = (await ask(recogniser_in_memory(taught()))).matches[0].confidence
    assert silent > alone > three >= many > 0.5


async def test_memory_as_of_then_does_not_know_later_verdicts() -> None:
    """And a verdict that is taken back leaves the answer of before, to the last bit."""
    journal = taught("a")
    before = await ask(recogniser_in_memory(taught()))
    then = await ask(recogniser_in_memory(journal, up_to=2))
    assert then.matches == before.matches
    for number in range(2, 8):
        journal.write("withdrawn", "p1", of=str(number))
    now = await ask(recogniser_in_memory(journal))
    assert now.matches == before.matches


async def test_verdicts_go_with_a_pattern_that_is_merged() -> None:
    """What was said of either counts for the one that stays."""
    journal = taught("a")
    journal.write("merged", "p1", into="p2")
    recogniser = recogniser_in_memory(journal)
    await ask(recogniser)
    _, view = await recogniser.collection("default").now()
    assert len(list(view.verdicts())) == 6
    assert {holding.name for holding in view.holdings.values() if holding.verdicts} == {"tune 2"}
