"""What the log is told of each change of pattern memory."""

from datetime import UTC, datetime
from typing import Any

import pytest

from grym.memory.journal.copies import message_of
from grym.ports.patterns import PatternChange
from schemas.body import Body
from schemas.envelope import Envelope, decode
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
from schemas.records import Record
from schemas.verdicts import PatternJudged, VerdictWithdrawn
from tests.contract.pattern_changes import NOON, VECTORS, change, stored

NAMES: dict[str, Any] = {"pattern_id": "a", "collection": "c"}
VARIANT = {"other_id": "b", "kind": "variant", "strength": 0.9}


def told(given: PatternChange) -> Envelope:
    """Return what others read."""
    message = message_of(given)
    return decode(
        Record(
            topic=message.topic,
            partition=0,
            position=1,
            key=message.key,
            headers=message.headers,
            value=message.value,
            appended_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        (
            stored("a", data={"tags": {"k": "v"}, "category": "x"}),
            PatternStored(
                **NAMES,
                pattern_kind="recording",
                name="the a",
                extractor="imprint/1",
                duration_s=12.5,
                tags={"k": "v"},
                category="x",
                vectors=2,
                dim=3,
            ),
        ),
        (change("reinforced", "a", data={"confidence": 0.5}), PatternReinforced(**NAMES, confidence=0.5)),
        (
            change("corrected", "a", data={"name": "n", "tags": {"k": ""}}),
            PatternCorrected(**NAMES, name="n", tags={"k": ""}),
        ),
        (change("merged", "a", data={"into": "b"}), PatternMerged(**NAMES, into_id="b")),
        (change("retired", "a", data={"reason": "asked"}), PatternRetired(**NAMES, reason="asked")),
        (
            change("related", "a", data={"relations": [VARIANT]}),
            PatternsRelated(**NAMES, relations=(RelationData(other_id="b", kind="variant", strength=0.9),)),
        ),
        (
            change("judged", "a", data={"verdict": "wrong", "who": "w", "to": ["b"], "odds": 1.5, "from": "v"}),
            PatternJudged(**NAMES, right=False, who="w", spread_to=("b",), odds=1.5, spread_from="v"),
        ),
        (change("withdrawn", "a", data={"of": "v"}), VerdictWithdrawn(**NAMES, of="v")),
        (
            change("reembedded", "a", vectors=VECTORS.astype("<f2").tobytes(), dim=3),
            PatternReembedded(**NAMES, extractor="imprint/1", vectors=2, dim=3),
        ),
    ],
)
def test_every_change_is_told_as_its_fact(given: PatternChange, fact: Body) -> None:
    """Under the id of its event, keyed by collection, without numbers."""
    envelope = told(given)
    assert envelope.body == fact
    assert (envelope.id, envelope.time, envelope.correlation_id) == (given.event_id, NOON, "r")
    assert message_of(given).key == b"c"
