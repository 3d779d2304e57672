"""Traces go on through the headers of events; these need the extra ``otel``."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.errors import UnavailableError
from grym.ports.tracing import Tracer, traceparents_of
from schemas.envelope import Envelope, encode
from schemas.events import TimerFired

pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from grym.adapters.tracing import OtelTracer, open_tracer, tracer_to

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


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
        run_no=2,
        traceparent=traceparent,
        tracestate=tracestate,
    )


class World:
    """A tracer, and the spans it has ended."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self.tracer: Tracer = tracer_to(SimpleSpanProcessor(self._spans), worker="one")

    def ended(self) -> tuple[Any, ...]:
        """Return the spans in the order of their ends."""
        return tuple(self._spans.get_finished_spans())


def test_an_attempt_is_a_child_of_what_sent_the_event_and_the_parent_of_what_follows() -> None:
    """Trace and flags are kept, foreign state is passed on, and the span names the event but not its content."""
    world = World()
    with world.tracer.attempt("coordinator", event(TRACEPARENT, "vendor=1"), number=3) as traced:
        pass
    (span,) = world.ended()
    assert format_trace_id(span.context.trace_id) == TRACE
    assert format_span_id(span.parent.span_id) == PARENT
    assert traced.traceparent == f"00-{TRACE}-{format_span_id(span.context.span_id)}-01"
    assert traced.tracestate == "vendor=1"
    assert (span.name, span.kind, span.status.status_code) == (
        "coordinator process",
        SpanKind.CONSUMER,
        StatusCode.UNSET,
    )
    assert span.attributes["messaging.message.id"] == "e1"
    assert (span.attributes["grym.run_no"], span.attributes["grym.attempt"]) == (2, 3)
    assert "deadline" not in str(dict(span.attributes))


def test_an_event_without_context_begins_a_trace() -> None:
    """Two of them begin two."""
    world = World()
    contexts = []
    for _ in range(2):
        with world.tracer.attempt("coordinator", event()) as traced:
            contexts.append(traced.traceparent.split("-")[1])
    assert len(set(contexts)) == 2
    assert all(span.parent is None for span in world.ended())


def test_an_unsampled_trace_stays_unsampled() -> None:
    """Nothing is told of it, and what follows carries the decision on."""
    world = World()
    with world.tracer.attempt("coordinator", event(f"00-{TRACE}-{PARENT}-00")) as traced:
        pass
    assert world.ended() == ()
    assert traced.traceparent.startswith(f"00-{TRACE}-")
    assert traced.traceparent.endswith("-00")


def test_a_failed_attempt_says_what_it_failed_with() -> None:
    """By code, without the sentence, which may quote a body."""
    world = World()
    with pytest.raises(UnavailableError), world.tracer.attempt("coordinator", event(TRACEPARENT)):
        raise UnavailableError("a private sentence", code="artifact.store_failed")
    with pytest.raises(ValueError, match="private"), world.tracer.attempt("coordinator", event(TRACEPARENT)):
        raise ValueError("a private sentence")
    first, second = world.ended()
    assert first.status.status_code is StatusCode.ERROR
    assert first.attributes["error.type"] == "artifact.store_failed"
    assert second.attributes["error.type"] == "ValueError"
    assert "private" not in first.to_json() + second.to_json()


def test_a_unit_is_linked_with_the_spans_of_its_events() -> None:
    """Each once, in order; what is no context is left out."""
    world = World()
    sent = []
    for _ in range(2):
        with world.tracer.attempt("coordinator", event()) as traced:
            sent += [encode(traced), encode(traced)]
    with world.tracer.unit("coordinator", [*sent, encode(event("nonsense")), encode(event())]):
        pass
    *attempts, unit = world.ended()
    assert [link.context.span_id for link in unit.links] == [span.context.span_id for span in attempts]
    assert unit.parent is None


BROKEN = [
    "",
    "00",
    f"00-{TRACE}-{PARENT}",
    f"ff-{TRACE}-{PARENT}-01",
    f"00-{'0' * 32}-{PARENT}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE.upper()}-{PARENT}-01",
    f"00-{TRACE}-{PARENT}-01-more",
    f"00-{TRACE[:-1]}-{PARENT}-01",
    f"00-{TRACE}-{PARENT}-zz",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_context_is_ignored(broken: str) -> None:
    """W3C Trace Context, section 3.2: what cannot be understood begins a new trace, and its state goes with it."""
    world = World()
    with world.tracer.attempt("coordinator", event(broken, "vendor=1")) as traced:
        pass
    (span,) = world.ended()
    assert span.parent is None
    assert format_trace_id(span.context.trace_id) != TRACE
    assert traced.tracestate == ""


@given(traceparent=st.text(max_size=80), tracestate=st.text(max_size=600))
def test_no_header_whatever_stops_an_event(traceparent: str, tracestate: str) -> None:
    """What follows always carries a context that can be written."""
    world = World()
    with world.tracer.attempt("coordinator", event(traceparent, tracestate)) as traced:
        pass
    assert traceparents_of([encode(traced)]) == [traced.traceparent]


def test_a_collector_that_is_away_stops_nobody() -> None:
    """Spans are lost then, and nothing else."""
    tracer = open_tracer("http://127.0.0.1:1", worker="one")
    assert isinstance(tracer, OtelTracer)
    with tracer.attempt("coordinator", event(f"00-{TRACE}-{PARENT}-00")):
        pass
    tracer.close()


def test_a_unit_that_fails_says_so_without_the_sentence() -> None:
    """What a database says may quote a body."""
    world = World()
    with pytest.raises(UnavailableError), world.tracer.unit("coordinator", []):
        raise UnavailableError("a private sentence", code="postgres.away")
    (unit,) = world.ended()
    assert unit.status.status_code is StatusCode.ERROR
    assert unit.attributes["error.type"] == "postgres.away"
    assert "private" not in unit.to_json()
