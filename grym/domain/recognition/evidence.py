"""Everything that speaks for a remembered pattern, in numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p

import numpy as np

from grym.domain.recognition.alignment import NOTHING, Agreement, agreement
from grym.domain.recognition.hypotheses import Hypothesis, hypotheses
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.library import Library
from grym.domain.recognition.overlay import Lay, Overlay, overlay
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.voting import vote

VOTED = 8
"""Patterns that landmarks vote for and that are looked at closely."""

SUPPOSED = 10
SUPPOSED_AT_ONE_TEMPO = 24
"""Hypotheses of windows that are looked at closely: more where only the key is free."""

GLANCED = 120
VOTED_FIRST = 10
"""Where only the key is free, so many hypotheses are glanced at, for on other instruments the right one is not among
the first; those with most votes, and then those whose pitches agree best, are looked at closely."""

VOTED_SEARCH_FRAMES = 2
SUPPOSED_SEARCH_FRAMES = 20
"""A window is 0.37 s from the next, and one of two seconds fits half a step beside its place."""

MANY_MORE = 1.15
"""Among so many tempi some gain a few peaks by chance."""

MOST_DRIFT = 0.056
"""Half a step between the tempi that windows are asked at, and a little."""

EDGE = 0.05

LEAST_COMMON_S = 1.5
LEAST_COMMON = 0.25
"""A recording may go on where another ends; of less than this share of it, or this long, nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for one pattern at one place, key and tempo.

    Parameters
    ----------
    number
        The pattern.
    landmarks
        Landmarks of the sound that lie there; 0 where windows led there.
    overlay
        How well peaks meet.
    agreement
        How far pitches agree.
    """

    number: int
    landmarks: int
    overlay: Overlay
    agreement: Agreement

    @property
    def is_inside(self) -> bool:
        """Whether its tempo lies inside of what was tried; at the end of it, a better one may lie beyond."""
        return self.overlay.drift < EDGE

    @property
    def offset_s(self) -> float:
        """Where the sound begins within the pattern, by peaks; by pitches where other players play it."""
        by_pitches = not self.landmarks and self.agreement is not NOTHING
        return self.agreement.offset_s if by_pitches else self.overlay.lay.offset_frames / FRAME_RATE_HZ

    @property
    def strength(self) -> float:
        """How far both kinds together are from chance."""
        return max(self.overlay.deviations, 0.0) + max(self.agreement.deviations, 0.0)

    @property
    def likeness(self) -> float:
        """What both kinds are worth together, much as confidence weighs them; orders ways to lie upon one pattern."""
        return 2.5 * log1p(max(self.overlay.deviations, 0.0)) + 10.0 * self.agreement.value


def first_evidence(query: Imprint, library: Library) -> list[Evidence]:
    """Return what landmarks find: the same recording in the same key and nearly at the same tempo."""
    votes = vote(query, library, most=VOTED)
    patterns = dict(zip([one.number for one in votes], library.imprints([one.number for one in votes]), strict=True))
    found = _best_of_each(
        _weighed(query, patterns[one.number], one.number, laid, landmarks=one.landmarks)
        for one in votes
        for laid in [_laid(query, patterns[one.number], Lay(offset_frames=one.offset_frames), VOTED_SEARCH_FRAMES)]
    )
    return [_at_its_tempo(query, patterns[found[0].number], found[0]), *found[1:]] if found else []


def _laid(query: Imprint, pattern: Imprint, lay: Lay, search_frames: int, ratios: Sequence[float] = (1.0,)) -> Overlay:
    return overlay(query.peaks, pattern.peaks, lay, search_frames=search_frames, ratios=ratios)


def _at_its_tempo(query: Imprint, pattern: Imprint, one: Evidence) -> Evidence:
    """Return the evidence at a slightly different tempo if many more peaks meet there: landmarks bear some of it."""
    laid = _laid(query, pattern, one.overlay.lay, SUPPOSED_SEARCH_FRAMES, _ratios(query))
    if laid.met < MANY_MORE * one.overlay.met:
        return one
    return _weighed(query, pattern, one.number, laid, landmarks=one.landmarks)


def further_evidence(query: Imprint, library: Library, *, tempi: Sequence[float]) -> list[Evidence]:
    """Return what windows find: any key, any of the tempi."""
    alone = len(tempi) == 1
    supposed = hypotheses(query, library, tempi=tempi, most=GLANCED if alone else SUPPOSED)
    numbers = sorted({one.number for one in supposed})
    patterns = dict(zip(numbers, library.imprints(numbers), strict=True))
    if alone:
        supposed = _likeliest(query, supposed, patterns)
    ratios = _ratios(query)
    return _best_of_each(
        _weighed(
            query,
            patterns[one.number],
            one.number,
            overlay(query.peaks, patterns[one.number].peaks, lay, search_frames=SUPPOSED_SEARCH_FRAMES, ratios=ratios),
        )
        for one in supposed
        for lay in one.lays(query.tonal, patterns[one.number])
    )


def _likeliest(query: Imprint, supposed: list[Hypothesis], patterns: Mapping[int, Imprint]) -> list[Hypothesis]:
    """Return the hypotheses that are worth a closer look."""
    voted, others = supposed[:VOTED_FIRST], supposed[VOTED_FIRST:]
    likeness = [one.glanced(query.tonal, patterns[one.number].tonal) for one in others]
    order = np.argsort(-np.array(likeness), kind="stable")[: SUPPOSED_AT_ONE_TEMPO - len(voted)]
    return [*voted, *(others[place] for place in order)]


def _ratios(query: Imprint) -> list[float]:
    """Return tempi so close together that the ends of the sound move by a frame from one to the next."""
    half = max(float(query.peaks.frames[-1]) / 2.0, 1.0) if len(query.peaks.frames) else 1.0
    count = int(MOST_DRIFT * half)
    return [1.0 + step / half for step in range(-count, count + 1)]


def _weighed(query: Imprint, pattern: Imprint, number: int, laid: Overlay, *, landmarks: int = 0) -> Evidence:
    """Return the evidence of a pattern whose peaks were laid."""
    return Evidence(
        number=number, landmarks=landmarks, overlay=laid, agreement=_agreement_where_both_are(query, pattern, laid.lay)
    )


def _agreement_where_both_are(query: Imprint, pattern: Imprint, lay: Lay) -> Agreement:
    """Compare the pitches of what lies on the pattern, where that is enough of the sound."""
    offset_s = lay.offset_frames / FRAME_RATE_HZ
    begin_s = max(0.0, -offset_s / lay.tempo_ratio)
    end_s = min(query.duration_s, (pattern.duration_s - offset_s) / lay.tempo_ratio)
    if end_s - begin_s < max(LEAST_COMMON_S, LEAST_COMMON * query.duration_s):
        return NOTHING
    first, last = (round(time_s * query.tonal.rate_hz) for time_s in (begin_s, end_s))
    begin_s = lay.tempo_ratio * first / query.tonal.rate_hz
    agreed = agreement(
        replace(query.tonal, frames=query.tonal.frames[first:last]),
        pattern.tonal,
        offset_s=offset_s + begin_s,
        tempo_ratio=lay.tempo_ratio,
        semitones=lay.transposition,
    )
    return agreed if agreed is NOTHING else replace(agreed, offset_s=agreed.offset_s - begin_s)


def _best_of_each(found: Iterable[Evidence]) -> list[Evidence]:
    """Return the likeliest evidence for each pattern, likeliest first; of equals the lower number."""
    best: dict[int, Evidence] = {}
    for one in found:
        if one.number not in best or one.likeness > best[one.number].likeness:
            best[one.number] = one
    return sorted(best.values(), key=lambda one: (-one.likeness, one.number))


def merged(*findings: Iterable[Evidence]) -> list[Evidence]:
    """Return the likeliest evidence for each pattern of several lists, likeliest first."""
    return _best_of_each(one for found in findings for one in found)
