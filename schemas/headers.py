"""The header names of grym's records as data: what the codec reads, what the documents list.

CloudEvents attributes and extensions are ``ce_`` plus lower-case letters and digits; ``content-type`` and the two
W3C trace headers keep their own names. A header that is not in these tables is foreign and is carried untouched.

References: CloudEvents 1.0.2, "Naming Conventions"; Kafka Protocol Binding 1.0.2, section 3.2; W3C Trace Context.
"""

import msgspec

MAX_ATTRIBUTE_BYTES = 512
"""Longest accepted id, source, subject or other attribute, in bytes of UTF-8.

The inbox is keyed by processor, source, id and run number; a B-tree row of PostgreSQL holds 2,704 bytes, so two such
values and a processor's name always fit.
"""


IMPORTED = "grym_imported"
"""Transport mark of a record that `grym events import` brought: history, which nobody works on (docs/events.md).

Its value is the log-append time that the record had in the log it came from, RFC 3339.
"""


class HeaderField(msgspec.Struct, frozen=True, kw_only=True):
    """One header.

    Parameters
    ----------
    name
        As it stands on the wire.
    required
        Whether a record without it is refused.
    about
        What it says, in one sentence without a full stop.
    pattern
        Regular expression that the text of the header matches; empty for any text.
    """

    name: str
    about: str
    required: bool = False
    pattern: str = ""


WHOLE_NUMBER = "^[1-9][0-9]{0,8}$"

ENVELOPE_HEADERS: tuple[HeaderField, ...] = (
    HeaderField(name="ce_specversion", about="version of CloudEvents; always 1.0", pattern="^1\\.0$"),
    HeaderField(name="ce_id", about="names the event; unique together with the source", required=True),
    HeaderField(name="ce_source", about="who wrote it; `grym/<processor>` for grym's own", required=True),
    HeaderField(name="ce_type", about="what it is: `grym.<noun>.<verb>.v<major>`", required=True),
    HeaderField(name="ce_subject", about="request id or stream id; without it the record key, else the id"),
    HeaderField(name="ce_time", about="when the writer made it, RFC 3339; without it the log-append time"),
    HeaderField(name="ce_correlationid", about="the request it belongs to; without it the subject"),
    HeaderField(name="ce_causationid", about="id of the event that caused it"),
    HeaderField(name="ce_attempt", about="which try of a step, from 1", pattern=WHOLE_NUMBER),
    HeaderField(name="ce_runno", about="which run of the request, from 1", pattern=WHOLE_NUMBER),
    HeaderField(name="ce_tenant", about="whose it is; without it `default`"),
    HeaderField(name="content-type", about="media type of the value: application/json"),
    HeaderField(name="traceparent", about="W3C trace context; one that is not plain text is foreign"),
    HeaderField(name="tracestate", about="W3C trace context; one that is not plain text is foreign"),
)
