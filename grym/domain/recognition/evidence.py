"""What speaks for a remembered pattern, in numbers."""

from dataclasses import dataclass

import numpy as np

from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.landmarks import landmarks_of
from grym.domain.recognition.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkEvidence:
    """Landmarks of one pattern that lie at one offset.

    Parameters
    ----------
    number
        The pattern.
    offset_frames
        Where the sound begins within the pattern.
    aligned
        How many landmarks of the sound lie there.
    """

    number: int
    offset_frames: int
    aligned: int


def landmark_evidence(query: Imprint, library: Library, *, most: int) -> list[LandmarkEvidence]:
    """Return the best offset of the patterns with most aligned landmarks, best first."""
    marks = landmarks_of(query.peaks)
    postings = library.postings(marks.hashes)
    offsets = postings.frames.astype(np.int64) - marks.frames[postings.queries]
    places = (postings.numbers.astype(np.int64) << 32) + (offsets + (1 << 30))
    found, counts = np.unique(places, return_counts=True)
    best: list[LandmarkEvidence] = []
    seen: set[int] = set()
    for place in np.argsort(-counts, kind="stable")[: most * 50]:
        number = int(found[place] >> 32)
        if number not in seen and len(best) < most:
            seen.add(number)
            offset = int(found[place] & 0xFFFFFFFF) - (1 << 30)
            best.append(LandmarkEvidence(number=number, offset_frames=offset, aligned=int(counts[place])))
    return best
