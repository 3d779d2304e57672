"""The coordinator: a request becomes a run, a run becomes commands, and every run ends exactly once.

Policy (promise 2): a request is accepted by the commit of its first decision. A cancel that comes first is
remembered. The first of completed, rejected, dead-lettered and cancelled wins; whatever comes later, and a second
request under a known id, is recorded as ignored. A redrive begins the next run and keeps finished steps. Answers of
other runs or rounds have no effect. Time is the log-append time of the event at hand.
"""

from collections.abc import Callable

from schemas.body import Body
from schemas.commands import CancelRequest, RedriveRequest
from schemas.envelope import Envelope
from schemas.events import AudioRefused, EventDeadLettered, TimerFired
from schemas.live import StreamEnded, StreamStarted
from streams.coordinator.definitions import STEP_OF_ANSWER
from streams.coordinator.endings import Decided, audio_refused, cancel, dead_lettered, deadline_passed
from streams.coordinator.intake import redrive, request
from streams.coordinator.listening import started, stream_ended
from streams.coordinator.progress import answer
from streams.coordinator.run import REQUESTS, Run


class Coordinator:
    """Runs the workflows; pure: everything it needs is in the event and in the run."""

    name = "coordinator"
    accepts: tuple[type[Body], ...] = (
        *REQUESTS,
        CancelRequest,
        RedriveRequest,
        TimerFired,
        EventDeadLettered,
        AudioRefused,
        StreamStarted,
        *STEP_OF_ANSWER,
    )
    state_type = Run

    def state_key(self, envelope: Envelope) -> str:
        """Return the request id."""
        return envelope.subject

    async def process(self, envelope: Envelope, state: Run | None) -> Decided:
        """Decide what one event means for its request."""
        decide = _DECISIONS.get(type(envelope.body), answer)
        return decide(envelope, state)


_DECISIONS: dict[type[Body], Callable[[Envelope, Run | None], Decided]] = {
    **dict.fromkeys(REQUESTS, request),
    CancelRequest: cancel,
    TimerFired: deadline_passed,
    EventDeadLettered: dead_lettered,
    RedriveRequest: redrive,
    AudioRefused: audio_refused,
    StreamStarted: started,
    StreamEnded: stream_ended,
}
