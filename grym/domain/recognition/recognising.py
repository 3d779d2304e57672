"""Saying what a sound is, from what it shares with everything that is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp

from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.library import Library
from grym.domain.recognition.overlay import Lay, overlay
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.voting import Vote, vote

CANDIDATES = 12
"""Patterns that are looked at closely."""

THRESHOLD = 0.5
"""Confidence from which a sound counts as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A remembered pattern that may sound here.

    Parameters
    ----------
    number
        The pattern, as the library counts.
    confidence
        0–1: the share of findings of this strength that were right.
    offset_s
        Where the sound begins within the pattern; negative before its start.
    transposition_semitones, tempo_ratio
        How the sound lies above the pattern, and its tempo over the pattern's.
    why
        One sentence for a person.
    evidence
        The numbers behind it.
    """

    number: int
    confidence: float
    offset_s: float
    transposition_semitones: int
    tempo_ratio: float
    why: str
    evidence: Mapping[str, float] = field(default_factory=dict)


def recognise(query: Imprint, library: Library, *, top: int = 5) -> tuple[Finding, ...]:
    """Return the patterns that may sound here, surest first, unsure ones too; the caller draws the line.

    Parameters
    ----------
    query
        The imprint of the sound asked about.
    library
        Everything that can be recognised.
    top
        How many findings at most.
    """
    votes = vote(query, library, most=CANDIDATES)
    imprints = library.imprints([one.number for one in votes])
    findings = [_finding(one, query, imprint) for one, imprint in zip(votes, imprints, strict=True)]
    return tuple(sorted(findings, key=lambda finding: -finding.confidence)[:top])


def _finding(candidate: Vote, query: Imprint, pattern: Imprint) -> Finding:
    """Return what speaks for a candidate."""
    laid = overlay(query.peaks, pattern.peaks, Lay(offset_frames=candidate.offset_frames), search_frames=2)
    return Finding(
        number=candidate.number,
        confidence=1.0 / (1.0 + exp(min(8.0 - laid.deviations, 700.0))),
        offset_s=laid.lay.offset_frames / FRAME_RATE_HZ,
        transposition_semitones=0,
        tempo_ratio=1.0,
        why=f"{laid.met:.0f} of {laid.peaks} peaks meet, {laid.expected:.0f} would by chance.",
        evidence={
            "landmarks_aligned": float(candidate.landmarks),
            "peaks_met": laid.met,
            "deviations": laid.deviations,
        },
    )
