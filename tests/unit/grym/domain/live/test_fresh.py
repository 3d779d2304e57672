"""The reassembled sound that recognition fetches."""

import numpy as np
import pytest

from grym.domain.decimation import decimated, factor_for
from grym.domain.live.frame import StreamFormat
from grym.domain.live.fresh import MOST_PIECES
from grym.domain.live.stream import LiveStream
from tests.support.live import MONO, even, music
from tests.unit.grym.domain.laboratory import certain

SOUND = music(MONO, seconds=1.0)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_what_is_fetched_joins_to_the_thinned_sound(rate_hz: int) -> None:
    """Fetched now and then, the pieces follow each other and give the whole, also where nothing is thinned out."""
    stream_format = StreamFormat(sample_rate_hz=rate_hz, channels=1)
    sound = music(stream_format, seconds=1.0)
    stream, pieces = LiveStream(stream_format), []
    for number, frame in enumerate(even(sound, 3_000, sample_rate_hz=rate_hz)):
        stream.take(frame)
        piece = stream.fresh_sound() if number % 3 == 0 else None
        if piece is not None:
            pieces.append(piece)
    stream.finish()
    pieces.append(certain(stream.fresh_sound()))
    ends = [piece.first_sample + len(piece.samples) for piece in pieces]
    assert [piece.first_sample for piece in pieces] == [0, *ends[:-1]]
    joined = np.concatenate([piece.samples for piece in pieces])
    np.testing.assert_allclose(joined, decimated(sound[0], rate_hz), atol=1e-6)
    assert {piece.rate_hz for piece in pieces} == {rate_hz // factor_for(rate_hz)}
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
    assert len(fresh.samples) == pytest.approx(MOST_PIECES * 1_102.5, abs=2)
    assert fresh.first_sample == pytest.approx(2 * 11_025, abs=20)
