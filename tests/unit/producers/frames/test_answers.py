"""Answers: which events are some, and what must have been heard for them to be said."""

from datetime import UTC, datetime

import pytest

from producers.frames.answers import Answer, kind_of, known_from_s
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import MatchData, RequestAccepted, RequestCancelled, RequestCompleted
from schemas.live import AlertRaised, FeaturesHeard, KeyHeard, PatternHeard, StreamEnded, StreamStarted

MATCH = MatchData(pattern_id="p", name="p", confidence=1.0)
STARTED = StreamStarted(sample_rate_hz=8_000, channels=1, sample_format="s16le")


def envelope(body: Body) -> Envelope:
    """Return an event about a stream."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Envelope(id="e", source="grym/live", type=body.TYPE, subject="s", time=at, body=body, correlation_id="s")


@pytest.mark.parametrize(
    ("body", "kind", "known_s"),
    [
        (FeaturesHeard(window=3, at_s=0.3, end_s=0.4), "features", 0.4),
        (KeyHeard(at_s=4.0, span_s=8.0), "key", 4.0),
        (AlertRaised(name="gap", at_s=2.0), "alert", 2.0),
        (PatternHeard(state="began", at_s=1.0, heard_until_s=4.0, match=MATCH), "pattern", 4.0),
        (STARTED, "started", None),
        (StreamEnded(reason="ended", duration_s=1.0), "ended", None),
        (RequestCompleted(kind="listen", result={}), "completed", None),
        (RequestCancelled(reason="asked"), "cancelled", None),
        (RequestAccepted(kind="listen", deadline_s=1.0), None, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Body) else "",
)
def test_kinds_and_what_they_need(body: Body, kind: str | None, known_s: float | None) -> None:
    """What is heard is called by its noun; what is about the whole stream needs no place in it."""
    assert (kind_of(envelope(body)), known_from_s(envelope(body))) == (kind, known_s)


def test_the_end_of_a_request_is_the_last_answer() -> None:
    """The end of a stream is not: its request ends after it."""
    assert Answer(kind="completed", envelope=envelope(RequestCompleted(kind="listen", result={}))).is_last
    assert not Answer(kind="ended", envelope=envelope(StreamEnded(reason="ended", duration_s=1.0))).is_last
