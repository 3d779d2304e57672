"""What people said of earlier matches, at work: findings with the confidence that verdicts teach.

A collection of which nobody said anything is answered as if there were no learning, to the last bit.
"""

from collections.abc import Sequence
from dataclasses import replace

from grym.domain.patterns.calibrating import Lessons, context_of, odds_of
from grym.domain.recognition.recognising import Finding

SHIFT = "learned_shift"
"""Name of the evidence that says by how much lessons moved the logarithm of the odds."""


def learned(found: Sequence[Finding], lessons: Lessons) -> tuple[Finding, ...]:
    """Return findings with learned confidence, surest first."""
    if not lessons.change_anything:
        return tuple(found)
    told = [_corrected(finding, lessons) for finding in found]
    return tuple(sorted(told, key=lambda one: (-one.confidence, one.number)))


def context_of_finding(finding: Finding) -> str:
    """Return by which evidence a finding was found."""
    return context_of(
        landmarks=finding.evidence["landmarks_aligned"],
        transposition_semitones=finding.transposition_semitones,
        tempo_ratio=finding.tempo_ratio,
    )


def _corrected(finding: Finding, lessons: Lessons) -> Finding:
    confidence = lessons.confidence_of(finding.confidence, context_of_finding(finding), finding.evidence)
    if confidence == finding.confidence:
        return finding
    shift = round(odds_of(confidence) - odds_of(finding.confidence), 4)
    why = f"{finding.why} What people said of earlier matches moves the odds by {shift:+.1f}."
    return replace(finding, confidence=confidence, why=why, evidence={**finding.evidence, SHIFT: shift})
