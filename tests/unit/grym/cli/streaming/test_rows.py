"""Rows and lines: every field of an answer as JSON, and words for those that a person reads."""

import json

import pytest

from grym.cli.screen import json_text
from grym.cli.streaming.rows import line_of, row_of
from grym.cli.streaming.standing import Standing
from schemas.body import Body
from schemas.events import MatchData
from schemas.live import (
    AlertRaised,
    BeatHeard,
    FeaturesHeard,
    KeyHeard,
    LoudnessHeard,
    PatternHeard,
    StreamEnded,
    StreamStarted,
)
from schemas.music import KeyFact
from tests.unit.grym.cli.streaming.world import answer_of, completed

BEAT = BeatHeard(number=5, at_s=2.5, in_bar=2, beats_per_bar=4, tempo_bpm=120.25, confidence=0.9, next_s=3.0)
MATCH = MatchData(
    pattern_id="p", name="Waltz", confidence=0.97, offset_s=12.3, transposition_semitones=-2, tempo_ratio=1.1
)


def test_a_row_has_kind_place_latency_and_the_whole_payload() -> None:
    """Defaults are written out, so every row of a kind has the same keys."""
    row = json.loads(json_text(row_of(answer_of(BEAT, latency_s=0.0345))))
    assert list(row)[:3] == ["kind", "at_s", "latency_ms"]
    assert (row["kind"], row["at_s"], row["latency_ms"], row["in_bar"]) == ("beat", 2.5, 34.5, 2)
    window = row_of(answer_of(FeaturesHeard(window=0, at_s=0.0, end_s=0.1)))
    assert set(FeaturesHeard.__struct_fields__) <= set(window)
    assert window["latency_ms"] is None


def test_the_first_row_names_the_stream() -> None:
    """Whoever wants to cancel it, or to look at its status, reads its id there."""
    started = StreamStarted(sample_rate_hz=8_000, channels=1, sample_format="s16le")
    assert row_of(answer_of(started))["stream_id"] == "s1"


def test_nested_values_are_plain() -> None:
    """A pattern's match is an object."""
    row = row_of(answer_of(PatternHeard(state="began", at_s=1.0, heard_until_s=4.0, match=MATCH)))
    assert row["match"]["name"] == "Waltz"


def test_the_kind_of_a_request_hides_no_kind_of_answer() -> None:
    """How the request of a stream ends is told as that."""
    assert row_of(answer_of(completed()))["kind"] == "completed"


def test_what_is_about_the_whole_stream_has_no_place() -> None:
    """Its end is no place in it."""
    row = row_of(answer_of(StreamEnded(reason="ended", duration_s=1.0)))
    assert (row["kind"], row["at_s"], row["latency_ms"]) == ("ended", None, None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BEAT, "2.50 s  beat        2 of 4, bar 1, 120.2 BPM"),
        (BeatHeard(number=0, at_s=0.1, tempo_bpm=90.0, confidence=0.2, next_s=1.0), "0.10 s  beat        90.0 BPM"),
        (KeyHeard(at_s=4.0, span_s=8.0), "4.00 s  key         unclear"),
        (
            KeyHeard(at_s=4.0, span_s=8.0, key=KeyFact(tonic="D", mode="minor", confidence=0.84)),
            "4.00 s  key         D minor (0.84)",
        ),
        (LoudnessHeard(at_s=5.0), "5.00 s  loudness    silence now, silence so far"),
        (
            PatternHeard(state="began", at_s=1.0, heard_until_s=4.0, match=MATCH),
            "1.00 s  pattern     Waltz, from its 12.3 s on (0.97), -2 semitones, tempo × 1.10",
        ),
        (
            PatternHeard(state="ended", at_s=1.0, heard_until_s=4.0, match=MATCH),
            "1.00 s  pattern     Waltz sounds no more",
        ),
        (
            AlertRaised(name="not_finite", at_s=1.0, count=3, duration_s=0.25, message="silence stands for it"),
            "1.00 s  alert       not finite, 0.25 s, 3 times: silence stands for it",
        ),
        (AlertRaised(name="silence", at_s=9.0, over=True), "9.00 s  alert       silence is over"),
        (StreamStarted(sample_rate_hz=8_000, channels=1, sample_format="s16le"), "started     s1"),
        (StreamEnded(reason="idle", duration_s=61.25), "ended       idle, 61.2 s"),
        (completed(), "completed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Body) else "",
)
def test_a_line_says_it_in_words(body: Body, words: str) -> None:
    """One line for each thing a person reads."""
    standing, answer = Standing(), answer_of(body)
    standing.take(answer)
    assert (line_of(answer, standing) or "").strip() == words


def test_nobody_reads_windows_or_every_second() -> None:
    """Windows have no line, and loudness has one every five seconds."""
    for body in (FeaturesHeard(window=0, at_s=0.0, end_s=0.1), LoudnessHeard(at_s=4.0)):
        assert line_of(answer_of(body), Standing()) is None
