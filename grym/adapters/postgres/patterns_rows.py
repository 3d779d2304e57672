"""Between rows and the values of pattern memory."""

from collections.abc import Mapping
from typing import Any

import msgspec

from grym.domain.patterns.folding import Standing
from grym.domain.patterns.numbers import rows_of
from grym.ports.patterns import Origin, Pattern, PatternChange, PatternEvent, PatternFacts, Relation, Verdict

EVENT = (
    "seq, event_id, kind, pattern_id, collection, at, extractor, origin_event_id, origin_request_id, data::text as data"
)
NUMBERS = "dim, vectors, imprint, motif"
NO_NUMBERS = "dim, ''::bytea as vectors, ''::bytea as imprint, ''::bytea as motif"
FACTS = (
    "pattern_id, collection, kind, name, tags::text as tags, category, duration_s, heard, confirmed, denied,"
    " merged_into, retired, relations::text as relations, extractor, origin_event_id, origin_request_id, first_seq,"
    " last_seq, content_seq, content, stored_at, last_heard_at, verdicts::text as verdicts, category_said"
)
EVENT_COLUMNS = (
    *("seq", "event_id", "kind", "pattern_id", "collection", "at"),
    *("extractor", "origin_event_id", "origin_request_id", "data", "dim", "vectors", "imprint", "motif"),
)
FACT_COLUMNS = {
    "pattern_id": "text",
    "collection": "text",
    "kind": "text",
    "name": "text",
    "searched": "text",
    "tags": "jsonb",
    "category": "text",
    "duration_s": "double precision",
    "heard": "bigint",
    "confirmed": "bigint",
    "denied": "bigint",
    "merged_into": "text",
    "retired": "boolean",
    "relations": "jsonb",
    "extractor": "text",
    "origin_event_id": "text",
    "origin_request_id": "text",
    "first_seq": "bigint",
    "last_seq": "bigint",
    "content_seq": "bigint",
    "content": "text",
    "stored_at": "timestamptz",
    "last_heard_at": "timestamptz",
    "verdicts": "jsonb",
    "category_said": "text",
}

_DATA = msgspec.json.Decoder(dict[str, Any])
_TAGS = msgspec.json.Decoder(dict[str, str])
_RELATIONS = msgspec.json.Decoder(tuple[Relation, ...])
_VERDICTS = msgspec.json.Decoder(tuple[Verdict, ...])

NONE = "[]"
"""No verdicts, as nearly all patterns have."""

Row = tuple[Any, ...]


def event_row(event: PatternEvent) -> Row:
    """Return an event as a row of the journal, in the order of `EVENT_COLUMNS`."""
    change = event.change
    names = (event.seq, change.event_id, change.kind, change.pattern_id, change.collection, change.at)
    numbers = (change.dim, change.vectors, change.imprint, change.motif)
    return (*names, *_origin_row(change.origin), _json(change.data), *numbers)


def event_of(row: Any) -> PatternEvent:
    """Return an event of a row."""
    change = PatternChange(
        event_id=row["event_id"],
        kind=row["kind"],
        pattern_id=row["pattern_id"],
        collection=row["collection"],
        at=row["at"],
        origin=_origin_of(row),
        data=_DATA.decode(row["data"]),
        vectors=row["vectors"],
        dim=row["dim"],
        imprint=row["imprint"],
        motif=row["motif"],
    )
    return PatternEvent(seq=row["seq"], change=change)


def standing_row(standing: Standing) -> Row:
    """Return what is known of a pattern as a row, in the order of `FACT_COLUMNS`."""
    facts = standing.facts
    said = (facts.name, searched(facts), _json(facts.tags), facts.category, facts.duration_s)
    counts = (facts.count, facts.confirmed, facts.denied)
    fate = (facts.merged_into, facts.retired, _json(facts.relations))
    places = (facts.first_seq, facts.last_seq, standing.content_seq, standing.content)
    names = (facts.pattern_id, facts.collection, facts.kind)
    instants = (facts.stored_at, facts.last_heard_at)
    learned = (_json(facts.verdicts), facts.category_said)
    return (*names, *said, *counts, *fate, *_origin_row(facts.origin), *places, *instants, *learned)


def facts_of(row: Any) -> PatternFacts:
    """Return what is known of a pattern."""
    return PatternFacts(
        pattern_id=row["pattern_id"],
        collection=row["collection"],
        kind=row["kind"],
        name=row["name"],
        origin=_origin_of(row),
        duration_s=row["duration_s"],
        tags=_TAGS.decode(row["tags"]),
        category=row["category"],
        count=row["heard"],
        confirmed=row["confirmed"],
        denied=row["denied"],
        merged_into=row["merged_into"],
        retired=row["retired"],
        relations=_RELATIONS.decode(row["relations"]),
        first_seq=row["first_seq"],
        last_seq=row["last_seq"],
        stored_at=row["stored_at"],
        last_heard_at=row["last_heard_at"],
        verdicts=_VERDICTS.decode(row["verdicts"]) if row["verdicts"] != NONE else (),
        category_said=row["category_said"],
    )


def standing_of(row: Any) -> Standing:
    """Return what is known of a pattern, with where its numbers are."""
    return Standing(facts=facts_of(row), content_seq=row["content_seq"], content=row["content"])


def pattern_of(row: Any) -> Pattern:
    """Return a pattern of a row with its facts and its numbers."""
    vectors = rows_of(row["vectors"], dim=row["dim"])
    return Pattern(facts=facts_of(row), vectors=vectors, imprint=row["imprint"], motif=row["motif"])


def searched(facts: PatternFacts) -> str:
    """Return what a search for text looks through: one text a line, without regard to case."""
    texts = (facts.name, *facts.tags.values(), facts.category)
    return "\n".join(text.replace("\n", " ").casefold() for text in texts)


def _origin_row(origin: Origin) -> Row:
    return (origin.extractor, origin.event_id, origin.request_id)


def _origin_of(row: Any) -> Origin:
    return Origin(extractor=row["extractor"], event_id=row["origin_event_id"], request_id=row["origin_request_id"])


def _json(value: Mapping[str, object] | tuple[Relation | Verdict, ...]) -> str:
    return msgspec.json.encode(value).decode()
