"""Verdicts: what people say of matches, as part of what is known of a pattern.

A pattern keeps every verdict that counts, so taking one back leaves exactly what would be known without it: what is
derived (counts, category, what recognition learns) is computed from what is left. Lists are bounded by refusing, not by
forgetting, for what was forgotten could not come back.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, isfinite

from grym.domain.patterns.values import PatternEvent, PatternFacts, Verdict

MOST_OF_ONE = 16
"""Verdicts of one person on one pattern; nobody needs more to say what it is, and others must have room beside it."""

MOST_VERDICTS = 256
"""On one pattern, those that spread to it included: some 85 KB in the table."""

MOST_SPREAD = 20
"""Patterns that one verdict spreads to."""

ADOPTED = 0.5
"""Weight of spread verdicts from which on a pattern takes over their category: two similar patterns at least, since
one spreads with 0.3 at most."""

WEIGHT_OF_ONE = 3.0
"""What all verdicts of one person on one pattern weigh at most in either direction. Against a prior of four of each
kind, one person alone moves the odds by a factor of 1.75 and no more."""

MOST_ODDS = 50.0
ANYWHERE = {"least": -1e9, "most": 1e9}
AFTER_THE_START = {"least": 0.0, "most": 1e9}
"""Seconds in a recording."""
WHO_CHARACTERS = 16
MAX_TEXT_CHARACTERS = 4096
TEXTS = ("from", "context", "category", "note_ref")

EVIDENCE = ("tonal_agreement", "margin", "peaks_met", "peaks_by_chance")
"""What of the evidence of a match is kept with a verdict: what `grym.domain.patterns.calibrating` weighs anew."""

UNKNOWN_CHANCE = 0.5
"""Chance that a match was right of which nobody knows how sure it was."""


def who_is(user: str) -> str:
    """Return the digest that stands for a person's name in the journal: 16 hexadecimal digits.

    It tells the verdicts of one person from those of another. Whoever knows a name can find what was said under it, and
    take that back.
    """
    return hashlib.blake2b(
        user.encode(errors="replace"), digest_size=WHO_CHARACTERS // 2, person=b"grym who"
    ).hexdigest()


def fault_of_verdict(data: Mapping[str, object]) -> str:
    """Return what is wrong with the data of a verdict; empty where nothing is."""
    faults = {
        "a verdict is right or wrong": data.get("verdict") not in {"right", "wrong"},
        "a verdict weighs more than 0 and at most 1": not _is_weight(data.get("weight", 1.0)),
        "nothing says whose verdict it is": not _is_text(data.get("who"), least=1),
        "a field of a verdict is no text, or too long": not all(_is_text(data.get(name, "")) for name in TEXTS),
        f"a verdict spreads to {MOST_SPREAD} patterns at most": not _is_list_of_names(data.get("to", ())),
    }
    return next((fault for fault, is_there in faults.items() if is_there), "") or _fault_of_numbers(data)


def _is_weight(value: object) -> bool:
    return _is_number(value, least=0.0, most=1.0) and value != 0


def _is_text(value: object, *, least: int = 0) -> bool:
    return isinstance(value, str) and least <= len(value) <= MAX_TEXT_CHARACTERS


def _fault_of_numbers(data: Mapping[str, object]) -> str:
    odds, sure, told_s = data.get("odds"), data.get("confidence"), data.get("told_s")
    faults = {
        "the odds of a match are no usable number": not (
            odds is None or _is_number(odds, least=-MOST_ODDS, most=MOST_ODDS)
        ),
        "how sure a match was is no number from 0 to 1": not (sure is None or _is_number(sure, least=0.0, most=1.0)),
        "the evidence of a match is no numbers by name": not _is_evidence(data.get("evidence", {})),
        "a place in a recording is no number of seconds": not (told_s is None or _is_number(told_s, **ANYWHERE)),
    }
    return next((fault for fault, is_there in faults.items() if is_there), "") or _fault_of_range(data)


def _fault_of_range(data: Mapping[str, object]) -> str:
    start_s, end_s = data.get("start_s"), data.get("end_s")
    if start_s is None and end_s is None:
        return ""
    if not (_is_number(start_s, **AFTER_THE_START) and _is_number(end_s, **AFTER_THE_START)):
        return "a range has a beginning and an end, both numbers of seconds"
    return "" if float(str(start_s)) < float(str(end_s)) else "a range ends before it begins"


def _is_number(value: object, *, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and least <= value <= most


def _is_evidence(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        name in EVIDENCE and _is_number(number, least=-1e9, most=1e9) for name, number in value.items()
    )


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) <= MOST_SPREAD and all(isinstance(one, str) for one in value)


def verdict_of(event: PatternEvent) -> Verdict:
    """Return the verdict that an event carries."""
    data = event.change.data
    odds, start_s, end_s, told_s = (_float(data.get(name)) for name in ("odds", "start_s", "end_s", "told_s"))
    to, evidence = data.get("to", ()), data.get("evidence", {})
    return Verdict(
        event_id=event.change.event_id,
        seq=event.seq,
        who=str(data["who"]),
        right=data["verdict"] == "right",
        weight=float(str(data.get("weight", 1.0))),
        said_s=event.change.at.timestamp(),
        spread_from=str(data.get("from", "")),
        spread_to=tuple(map(str, to)) if isinstance(to, list | tuple) else (),
        context=str(data.get("context", "")),
        odds=odds,
        confidence=_float(data.get("confidence")),
        evidence={name: float(value) for name, value in evidence.items()} if isinstance(evidence, Mapping) else {},
        category=str(data.get("category", "")),
        start_s=start_s,
        end_s=end_s,
        told_s=told_s,
        note_ref=str(data.get("note_ref", "")),
    )


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def refusal_of(kind: str, data: Mapping[str, object], facts: PatternFacts) -> tuple[str, str, str] | None:
    """Return code, message and hint why a verdict cannot be taken in (``judged``) or back; None where it can."""
    if kind == "withdrawn":
        known = {verdict.event_id for verdict in facts.verdicts}
        if data["of"] not in known:
            return ("no_verdict", "there is no such verdict to take back", "`grym patterns show ID` lists them.")
        return None
    if len(facts.verdicts) >= MOST_VERDICTS:
        return ("verdicts", f"{MOST_VERDICTS} verdicts are known of the pattern", "Take some of them back.")
    own = [one for one in facts.verdicts if one.who == data["who"] and not one.spread_from]
    if not data.get("from") and len(own) >= MOST_OF_ONE:
        return ("verdicts_of_one", f"{MOST_OF_ONE} verdicts of one person are known of the pattern", "Take some back.")
    return None


def with_verdict(facts: PatternFacts, verdict: Verdict) -> PatternFacts:
    """Return what is known once something was said of a match."""
    return _settled(facts, (*facts.verdicts, verdict))


def without_verdict(facts: PatternFacts, event_id: str) -> PatternFacts:
    """Return what would be known if a verdict had never been given."""
    return _settled(facts, tuple(one for one in facts.verdicts if one.event_id != event_id))


def said_anew(facts: PatternFacts, category: str) -> PatternFacts:
    """Return what is known once somebody named the category outright: earlier verdicts say nothing of it any more."""
    verdicts = tuple(replace(one, category="") if one.category else one for one in facts.verdicts)
    return replace(facts, category=category, category_said=None, verdicts=verdicts)


def united_verdicts(stays: Sequence[Verdict], gone: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Return the verdicts of two patterns that are one now: the newest, where there are too many.

    What was said of the category of the one that goes does not concern the one that stays.
    """
    moved = [replace(one, category="") if one.category else one for one in gone]
    return tuple(sorted([*stays, *moved], key=lambda one: (one.seq, one.event_id))[-MOST_VERDICTS:])


