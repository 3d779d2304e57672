"""A recording and a motif with everything that can be known of them."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from grym.domain.patterns.archive import Contents
from grym.domain.patterns.values import Origin, Pattern, PatternFacts, Relation

INSTANT = datetime(2026, 1, 1, 12, 30, 0, 5, tzinfo=UTC)
FACTS = PatternFacts(
    pattern_id="p",
    collection="c",
    kind="recording",
    name="Ünder the bridge",
    origin=Origin(extractor="imprint/1", event_id="e", request_id="r"),
    duration_s=12.5,
    tags={"style": "nocturne"},
    category="harmonic",
    count=3,
    confirmed=2,
    denied=1,
    relations=(Relation(other_id="q", kind="variant", strength=0.875),),
    first_seq=4,
    last_seq=9,
    stored_at=INSTANT,
    last_heard_at=INSTANT,
)
VECTORS = np.array([[0.6, 0.8], [1.0, 0.0]], dtype=np.float16).astype(np.float32)
RECORDING = Pattern(facts=FACTS, vectors=VECTORS, imprint=b"\x00imprint")
MOTIF = Pattern(
    facts=replace(FACTS, pattern_id="m", kind="motif", relations=(), tags={}),
    vectors=np.zeros((0, 1), dtype=np.float32),
    motif=b"{}",
)
CONTENTS = Contents(collection="c", as_of=9, written_at=INSTANT, patterns=2)
