"""Answers as rows: one JSON object each, and one plain line for those that a person wants to read."""

from collections.abc import Callable
from typing import Any

import msgspec

from grym.cli.streaming.standing import Standing
from producers.frames.answers import Answer
from schemas.live import AlertRaised, BeatHeard, KeyHeard, LoudnessHeard, PatternHeard, StreamEnded

LOUDNESS_EVERY_S = 5
"""Seconds between lines about loudness, which is told once a second."""


def row_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as an object: `kind`, `at_s`, `latency_ms`, and every field of its body."""
    body = answer.envelope.body
    fields = (name for name in body.__struct_fields__ if name != "kind")  # of the request, which is `listen`
    payload = {name: msgspec.to_builtins(getattr(body, name)) for name in fields}
    latency_ms = None if answer.latency_s is None else round(1000 * answer.latency_s, 1)
    if answer.kind == "started":
        payload = {"stream_id": answer.envelope.subject} | payload
    return {"kind": answer.kind, "at_s": answer.at_s, "latency_ms": latency_ms} | payload


def line_of(answer: Answer, standing: Standing) -> str | None:
    """Return an answer as a line, None for one that nobody reads by the dozen; `standing` has taken it in."""
    text = _text(answer, standing)
    if text is None:
        return None
    place = " " * 10 if answer.at_s is None else f"{answer.at_s:8.2f} s"
    return f"{place}  {text}"


def _text(answer: Answer, standing: Standing) -> str | None:
    body = answer.envelope.body
    if isinstance(body, LoudnessHeard) and round(body.at_s) % LOUDNESS_EVERY_S:
        return None
    say = _WORDS.get(type(body))
    if say is not None:
        return f"{answer.kind:<10}  {say(body, standing)}"
    if answer.kind == "started":
        return f"{answer.kind:<10}  {answer.envelope.subject}"
    return answer.kind if answer.is_last else None


def beat_words(beat: BeatHeard, bar: int) -> str:
    """Return where a beat lies in its bar, and its tempo."""
    tempo = f"{beat.tempo_bpm:.1f} BPM"
    if not beat.in_bar:
        return tempo
    return f"{beat.in_bar} of {beat.beats_per_bar or '?'}, bar {bar}, {tempo}"


def key_words(heard: KeyHeard) -> str:
    """Return a key with its confidence."""
    key = heard.key
    return "unclear" if key is None else f"{key.tonic} {key.mode} ({key.confidence:.2f})"


def pattern_words(heard: PatternHeard) -> str:
    """Return which pattern sounds, from which of its places on, and how."""
    match = heard.match
    name = match.name or match.pattern_id
    if heard.state == "ended":
        return f"{name} sounds no more"
    found = f"{name}, from its {max(0.0, match.offset_s):.1f} s on ({match.confidence:.2f})"
    if match.transposition_semitones:
        found += f", {match.transposition_semitones:+d} semitones"
    if abs(match.tempo_ratio - 1.0) > 0.02:  # noqa: PLR2004 (what a listener begins to notice)
        found += f", tempo × {match.tempo_ratio:.2f}"
    return found


def alert_words(alert: AlertRaised) -> str:
    """Return what happened and how often so far."""
    words = alert.name.replace("_", " ")
    if alert.over:
        words += " is over"
    if alert.duration_s is not None:
        words += f", {alert.duration_s:.2f} s"
    if alert.count > 1:
        words += f", {alert.count} times"
    return f"{words}: {alert.message}" if alert.message else words


def lufs(value: float | None) -> str:
    """Return a loudness in words."""
    return "silence" if value is None else f"{value:.1f} LUFS"


def _loudness_words(body: LoudnessHeard) -> str:
    return f"{lufs(body.short_term_lufs)} now, {lufs(body.integrated_lufs)} so far"


_WORDS: dict[type, Callable[[Any, Standing], str]] = {
    BeatHeard: lambda body, standing: beat_words(body, standing.bar),
    KeyHeard: lambda body, _: key_words(body),
    LoudnessHeard: lambda body, _: _loudness_words(body),
    PatternHeard: lambda body, _: pattern_words(body),
    AlertRaised: lambda body, _: alert_words(body),
    StreamEnded: lambda body, _: f"{body.reason}, {body.duration_s:.1f} s",
}
"""What a person reads, and in which words."""
