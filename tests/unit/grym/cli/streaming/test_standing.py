"""How a stream stands: bars counted, patterns that sound, alerts counted, latencies, and the summary."""

import pytest

from grym.cli.streaming.standing import Standing, quantile_ms, summary
from producers.frames import SentSound
from schemas.body import Body, Fault
from schemas.events import MatchData, RequestCompleted, RequestRejected
from schemas.live import AlertRaised, BeatHeard, FeaturesHeard, KeyHeard, LoudnessHeard, PatternHeard, StreamEnded
from schemas.music import KeyFact
from tests.unit.grym.cli.streaming.world import answer_of

SENT = SentSound(frames=3, samples=2_400, size_bytes=4_800, unsent_frames=1, skipped_samples=0, left_over_bytes=1)


def beat(number: int, in_bar: int, *, beats_per_bar: int = 3) -> BeatHeard:
    """Return a beat."""
    return BeatHeard(
        number=number,
        at_s=number / 2,
        in_bar=in_bar,
        beats_per_bar=beats_per_bar,
        tempo_bpm=120.0,
        confidence=0.9,
        next_s=number / 2 + 0.5,
    )


def pattern(state: str, name: str = "Waltz") -> PatternHeard:
    """Return word of a pattern."""
    match = MatchData(pattern_id=f"id-{name}", name=name, confidence=0.9)
    return PatternHeard(state=state, at_s=1.0, heard_until_s=4.0, match=match)  # type: ignore[arg-type]  # a literal


def standing_of(*bodies: Body) -> Standing:
    """Return how a stream stands after these answers."""
    standing = Standing()
    for body in bodies:
        standing.take(answer_of(body))
    return standing


def test_bars_are_counted_by_their_first_beats() -> None:
    """A bar begins with its first beat; one that was joined in the middle counts; without bars there is no number."""
    standing = Standing()
    bars = []
    for number, in_bar in enumerate([0, 2, 3, 1, 2, 3, 1]):
        standing.take(answer_of(beat(number, in_bar)))
        bars.append(standing.bar)
    assert bars == [0, 1, 1, 2, 2, 2, 3]
    assert standing.beats == 7


def test_patterns_sound_until_they_end() -> None:
    """Those that sound are known by id, and all that sounded stay named once."""
    standing = standing_of(pattern("began"), pattern("began", "March"), pattern("changed"), pattern("ended"))
    assert [one.match.name for one in standing.patterns.values()] == ["March"]
    assert standing.recognised == ["Waltz", "March"]


def test_alerts_carry_their_own_counts() -> None:
    """An alert says how often it has happened so far."""
    standing = standing_of(
        AlertRaised(name="gap", at_s=1.0), AlertRaised(name="gap", at_s=2.0, count=7), AlertRaised(name="dc", at_s=2.0)
    )
    assert standing.alerts == {"gap": 7, "dc": 1}


def test_late_windows_are_no_news() -> None:
    """What came late moves no meter and has no latency."""
    standing = Standing()
    standing.take(answer_of(FeaturesHeard(window=5, at_s=0.5, end_s=0.6), latency_s=0.01))
    standing.take(answer_of(FeaturesHeard(window=1, at_s=0.1, end_s=0.2, late=True), latency_s=5.0))
    assert standing.window is not None
    assert standing.window.window == 5
    assert list(standing.latencies_s) == [0.01]


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 51.0), (0.95, 96.0), (1.0, 100.0)])
def test_quantiles_are_ordered_values(share: float, expected: float) -> None:
    """Of a hundred latencies, the one with that share below it; none of none."""
    assert quantile_ms([number / 1000 for number in range(100, 0, -1)], share) == expected
    assert quantile_ms([], share) is None


def test_the_summary_tells_both_sides() -> None:
    """What was sent comes from the sender, what was heard from the end that the processors told."""
    ended = StreamEnded(
        reason="ended", duration_s=0.3, frames=3, beats=9, missing_s=0.1, tempo_bpm=99.0, counts={"gap": 1}
    )
    key = KeyHeard(at_s=1.0, span_s=8.0, key=KeyFact(tonic="D", mode="minor", confidence=0.8))
    standing = standing_of(key, beat(0, 1), pattern("began"), ended, RequestCompleted(kind="analyze", result={}))
    found = summary(standing, SENT, stream_id="s1", rate_hz=8_000, wall_s=0.4)
    assert found["outcome"] == "completed"
    assert (found["sent_s"], found["frames_sent"], found["frames_unsent"], found["left_over_bytes"]) == (0.3, 3, 1, 1)
    assert (found["frames_heard"], found["missing_s"], found["beats"], found["tempo_bpm"]) == (3, 0.1, 9, 99.0)
    assert found["key"] == {"tonic": "D", "mode": "minor", "confidence": 0.8}
    assert (found["patterns"], found["alerts"]) == (["Waltz"], {"gap": 1})


def test_a_summary_without_an_end_tells_what_is_known() -> None:
    """Where the end was not told, the last answers stand in, and the outcome is pending."""
    standing = standing_of(beat(0, 1), LoudnessHeard(at_s=1.0, integrated_lufs=-20.0), AlertRaised(name="dc", at_s=0.1))
    found = summary(standing, SENT, stream_id="s1", rate_hz=8_000, wall_s=0.4)
    assert (found["outcome"], found["reason"], found["beats"]) == ("pending", None, 1)
    assert (found["tempo_bpm"], found["loudness_lufs"], found["alerts"]) == (120.0, -20.0, {"dc": 1})


def test_a_refusal_is_told_with_its_reason() -> None:
    """The fault of a rejected request is part of the summary."""
    standing = standing_of(RequestRejected(fault=Fault(code="stream.reused", message="no")))
    found = summary(standing, SENT, stream_id="s1", rate_hz=8_000, wall_s=0.4)
    assert found["outcome"] == "rejected"
    assert found["fault"]["code"] == "stream.reused"
