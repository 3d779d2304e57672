"""The reassembled sound that recognition fetches."""

import numpy as np
import pytest

from grym.domain.decimation import decimated
from grym.domain.live.fresh import MOST_BLOCKS
from grym.domain.live.stream import LiveStream
from tests.support.live import MONO, even, music
from tests.unit.grym.domain.laboratory import certain

SOUND = music(MONO, seconds=1.0)


def test_what_is_fetched_joins_to_the_thinned_sound() -> None:
    """Fetched after every frame, the pieces follow each other and give the whole."""
    stream, pieces = LiveStream(MONO), []
    for frame in even(SOUND, 3_000):
        stream.take(frame)
        piece = stream.fresh_sound()
        if piece is not None:
            pieces.append(piece)
    stream.finish()
    pieces.append(certain(stream.fresh_sound()))
    ends = [piece.first_sample + len(piece.samples) for piece in pieces]
    assert [piece.first_sample for piece in pieces] == [0, *ends[:-1]]
    joined = np.concatenate([piece.samples for piece in pieces])
    np.testing.assert_allclose(joined, decimated(SOUND[0], 44_100), atol=1e-6)
    assert {piece.rate_hz for piece in pieces} == {11_025}
    assert stream.fresh_sound() is None


def test_gaps_are_told_by_their_share() -> None:
    """One of four windows is missing."""
    frames = even(music(MONO, seconds=1.2))
    stream = LiveStream(MONO)
    for frame in frames[:1] + frames[2:]:
        stream.take(frame)
    stream.finish()
    fresh = certain(stream.fresh_sound())
    assert fresh.missing_share == pytest.approx(1.0 / 12.0, rel=0.01)


def test_what_nobody_fetches_does_not_pile_up() -> None:
    """Ten seconds are kept, the newest ones."""
    stream = LiveStream(MONO)
    for frame in even(np.tile(SOUND, 12)):
        stream.take(frame)
    fresh = certain(stream.fresh_sound())
    assert len(fresh.samples) == pytest.approx(MOST_BLOCKS * 1_102.5, abs=2)
    assert fresh.first_sample == pytest.approx(2 * 11_025, abs=20)
