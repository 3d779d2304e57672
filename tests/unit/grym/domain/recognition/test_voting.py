"""Votes of landmarks for patterns and places."""

import numpy as np
import pytest

from grym.domain.recognition import voting
from grym.domain.recognition.library import Postings
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.taking import take_imprint
from grym.domain.recognition.voting import vote
from tests.unit.grym.domain.recognition.sounds import excerpt, noisy, signal, tune

TUNES = 8


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A library of eight tunes, numbered as they are seeded."""
    library = Shelf()
    for seed in range(TUNES):
        library.put(take_imprint(signal(tune(seed))))
    return library


@pytest.mark.parametrize("seed", range(TUNES))
def test_an_excerpt_votes_for_its_tune_and_place(shelf: Shelf, seed: int) -> None:
    """Four seconds from anywhere, in noise of their own level, vote for where they were cut."""
    start_s = 1.0 + 0.77 * seed
    sound = noisy(excerpt(tune(seed), start_s, 4.0), 0.0)
    first, second = vote(take_imprint(signal(sound)), shelf, most=2)
    assert first.number == seed
    assert first.offset_frames / FRAME_RATE_HZ == pytest.approx(start_s, abs=0.1)
    assert first.landmarks > second.landmarks


def test_each_pattern_is_named_once_in_order(shelf: Shelf) -> None:
    """Votes come with most landmarks first, one place a pattern, as many as asked for at most."""
    votes = vote(take_imprint(signal(tune(2))), shelf, most=5)
    assert len(votes) <= 5
    assert len({one.number for one in votes}) == len(votes)
    assert [one.landmarks for one in votes] == sorted((one.landmarks for one in votes), reverse=True)


def test_silence_votes_for_nothing(shelf: Shelf) -> None:
    """Silence has no landmark and no vote; nor has any sound in an empty library."""
    assert vote(take_imprint(signal(np.zeros(60_000, dtype=np.float32))), shelf, most=5) == []
    assert vote(take_imprint(signal(tune(0))), Shelf(), most=5) == []


def test_of_too_many_places_the_rarest_landmarks_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory holds more places than may vote, those of common landmarks are left out, all of each."""
    monkeypatch.setattr(voting, "MOST_PLACES", 10)
    queries = np.repeat(np.arange(4, dtype=np.int32), [9, 3, 1, 6])
    every = Postings(queries=queries, numbers=queries, frames=np.arange(19, dtype=np.int32))
    kept = voting._rarest(every)
    assert np.bincount(kept.queries).tolist() == [0, 3, 1, 6]
    assert voting._rarest(kept) is kept
