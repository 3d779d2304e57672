"""Write the tables of `docs/events.md` from the wire contract itself."""

import inspect

from schemas.catalogue import DAY_S, TOPICS
from schemas.envelope import Envelope
from schemas.registry import BODIES, UPCASTERS

# Header, attribute of the envelope, meaning.
HEADERS = (
    ("ce_specversion", "", "`1.0`"),
    ("ce_id", "id", "unique together with the source; a repeated id is a repeated delivery"),
    ("ce_source", "source", "who wrote it; `grym/<processor>` for grym's own events"),
    ("ce_type", "type", "`grym.<noun>.<verb>.v<major>`"),
    ("ce_subject", "subject", "request id (or stream id), the record key of most topics"),
    ("ce_time", "time", "when the writer made it, RFC 3339; never used to decide about deadlines"),
    ("ce_correlationid", "correlation_id", "the request it belongs to"),
    ("ce_causationid", "causation_id", "id of the event it was caused by"),
    ("ce_attempt", "attempt", "which try of a step, from 1"),
    ("ce_runno", "run_no", "which run of the request, from 1; a redrive starts the next"),
    ("ce_tenant", "tenant", "whose it is; `default` when absent"),
    ("traceparent", "traceparent", "W3C trace context, carried along"),
    ("tracestate", "tracestate", "W3C trace context, carried along"),
    ("content-type", "", "`application/json`, but for raw audio frames"),
)


def first_sentence(documented: type) -> str:
    """Return the summary of a docstring on one line."""
    text = inspect.getdoc(documented) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "`")


def headers() -> str:
    """Return the table of envelope headers."""
    missing = {name for _, name, _ in HEADERS if name} - set(Envelope.__struct_fields__)
    if missing:
        raise SystemExit(f"the envelope has no {', '.join(sorted(missing))} any more")
    rows = ["| header | attribute | meaning |", "|---|---|---|"]
    rows += [f"| `{header}` | {f'`{name}`' if name else ''} | {meaning} |" for header, name, meaning in HEADERS]
    return "\n".join(rows)


def topics() -> str:
    """Return the table of topics."""
    rows = ["| topic | key | partitions | kept | written by | read by | a failing record | what |", "|" + "---|" * 8]
    for topic in TOPICS:
        kept = "for ever" if topic.retention_s is None else f"{topic.retention_s // DAY_S} d"
        cells = (topic.key, str(topic.partitions), kept, ", ".join(topic.writers), ", ".join(topic.readers))
        rows.append(f"| `{topic.name}` | {' | '.join(cells)} | `{topic.on_failure}` | {topic.about} |")
    return "\n".join(rows)


def bodies() -> str:
    """Return the table of commands and events."""
    rows = ["| type | class | topic | what |", "|---|---|---|---|"]
    for body in BODIES:
        place = f"{body.__module__}.{body.__name__}"
        rows.append(f"| `{body.TYPE}` | `{place}` | `{body.TOPIC}` | {first_sentence(body)} |")
    lifted = ", ".join(f"`{old}` → `{new}`" for old, (new, _) in sorted(UPCASTERS.items()))
    return "\n".join(rows) + (f"\n\nOlder versions that are still read: {lifted}." if lifted else "")
