"""Without a tracer, the context of others is passed on."""

from datetime import UTC, datetime

from grym.ports.tracing import NoTracer, Tracer, traceparents_of
from schemas.envelope import Envelope, encode
from schemas.events import TimerFired

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def event(traceparent: str = "", tracestate: str = "") -> Envelope:
    """Return an event with a context."""
    return Envelope(
        id="e1",
        source="grym/timers",
        type=TimerFired.TYPE,
        subject="r1",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        body=TimerFired(timer_id="t1", purpose="deadline"),
        correlation_id="r1",
        traceparent=traceparent,
        tracestate=tracestate,
    )


def test_without_a_tracer_contexts_are_passed_on() -> None:
    """Others can still follow a request through grym."""
    none: Tracer = NoTracer()
    told = event(TRACEPARENT, "vendor=1")
    with none.attempt("coordinator", told, number=2) as traced, none.unit("coordinator", [encode(told)]):
        assert traced is told
    none.close()


def test_contexts_of_messages_are_found_once_each_in_order() -> None:
    """Messages without one have none."""
    other = TRACEPARENT.replace("00f067aa0ba902b7", "b7ad6b7169203331")
    messages = [encode(event(text)) for text in (other, TRACEPARENT, "", other)]
    assert traceparents_of(messages) == [other, TRACEPARENT]
