"""The picture and the panel at the end: what stands is drawn, whatever is missing."""

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from grym.cli.streaming.picture import picture, summary_panel
from grym.cli.streaming.standing import Standing, summary
from producers.frames import SentSound
from schemas.body import Body, Fault
from schemas.events import MatchData, RequestRejected
from schemas.live import AlertRaised, BeatHeard, FeaturesHeard, KeyHeard, LoudnessHeard, PatternHeard
from schemas.music import KeyFact
from tests.unit.grym.cli.streaming.world import answer_of, completed

SENT = SentSound(frames=3, samples=2_400, size_bytes=4_800, unsent_frames=0, skipped_samples=0, left_over_bytes=0)
MATCH = MatchData(pattern_id="p", name="Waltz", confidence=0.97, offset_s=12.3)
FULL: tuple[Body, ...] = (
    FeaturesHeard(window=0, at_s=0.0, end_s=0.1, momentary_lufs=-20.0, chroma=(1.0, *[0.1] * 11)),
    LoudnessHeard(at_s=1.0, integrated_lufs=-18.2),
    BeatHeard(number=0, at_s=0.1, in_bar=3, beats_per_bar=4, tempo_bpm=101.5, confidence=0.5, next_s=1.0),
    KeyHeard(at_s=1.0, span_s=8.0, key=KeyFact(tonic="Eb", mode="major", confidence=0.7)),
    PatternHeard(state="began", at_s=1.0, heard_until_s=4.0, match=MATCH),
    AlertRaised(name="clipping", at_s=1.0, count=2),
)


def standing_of(*bodies: Body) -> Standing:
    """Return how a stream stands after these answers."""
    standing = Standing()
    for body in bodies:
        standing.take(answer_of(body, latency_s=0.03))
    return standing


def drawn(thing: RenderableType) -> str:
    """Return a drawing as text."""
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(thing)
    return console.export_text()


def test_nothing_heard_yet_can_be_drawn() -> None:
    """A stream of unknown length of which nothing came."""
    text = drawn(picture(Standing(), name="standard input", at_s=3.0, length_s=None))
    assert "listening" in text
    assert "0:03 live" in text


def test_everything_that_stands_is_drawn() -> None:
    """Beat, key, loudness, pitch classes, patterns, the newest alert, and how late answers are."""
    text = drawn(picture(standing_of(*FULL), name="a.wav", at_s=3.0, length_s=10.0))
    for words in ("○ ○ ● ○", "101.5 BPM", "Eb major", "-20.0 LUFS", "C█", "Waltz", "clipping, 2 times", "30 ms"):
        assert words in text


def test_a_beat_without_a_bar_still_ticks() -> None:
    """Two dots take turns."""
    beats = [BeatHeard(number=n, at_s=n / 2, tempo_bpm=120.0, confidence=0.5, next_s=n / 2 + 0.5) for n in (0, 1)]
    dots = [drawn(picture(standing_of(beat), name="a", at_s=1.0, length_s=None)) for beat in beats]
    assert "● ○" in dots[0]
    assert "○ ●" in dots[1]


@pytest.mark.parametrize("lufs", [None, -100.0, -60.0, -12.0, 3.0])
def test_any_level_has_a_meter(lufs: float | None) -> None:
    """From silence to over full scale the meter keeps its width."""
    window = FeaturesHeard(window=0, at_s=0.0, end_s=0.1, momentary_lufs=lufs)
    text = drawn(picture(standing_of(window), name="a", at_s=1.0, length_s=None))
    (line,) = [line for line in text.splitlines() if "loudness" in line]
    assert line.count("━") == 32


def result_of(*bodies: Body, **changes: Any) -> dict[str, Any]:
    """Return a summary."""
    found = summary(standing_of(*bodies), SENT, stream_id="s1", rate_hz=8_000, wall_s=1.0)
    return found | changes


def test_the_panel_tells_what_came_of_it() -> None:
    """Sound, beats, key, loudness, patterns, alerts and answers."""
    text = drawn(summary_panel(result_of(*FULL, completed())))
    for words in ("s1: completed", "0.3 s in 3 frames", "101.5 BPM", "Eb major", "-18.2 LUFS", "Waltz", "clipping × 2"):
        assert words in text


def test_losses_and_refusals_are_told() -> None:
    """What never arrived, what is missing, what came late, what was left over, and why it was refused."""
    fault = RequestRejected(fault=Fault(code="stream.reused", message="the id is taken"))
    text = drawn(summary_panel(result_of(fault, frames_unsent=2, missing_s=0.5, late_s=0.2, left_over_bytes=1)))
    for words in ("rejected", "2 never arrived", "0.50 s missing", "0.20 s late", "1 bytes left over", "stream.reused"):
        assert words in text
