"""Tests of schemas.live: what is heard in a stream stays apart from what ends it."""

import pytest

from schemas import live
from schemas.body import Body
from schemas.catalogue import BY_NAME
from schemas.registry import BODIES

LIVE_BODIES = [cls for cls in BODIES if cls.__module__ == live.__name__]


@pytest.mark.parametrize("body", LIVE_BODIES, ids=lambda body: body.__name__)
def test_every_event_of_a_stream_is_keyed_by_it(body: type[Body]) -> None:
    """Both topics of live streams keep the order of one stream, and nobody but `live` writes them."""
    topic = BY_NAME[body.TOPIC]
    assert topic.key == "stream id"
    assert topic.writers == ("live",)


def test_the_coordinator_need_not_read_every_window() -> None:
    """What it must know of a stream lies on a topic of its own."""
    assert {body for body in LIVE_BODIES if "coordinator" in BY_NAME[body.TOPIC].readers} == {
        live.StreamStarted,
        live.StreamEnded,
    }
