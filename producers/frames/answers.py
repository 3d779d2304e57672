"""What comes back of a live stream while it plays, with how long it took.

Latency is the time from putting the frame on its way that completed what an answer is about, to the answer's arrival
here: for a window of features the frame that holds its last sample, for a beat the one that holds the beat.
"""

from dataclasses import dataclass

from schemas.envelope import Envelope
from schemas.events import RequestCancelled, RequestCompleted, RequestDeadLettered, RequestRejected
from schemas.live import AlertRaised, FeaturesHeard, PatternHeard, StreamEnded, StreamStarted

LIVE, STREAMS, OUTCOMES = FeaturesHeard.TOPIC, StreamStarted.TOPIC, RequestCompleted.TOPIC
TOPICS = (LIVE, STREAMS, OUTCOMES)

ENDINGS: dict[type, str] = {
    RequestCompleted: "completed",
    RequestRejected: "rejected",
    RequestDeadLettered: "dead_lettered",
    RequestCancelled: "cancelled",
}
"""How the request of a stream ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One event of a stream.

    Parameters
    ----------
    kind
        ``features``, ``beat``, ``key``, ``loudness``, ``alert``, ``pattern``; ``started``, ``ended``; and how the
        request ended: ``completed``, ``rejected``, ``dead_lettered``, ``cancelled``.
    at_s
        Where in the stream; None for what is about all of it.
    latency_s
        Seconds since the frame was sent that completed what this is about; None where that frame was not sent yet (a
        beat that was foretold), or the answer is about no place.
    """

    kind: str
    envelope: Envelope
    at_s: float | None = None
    latency_s: float | None = None

    @property
    def is_last(self) -> bool:
        """Whether nothing follows: the request of the stream has ended."""
        return type(self.envelope.body) in ENDINGS


def is_refusal_of(answer: Answer, opened_id: str) -> bool:
    """Tell whether an answer says that the stream belongs to another sender than the one that opened it like this."""
    body = answer.envelope.body
    told = isinstance(body, AlertRaised) and body.name == "second_source"
    return told and answer.envelope.causation_id == opened_id


def kind_of(envelope: Envelope) -> str | None:
    """Return the kind of an answer; None for an event that is none."""
    body = envelope.body
    if isinstance(body, StreamStarted):
        return "started"
    if isinstance(body, StreamEnded):
        return "ended"
    if body.TOPIC == LIVE:
        return str(body.TYPE).split(".")[1]
    return ENDINGS.get(type(body))


def known_from_s(envelope: Envelope) -> float | None:
    """Return up to where a stream must have been heard to say this, in seconds; None for what is about all of it."""
    body = envelope.body
    if isinstance(body, FeaturesHeard):
        return body.end_s
    if isinstance(body, PatternHeard):
        return body.heard_until_s
    return getattr(body, "at_s", None)