def _settled(facts: PatternFacts, verdicts: tuple[Verdict, ...]) -> PatternFacts:
    said = facts.category if facts.category_said is None else facts.category_said
    speaks = any(one.category for one in verdicts)
    return replace(
        facts, verdicts=verdicts, category=category_of(said, verdicts), category_said=said if speaks else None
    )


def category_of(said: str, verdicts: Sequence[Verdict]) -> str:
    """Return the category of a pattern: the last that somebody named, else one that enough similar patterns have."""
    named = [one.category for one in verdicts if one.category and not one.spread_from]
    if named:
        return named[-1]
    weights: dict[str, float] = {}
    for one in verdicts:
        if one.category:
            weights[one.category] = weights.get(one.category, 0.0) + one.weight
    best = max(sorted(weights), key=lambda name: weights[name], default="")
    return best if weights.get(best, 0.0) >= ADOPTED else said


def weighed(verdicts: Sequence[Verdict]) -> tuple[float, float]:
    """Return what verdicts weigh together, for and against; no person weighs more than `WEIGHT_OF_ONE` in either.

    A verdict weighs by how far it surprises: that a sure match was right, or an unsure one wrong, was to be expected
    and says next to nothing of the pattern.
    """
    sums: dict[tuple[str, bool], float] = {}
    for one in verdicts:
        key = (one.who, one.right)
        sums[key] = sums.get(key, 0.0) + one.weight * _surprise(one)
    right, wrong = (
        sum(min(weight, WEIGHT_OF_ONE) for (_, told), weight in sorted(sums.items()) if told is side)
        for side in (True, False)
    )
    return float(right), float(wrong)


def _surprise(verdict: Verdict) -> float:
    chance = UNKNOWN_CHANCE if verdict.odds is None else 1.0 / (1.0 + exp(-verdict.odds))
    return 1.0 - chance if verdict.right else chance
