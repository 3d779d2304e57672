"""Traces by OpenTelemetry, handed to a collector over HTTP; the extra ``otel`` brings the client.

A span of the kind *consumer* for each attempt, its parent taken from the event's ``traceparent``; one of its own, with
links, for each unit of work. A context that is not as W3C Trace Context wants it is ignored: the span begins a new
trace then. Spans carry ids, types and numbers, never bodies.

References: W3C Trace Context 1.1; OpenTelemetry semantic conventions for messaging 1.27.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from grym.errors import GrymError
from grym.ports.tracing import traceparents_of
from schemas.envelope import Envelope
from schemas.records import Message

SERVICE = "grym"
MAX_LINKS = 128
"""Links of one span: what collectors take by default."""


class OtelTracer:
    """Traces by a provider (see `grym.ports.tracing.Tracer`)."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def attempt(self, processor: str, envelope: Envelope, *, number: int = 1) -> Iterator[Envelope]:
        """Trace one attempt at an event while the block runs."""
        span = self._tracer.start_span(
            f"{processor} process",
            context=self._parent(envelope.traceparent, envelope.tracestate),
            kind=trace.SpanKind.CONSUMER,
            attributes=_attributes(processor, envelope, number),
        )
        with _running(span):
            yield self._within(span, envelope)

    @contextmanager
    def unit(self, processor: str, messages: Iterable[Message]) -> Iterator[None]:
        """Trace a unit of work, linked with the spans of its events."""
        traceparents = traceparents_of(messages)
        spans = [trace.get_current_span(self._parent(text, "")) for text in traceparents[:MAX_LINKS]]
        links = [trace.Link(span.get_span_context()) for span in spans if span.get_span_context().is_valid]
        attributes: dict[str, str | int] = {
            "grym.processor": processor,
            "messaging.batch.message_count": len(traceparents),
        }
        span = self._tracer.start_span(f"{processor} commit", links=links, attributes=attributes)
        with _running(span):
            yield

    def close(self) -> None:
        """Hand over what was not yet told."""
        self._provider.shutdown()

    def _parent(self, traceparent: str, tracestate: str) -> Any:
        carrier = {"traceparent": traceparent, "tracestate": tracestate}
        return self._propagator.extract({name: text for name, text in carrier.items() if text}, context=_NO_CONTEXT)

    def _within(self, span: trace.Span, envelope: Envelope) -> Envelope:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, context=trace.set_span_in_context(span, _NO_CONTEXT))
        return msgspec.structs.replace(
            envelope, traceparent=carrier.get("traceparent", ""), tracestate=carrier.get("tracestate", "")
        )


_NO_CONTEXT = trace.set_span_in_context(trace.INVALID_SPAN)
"""What a span without a parent begins from, whatever runs around it."""


def open_tracer(url: str, *, worker: str) -> OtelTracer:
    """Trace to the collector at a URL (``http://host:4318``), as the worker of that name."""
    return tracer_to(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")), worker=worker)


def tracer_to(processor: SpanProcessor, *, worker: str) -> OtelTracer:
    """Trace to a span processor of the SDK."""
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE, "service.instance.id": worker}))
    provider.add_span_processor(processor)
    return OtelTracer(provider)


@contextmanager
def _running(span: trace.Span) -> Iterator[None]:
    """Let a span run while the block does; of an error it tells the class or code, since sentences may quote a body."""
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except Exception as error:
            span.set_status(trace.StatusCode.ERROR)
            span.set_attribute("error.type", error.code if isinstance(error, GrymError) else type(error).__name__)
            raise


def _attributes(processor: str, envelope: Envelope, number: int) -> dict[str, str | int]:
    return {
        "messaging.operation.type": "process",
        "messaging.destination.name": envelope.body.TOPIC,
        "messaging.message.id": envelope.id,
        "messaging.message.conversation_id": envelope.correlation_id,
        "grym.processor": processor,
        "grym.type": envelope.type,
        "grym.run_no": envelope.run_no,
        "grym.attempt": number,
    }
