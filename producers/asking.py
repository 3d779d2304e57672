"""First events: how a request, a cancel or an opinion is wrapped, and refused before anything is published."""

from datetime import UTC, datetime

import msgspec

from grym.errors import InvalidRequestError
from producers.identity import SOURCE, event_id
from schemas.body import Body
from schemas.envelope import Envelope, encode
from schemas.events import RequestRejected
from streams.coordinator import Coordinator
from streams.coordinator.run import Request


def first_event(
    body: Body,
    request_id: str,
    *,
    at: datetime,
    purpose: str,
    tenant: str = "default",
    run_no: int = 1,
    cause: Envelope | None = None,
) -> Envelope:
    """Wrap a first event.

    Parameters
    ----------
    at
        When it is made; for display only.
    purpose
        Names the event together with the request id: the same purpose is the same event.
    cause
        What it answers to, so that the story of a request stays one chain.
    """
    return Envelope(
        id=event_id(request_id, purpose),
        source=SOURCE,
        type=body.TYPE,
        subject=request_id,
        time=at,
        body=body,
        correlation_id=request_id,
        causation_id="" if cause is None else cause.id,
        tenant=tenant,
        run_no=run_no,
    )


async def require_possible(envelope: Envelope) -> None:
    """Refuse a request that the coordinator would reject, by asking the coordinator's own code.

    Raises
    ------
    InvalidRequestError
        With the fault the rejection would carry, or ``request.not_text``.
    """
    try:
        msgspec.json.encode((envelope.body, envelope.subject, envelope.tenant))
    except UnicodeEncodeError as error:
        raise InvalidRequestError(
            "the request holds characters that are no text", code="request.not_text", hint="Send valid Unicode."
        ) from error
    decision = await Coordinator().process(envelope, None)
    for output in decision.outputs:
        if isinstance(output.body, RequestRejected):
            fault = output.body.fault
            raise InvalidRequestError(fault.message, code=fault.code, hint=fault.hint)


async def require_possible_wish(wish: Request, *, request_id: str) -> None:
    """Refuse an impossible wish before a runtime is opened at all; otherwise as `require_possible`."""
    envelope = first_event(wish, request_id, at=datetime.fromtimestamp(0, UTC), purpose=wish.TYPE)
    await require_possible(envelope)
    encode(envelope)
