"""Tests of streams.live.telling: facts on the wire, under ids that come again."""

from dataclasses import fields
from datetime import UTC, datetime

import msgspec
import pytest

from grym.domain.live.facts import Alert, Beat, Ended, Features, Heard, KeyHeard, Loudness
from grym.domain.tonality import Key
from schemas import live as wire
from schemas.envelope import decode
from streams.live.telling import Cause, Teller, ended, event_id

TELLER = Teller(stream_id="s", correlation_id="c", tenant="studio")
CAUSE = Cause(event_id="s/7", at=datetime(2026, 1, 1, tzinfo=UTC))
KEY = Key(tonic=3, mode="minor", confidence=0.876543)
FEATURES = Features(
    window=3,
    at_s=0.3,
    end_s=0.4,
    rms_db=-20.123456,
    momentary_lufs=None,
    true_peak_dbtp=-3.0,
    centroid_hz=1234.5678,
    bandwidth_hz=10.0,
    rolloff_hz=20.0,
    flatness=0.123456789,
    flux=0.5,
    mfcc=(1.0,) * 20,
    chroma=(1 / 12,) * 12,
    onsets_s=(0.33333333,),
    frames_folded=8,
    missing_share=0.25,
)
ENDED = Ended(
    reason="closed",
    duration_s=10.0,
    heard_s=9.0,
    missing_s=1.0,
    late_s=0.5,
    frames=100,
    windows=100,
    beats=20,
    counts={"gap": 2},
    integrated_lufs=-23.004,
    loudness_range_lu=4.0,
    true_peak_dbtp=-1.0,
    tempo_bpm=120.12345,
    key=KEY,
)
FACTS: tuple[tuple[Heard, type[msgspec.Struct]], ...] = (
    (FEATURES, wire.FeaturesHeard),
    (
        Beat(number=4, at_s=1.0, in_bar=1, beats_per_bar=4, tempo_bpm=120.0, confidence=0.5, next_s=1.5),
        wire.BeatHeard,
    ),
    (KeyHeard(number=1, at_s=8.0, span_s=8.0, key=KEY, tuning_cents=-12.34), wire.KeyHeard),
    (
        Loudness(
            second=1,
            at_s=2.0,
            momentary_lufs=-20.0,
            short_term_lufs=None,
            integrated_lufs=-23.0,
            true_peak_dbtp=-1.0,
        ),
        wire.LoudnessHeard,
    ),
    (Alert(number=9, name="gap", at_s=1.0, count=2, duration_s=0.1, detail="a frame is missing"), wire.AlertRaised),
)
RENAMED = {"number", "second", "detail"}
"""What only names a fact, or is called otherwise on the wire."""


@pytest.mark.parametrize(("fact", "body"), FACTS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_fact_has_its_words(fact: Heard, body: type[msgspec.Struct]) -> None:
    """Keyed by the stream, caused by a frame; nothing that the fact knows is left out."""
    message = TELLER.tell_heard(fact, CAUSE)
    envelope = decode(message)
    assert type(envelope.body) is body
    assert (envelope.subject, envelope.correlation_id, envelope.tenant, message.key) == ("s", "c", "studio", b"s")
    assert (envelope.causation_id, envelope.time, envelope.source) == ("s/7", CAUSE.at, "grym/live")
    known = {entry.name for entry in fields(fact)} - RENAMED
    assert known <= {entry.name for entry in msgspec.structs.fields(body)}


def test_numbers_are_rounded_to_what_they_tell() -> None:
    """No digit travels that nobody could hear or measure."""
    body = decode(TELLER.tell_heard(FEATURES, CAUSE)).body
    assert (body.rms_db, body.centroid_hz, body.flatness, body.onsets_s) == (-20.12, 1234.57, 0.12346, (0.333333,))


def test_a_fact_has_one_id_and_no_two_share_one() -> None:
    """Late windows are told apart from the window they belong to."""
    ids = [decode(TELLER.tell_heard(fact, CAUSE)).id for fact, _ in FACTS]
    assert ids == [decode(TELLER.tell_heard(fact, CAUSE)).id for fact, _ in FACTS]
    late = Features(
        **{
            **{entry.name: getattr(FEATURES, entry.name) for entry in fields(FEATURES)},
            "late": True,
            "late_sequence": 7,
        }
    )
    assert len({*ids, decode(TELLER.tell_heard(late, CAUSE)).id}) == len(FACTS) + 1
    assert event_id("s", "t", 1) != event_id("s", "t", 2) != event_id("r", "t", 2)


def test_the_end_tells_everything() -> None:
    """With whatever the stream knows beside its sound."""
    body = ended(ENDED, reason="ended", patterns=2)
    assert (body.reason, body.patterns, body.counts, body.integrated_lufs) == ("ended", 2, {"gap": 2}, -23.0)
    assert body.key is not None
    assert (body.key.tonic, body.key.confidence) == (KEY.tonic_name, 0.87654)
