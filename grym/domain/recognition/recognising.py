"""Saying what a sound is, from what it shares with everything that is remembered.

Looking costs more the freer it is, so it goes on only while nothing is sure: first the same recording (landmarks),
then other keys and instruments at the same tempo (windows), then other tempi. Long sounds are asked about in parts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from grym.domain.recognition.confidence import Experience, confidences, rivals
from grym.domain.recognition.evidence import Evidence, first_evidence, further_evidence, merged
from grym.domain.recognition.hypotheses import OTHER_TEMPI, SAME_TEMPO
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.library import Library
from grym.domain.recognition.parts import parts_of

THRESHOLD = 0.5
"""Confidence from which a sound counts as known."""

SURE = 0.98
"""Confidence from which no other key or tempo is looked for."""

LEAST_PARTIALS = 4
"""Frequencies that a sound must have to be anything in particular: steady tones lie on each other in every key and
everywhere, so however much of them meets says nothing. Four notes of a sine, or two of any instrument, have as many."""

PARTIAL_BINS = 4
"""Peaks of one partial lie within some 20 Hz of each other."""


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


def recognise(
    query: Imprint, library: Library, *, top: int = 5, experience: Callable[[int], Experience] | None = None
) -> tuple[Finding, ...]:
    """Return the patterns that may sound here, surest first, unsure ones too; the caller draws the line.

    Parameters
    ----------
    query
        The imprint of the sound asked about.
    library
        Everything that can be recognised.
    top
        How many findings at most.
    experience
        What became of earlier findings of a pattern, by its number.
    """
    best: dict[int, Finding] = {}
    for begin_s, part in parts_of(query):
        if not is_particular(part):
            continue
        for finding in _findings(part, library, begin_s=begin_s, experience=experience):
            if finding.number not in best or finding.confidence > best[finding.number].confidence:
                best[finding.number] = finding
    return tuple(sorted(best.values(), key=lambda one: (-one.confidence, one.number))[:top])


def is_particular(sound: Imprint) -> bool:
    """Tell whether a sound has enough in it to be told from others: `LEAST_PARTIALS` frequencies, at least."""
    return len(np.unique(sound.peaks.bins // PARTIAL_BINS)) >= LEAST_PARTIALS


def _findings(
    query: Imprint, library: Library, *, begin_s: float, experience: Callable[[int], Experience] | None
) -> list[Finding]:
    """Return what is found for a part of a sound, told of the sound as a whole."""
    found: list[Evidence] = []
    sure: list[float] = []
    for found in _looks(query, library):
        sure = confidences(found, experience)
        if any(one.is_inside and confidence >= SURE for one, confidence in zip(found, sure, strict=True)):
            break
    margins = _margins(found)
    return [
        _finding(one, confidence, margin=margin, begin_s=begin_s)
        for one, confidence, margin in zip(found, sure, margins, strict=True)
    ]


def _looks(query: Imprint, library: Library) -> Iterator[list[Evidence]]:
    """Yield all evidence that was found so far, after each look."""
    found = first_evidence(query, library)
    yield found
    for tempi in (SAME_TEMPO, OTHER_TEMPI):
        found = merged(found, further_evidence(query, library, tempi=tempi))
        yield found


def _margins(found: list[Evidence]) -> list[float]:
    """Return how much stronger each evidence is than the best of the others."""
    strengths = np.array([one.strength for one in found])
    return [float(margin) for margin in strengths - rivals(strengths)]


def _finding(one: Evidence, sure: float, *, margin: float, begin_s: float) -> Finding:
    """Return what is said of one pattern."""
    lay = one.overlay.lay
    return Finding(
        number=one.number,
        confidence=sure,
        offset_s=one.offset_s - lay.tempo_ratio * begin_s,
        transposition_semitones=round(lay.semitones),
        tempo_ratio=round(lay.tempo_ratio, 4),
        why=_why(one, margin),
        evidence={
            "landmarks_aligned": float(one.landmarks),
            "peaks_met": one.overlay.met,
            "peaks_by_chance": one.overlay.expected,
            "peaks_deviations": one.overlay.deviations,
            "tonal_agreement": one.agreement.value,
            "tonal_deviations": one.agreement.deviations,
            "margin": margin,
        },
    )


def _why(one: Evidence, margin: float) -> str:
    """Return the evidence as a sentence."""
    peaks = one.overlay
    return (
        f"{peaks.met:.0f} of {peaks.peaks} peaks meet where chance gives {peaks.expected:.0f}, "
        f"pitches agree to {max(one.agreement.value, 0.0):.0%}; "
        f"together {one.strength:.1f} deviations from chance, {margin:+.1f} against the next pattern."
    )
