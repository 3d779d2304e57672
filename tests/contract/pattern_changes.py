"""Changes of pattern memory, made small enough to be told by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from grym.ports.backend import Backend
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import Origin, PatternChange
from schemas.records import Message

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORIGIN = Origin(extractor="imprint/1", event_id="e", request_id="r")
VECTORS = np.array([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]], dtype=np.float32)


def stored(pattern_id: str, event_id: str = "", **others: Any) -> PatternChange:
    """Return a recording that is new."""
    given: dict[str, Any] = {
        "collection": "c",
        "vectors": VECTORS.astype("<f2").tobytes(),
        "dim": 3,
        "imprint": pattern_id.encode(),
    }
    data = {"name": f"the {pattern_id}", "pattern_kind": "recording", "duration_s": 12.5} | others.pop("data", {})
    return change("stored", pattern_id, event_id, data=data, **(given | others))


def motif(pattern_id: str, event_id: str = "", **others: Any) -> PatternChange:
    """Return a motif that is new."""
    data = {"name": f"the {pattern_id}", "pattern_kind": "motif"}
    return change("stored", pattern_id, event_id, data=data, motif=b'{"intervals":[2]}', **others)


def change(kind: str, pattern_id: str, event_id: str = "", *, minute: int = 0, **others: Any) -> PatternChange:
    """Return any change, named after what it does unless an id is given."""
    fields: dict[str, Any] = {
        "event_id": event_id or f"{kind} {pattern_id}",
        "kind": kind,
        "pattern_id": pattern_id,
        "collection": "c",
        "at": NOON + timedelta(minutes=minute),
        "origin": ORIGIN,
    } | others
    return PatternChange(**fields)


async def record(backend: Backend, *changes: PatternChange, output: Message | None = None) -> None:
    """Write changes in one transaction, with an output if there is one."""
    async with backend.work.begin() as work:
        await work.append([] if output is None else [output])
        await work.apply(RecordPatterns(changes=changes))
