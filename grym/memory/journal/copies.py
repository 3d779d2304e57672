"""What the log is told of a change of pattern memory: the copy that others read; numbers stay in the database."""

from collections.abc import Callable, Mapping
from typing import Any

from grym.domain.patterns.names import plain_value
from grym.ports.patterns import PatternChange
from schemas.body import Body
from schemas.envelope import Envelope, encode
from schemas.events import (
    PatternCorrected,
    PatternMerged,
    PatternReembedded,
    PatternReinforced,
    PatternRetired,
    PatternsRelated,
    PatternStored,
    RelationData,
)
from schemas.records import Message
from schemas.verdicts import PatternJudged, VerdictWithdrawn

SOURCE = "grym/patterns"


def message_of(change: PatternChange) -> Message:
    """Return the fact of a change, under the id of its event."""
    body = _fact(change)
    subject = change.origin.request_id or change.pattern_id
    envelope = Envelope(
        id=change.event_id,
        source=SOURCE,
        type=type(body).TYPE,
        subject=subject,
        time=change.at,
        body=body,
        correlation_id=subject,
        causation_id=change.origin.event_id,
    )
    return encode(envelope, key=change.collection)


def _fact(change: PatternChange) -> Body:
    data: Mapping[str, Any] = {name: plain_value(value) for name, value in change.data.items()}
    names = {"pattern_id": change.pattern_id, "collection": change.collection}
    match change.kind:
        case "stored":
            return _stored(change, data, names)
        case "reembedded":
            return PatternReembedded(**names, extractor=change.origin.extractor, vectors=_count(change), dim=change.dim)
        case _:
            return _SAID[change.kind](data, names)


def _stored(change: PatternChange, data: Mapping[str, Any], names: Mapping[str, str]) -> PatternStored:
    return PatternStored(
        **names,
        pattern_kind=data["pattern_kind"],
        name=data.get("name", ""),
        extractor=change.origin.extractor,
        duration_s=float(data.get("duration_s", 0.0)),
        tags=dict(data.get("tags") or {}),
        category=data.get("category", ""),
        vectors=_count(change),
        dim=change.dim,
    )


def _judged(data: Mapping[str, Any], names: Mapping[str, str]) -> PatternJudged:
    said: dict[str, Any] = {_RENAMED.get(name, name): value for name, value in data.items() if name != "verdict"}
    to = tuple(said.pop("spread_to", ()))
    return PatternJudged(**{**names, **said}, right=data["verdict"] == "right", spread_to=to)


_RENAMED = {"from": "spread_from", "to": "spread_to"}


def _count(change: PatternChange) -> int:
    return len(change.vectors) // (2 * change.dim) if change.dim else 0


_SAID: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, str]], Body]] = {
    "reinforced": lambda data, names: PatternReinforced(**names, confidence=float(data.get("confidence", 1.0))),
    "corrected": lambda data, names: PatternCorrected(
        **names, name=data.get("name"), category=data.get("category"), tags=dict(data.get("tags") or {})
    ),
    "merged": lambda data, names: PatternMerged(**names, into_id=data["into"]),
    "retired": lambda data, names: PatternRetired(**names, reason=str(data.get("reason", ""))),
    "judged": _judged,
    "withdrawn": lambda data, names: VerdictWithdrawn(**names, of=str(data["of"])),
    "related": lambda data, names: PatternsRelated(
        **names, relations=tuple(RelationData(**one) for one in data["relations"])
    ),
}
