"""Traces: one span for every attempt at an event, continued through the headers of what follows from it.

The context travels as W3C ``traceparent`` and ``tracestate``. Without a tracer both are passed on as they came, so that
others can still follow a request through grym.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from schemas.envelope import Envelope
from schemas.records import Message, header


class Tracer(Protocol):
    """Tells who wants to know how long what took, and what caused it."""

    def attempt(self, processor: str, envelope: Envelope, *, number: int = 1) -> AbstractContextManager[Envelope]:
        """Trace one attempt at an event while the block runs; what the block raises is noted.

        The block gets the event with the context of its span: what follows is to be caused by that.
        """
        ...

    def unit(self, processor: str, messages: Iterable[Message]) -> AbstractContextManager[None]:
        """Trace a unit of work of many events, linked with the spans that its outputs were caused in."""
        ...

    def close(self) -> None:
        """Hand over what was not yet told; may take seconds."""
        ...


class NoTracer:
    """Tells nobody."""

    def attempt(self, processor: str, envelope: Envelope, *, number: int = 1) -> AbstractContextManager[Envelope]:
        """Pass on the event as it is."""
        del processor, number
        return nullcontext(envelope)

    def unit(self, processor: str, messages: Iterable[Message]) -> AbstractContextManager[None]:
        """Do nothing."""
        del processor, messages
        return nullcontext()

    def close(self) -> None:
        """Do nothing."""


def traceparents_of(messages: Iterable[Message]) -> list[str]:
    """Return the different contexts that messages carry, in order."""
    found: Mapping[bytes | None, None] = {header(message.headers, "traceparent"): None for message in messages}
    return [value.decode("ascii", errors="replace") for value in found if value]
