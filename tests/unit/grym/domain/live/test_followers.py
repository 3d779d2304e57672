"""The followers that every stream has."""

import pytest

from grym.domain.live.followers import default_followers
from grym.domain.live.frame import StreamFormat
from grym.domain.live.stream import LiveStream
from tests.support.live import even, heard, music, same


def test_each_has_a_name_of_its_own() -> None:
    """States are kept by name."""
    names = [kind.name for kind in default_followers()]
    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_all_of_them_go_on_to_the_last_bit(rate_hz: int) -> None:
    """Twelve seconds of music, stored and restored twice a second, give the facts of the whole."""
    stream_format = StreamFormat(sample_rate_hz=rate_hz, channels=1)
    frames = even(music(stream_format, seconds=12.0), rate_hz // 2, sample_rate_hz=rate_hz)
    stream, facts = LiveStream(stream_format, default_followers()), []
    for frame in frames:
        facts += stream.take(frame)
        stream = LiveStream.restored(stream.state(), default_followers())
    same([*facts, *stream.finish()], heard(frames, LiveStream(stream_format, default_followers())))
