"""Saying what a sound is, from what it shares with everything that is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp

from grym.domain.recognition.evidence import landmark_evidence
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.library import Library
from grym.domain.recognition.spectrum import FRAME_RATE_HZ

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
    found = landmark_evidence(query, library, most=top)
    return tuple(
        Finding(
            number=one.number,
            confidence=1.0 / (1.0 + exp(-(one.aligned - 20) / 4.0)),
            offset_s=one.offset_frames / FRAME_RATE_HZ,
            transposition_semitones=0,
            tempo_ratio=1.0,
            why=f"{one.aligned} landmarks lie at one offset.",
            evidence={"landmarks_aligned": float(one.aligned)},
        )
        for one in found
    )
