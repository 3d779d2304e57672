"""Counting what corrections are worth: every kind of error once, and splits that share what they say they share."""

import random

from benchmarks.recognition.pooled import PEOPLE, Asked, Taught, errors, split, taught_by, total
from benchmarks.recognition.tunes import Question
from grym.domain.patterns.calibrating import Lessons
from grym.domain.recognition.recognising import Finding

EVIDENCE = {
    "landmarks_aligned": 0.0,
    "peaks_met": 30.0,
    "peaks_by_chance": 20.0,
    "tonal_agreement": 0.6,
    "margin": 0.0,
}


def asked(tune: int | None, *found: tuple[int, float], number: int = 0) -> Asked:
    """Return a question about a tune, and findings as number and confidence."""
    findings = tuple(
        Finding(
            number=one,
            confidence=confidence,
            offset_s=0.0,
            transposition_semitones=0,
            tempo_ratio=1.0,
            why="",
            evidence=EVIDENCE,
        )
        for one, confidence in found
    )
    return Asked(question=Question(condition="clean", tune=tune, imprint=b""), number=number, found=findings)


def test_every_kind_of_error_counts_once() -> None:
    """Told and right, and kept back of a stranger, are none."""
    nobody = Taught(of_patterns={}, lessons=Lessons())
    questions = [
        asked(1, (1, 0.9)),
        asked(None, (1, 0.4)),
        asked(None),
        asked(1, (1, 0.4), (2, 0.3)),
        asked(1),
        asked(1, (2, 0.9), (1, 0.8)),
        asked(None, (2, 0.6)),
    ]
    counts = errors(questions, nobody)
    assert (counts["missed"], counts["taken for another"], counts["stranger told"]) == (2, 1, 1)
    assert (counts["in clean"], total(counts)) == (4, 4)


def test_splits_share_what_they_say() -> None:
    """By tunes, none is in both; by windows, every question is in one part."""
    questions = [asked(None, number=number % 6) for number in range(30)]
    judged, held = split(questions, "other tunes", random.Random(1))
    assert not {one.number for one in judged} & {one.number for one in held}
    assert len(judged) + len(held) == 30
    judged, held = split(questions, "other windows", random.Random(1))
    assert (len(judged), len(held)) == (15, 15)


def test_people_teach_what_they_say() -> None:
    """Who confirms what was kept back makes it told; a liar about what is certain teaches nothing of the context."""
    kept_back = [asked(1, (1, 0.4)) for _ in range(40)]
    taught = taught_by(kept_back, PEOPLE["honest"], random.Random(1))
    assert total(errors(kept_back, taught)) == 0
    sure = [asked(1, (1, 0.99)) for _ in range(40)]
    lied = taught_by(sure, PEOPLE["liar"], random.Random(1))
    assert not lied.lessons.change_anything
    assert total(errors(sure, lied)) == 0
