"""The library in memory."""

import numpy as np
import pytest

from grym.domain.recognition.landmarks import landmarks_of
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.taking import take_imprint
from tests.unit.grym.domain.recognition.sounds import signal, tune

IMPRINTS = [take_imprint(signal(tune(seed, seconds=6.0))) for seed in range(4)]


@pytest.fixture
def shelf() -> Shelf:
    """A shelf of four tunes."""
    library = Shelf()
    for number, imprint in enumerate(IMPRINTS):
        assert library.put(imprint) == number
    return library


def test_postings_are_what_a_search_by_hand_finds(shelf: Shelf) -> None:
    """Each asked hash comes with every pattern and frame that holds it."""
    asked = np.unique(landmarks_of(IMPRINTS[1].peaks).hashes)[:50]
    found = shelf.postings(asked)
    expected = {
        (place, number, int(frame))
        for number, imprint in enumerate(IMPRINTS)
        for mark, frame in zip(landmarks_of(imprint.peaks).hashes, landmarks_of(imprint.peaks).frames, strict=True)
        for place in np.nonzero(asked == mark)[0].tolist()
    }
    assert set(zip(found.queries.tolist(), found.numbers.tolist(), found.frames.tolist(), strict=True)) == expected


def test_the_nearest_window_of_a_remembered_one_is_itself(shelf: Shelf) -> None:
    """Windows are found by exact comparison, most similar first."""
    near = shelf.nearest(IMPRINTS[2].windows.vectors, k=3)
    assert (near.numbers[:, 0] == 2).all()
    assert (near.windows[:, 0] == np.arange(len(IMPRINTS[2].windows.vectors))).all()
    np.testing.assert_allclose(near.similarities[:, 0], 1.0, atol=1e-5)
    assert (np.diff(near.similarities, axis=1) <= 0).all()


def test_what_is_put_is_there_at_once(shelf: Shelf) -> None:
    """A question between two tunes sees the first, one after both sees both."""
    marks = landmarks_of(IMPRINTS[0].peaks).hashes
    before = set(shelf.postings(marks).numbers.tolist())
    assert shelf.put(IMPRINTS[0]) == len(IMPRINTS)
    assert set(shelf.postings(marks).numbers.tolist()) == before | {len(IMPRINTS)}
    assert shelf.imprints([4, 0]) == [IMPRINTS[0], IMPRINTS[0]]


def test_an_empty_shelf_answers() -> None:
    """Nothing is near, nothing was heard."""
    library = Shelf()
    assert not len(library)
    assert library.nearest(IMPRINTS[0].windows.vectors, k=3).numbers.shape == (len(IMPRINTS[0].windows.vectors), 0)
    assert not len(library.postings(landmarks_of(IMPRINTS[0].peaks).hashes).numbers)
