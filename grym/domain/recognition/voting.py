"""Voting: every landmark that was heard before votes for a pattern and a place in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.landmarks import asked_landmarks
from grym.domain.recognition.library import Library, Postings

OFFSET_BITS = 32
MIDDLE = 1 << (OFFSET_BITS - 1)
"""Offsets are signed; a place (pattern, offset) is packed into 64 bits with the offset raised by this."""

MOST_PLACES = 60_000
"""Places that vote in one question; memories of some thousand tunes have more, most of them of common landmarks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Where most landmarks of a sound lie in one pattern.

    Parameters
    ----------
    number
        The pattern.
    offset_frames
        Where the sound begins within it.
    landmarks
        How many of the sound's landmarks lie there, give or take a frame.
    """

    number: int
    offset_frames: int
    landmarks: int


def vote(query: Imprint, library: Library, *, most: int) -> list[Vote]:
    """Return the best place in each of the patterns with most votes, most first; of equals the lower number."""
    marks = asked_landmarks(query.peaks)
    postings = _rarest(library.postings(marks.hashes))
    offsets = postings.frames.astype(np.int64) - marks.frames[postings.queries]
    places, counts = np.unique(
        (postings.numbers.astype(np.int64) << OFFSET_BITS) + offsets + MIDDLE, return_counts=True
    )
    votes = _with_neighbours(places, counts)
    best = _best_of_each(places >> OFFSET_BITS, votes)
    ranked = best[np.argsort(-votes[best], kind="stable")][:most]
    return [
        Vote(
            number=int(places[place] >> OFFSET_BITS),
            offset_frames=int(places[place] & (2 * MIDDLE - 1)) - MIDDLE,
            landmarks=int(votes[place]),
        )
        for place in ranked
    ]


def _rarest(postings: Postings) -> Postings:
    """Return the places of the rarest landmarks, `MOST_PLACES` at most: rare ones say more, and growth is bounded."""
    if len(postings.queries) <= MOST_PLACES:
        return postings
    counts = np.bincount(postings.queries)
    order = np.argsort(counts, kind="stable")
    few = np.zeros(len(counts), dtype=bool)
    few[order[np.cumsum(counts[order]) <= MOST_PLACES]] = True
    kept = few[postings.queries]
    return Postings(queries=postings.queries[kept], numbers=postings.numbers[kept], frames=postings.frames[kept])


def _with_neighbours(places: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the votes of each place and of the frames beside it: frames of two sounds rarely begin together."""
    beside = np.diff(places) == 1
    votes = counts.copy()
    votes[:-1] += np.where(beside, counts[1:], 0)
    votes[1:] += np.where(beside, counts[:-1], 0)
    return votes


def _best_of_each(numbers: NDArray[np.int64], votes: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the place with most votes of each pattern, patterns ascending; `numbers` ascend."""
    order = np.lexsort((-votes, numbers))
    first = np.ones(len(order), dtype=bool)
    first[1:] = numbers[order][1:] != numbers[order][:-1]
    return order[first]
