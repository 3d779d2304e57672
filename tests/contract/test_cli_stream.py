"""`grym stream` keeps the contract: one object a line while it plays, exit codes, refusals before anything is sent."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.contract.cli_world import CommandLine

RATE_HZ = 22_050
SUMMARY = {
    "stream_id",
    "outcome",
    "reason",
    "sent_s",
    "frames_sent",
    "frames_unsent",
    "frames_heard",
    "missing_s",
    "beats",
    "tempo_bpm",
    "key",
    "loudness_lufs",
    "patterns",
    "alerts",
    "latency_p50_ms",
    "latency_p95_ms",
}


@pytest.fixture
def clicks(tmp_path: Path) -> str:
    """Write three seconds of clicks, half a second apart."""
    at_s = np.arange(3 * RATE_HZ) / RATE_HZ % 0.5
    path = tmp_path / "clicks.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 1_500 * at_s) * np.exp(-at_s / 0.01), RATE_HZ)
    return str(path)


def test_a_file_is_heard_while_it_plays(grym: CommandLine, clicks: str) -> None:
    """Each line has a kind, a place and a latency; windows are whole and in order; the summary comes last."""
    lines = grym("stream", clicks, "--speed", "inf", "--stream-id", "contract-1", "--json").ok().lines
    assert all({"kind", "at_s", "latency_ms"} <= set(line) for line in lines[:-1])
    windows = [line["window"] for line in lines if line["kind"] == "features"]
    assert windows[:30] == list(range(30))
    assert [line["kind"] for line in lines[-3:]] == ["ended", "completed", "summary"]
    assert set(lines[-1]) >= SUMMARY
    assert (lines[-1]["outcome"], lines[-1]["frames_sent"], lines[-1]["missing_s"]) == ("completed", 30, 0.0)
    status = grym("status", "contract-1", "--json").ok().told
    assert status["state"] == "completed"


def test_an_id_stands_for_one_stream(grym: CommandLine, clicks: str) -> None:
    """The id of a stream that was is refused before anything is sent."""
    grym("stream", clicks, "--speed", "inf", "--stream-id", "contract-2").ok()
    told = grym("stream", clicks, "--speed", "inf", "--stream-id", "contract-2", "--json").ok(2).told
    assert told["error"]["code"] == "request.id_taken"


def test_a_person_reads_lines(grym: CommandLine, clicks: str) -> None:
    """Without a terminal there are plain lines and a summary in words."""
    out = grym("stream", clicks, "--speed", "inf").ok().out
    assert "3.0 s in 30 frames" in out
    assert "completed" in out
    assert "{" not in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nothing-here.wav",), "audio.not_found"),
        (("-", "--rate", "7999"), "audio.sample_rate"),
        (("-", "--channels", "9"), "audio.channels"),
        (("-", "--format", "s24le"), "usage.format"),
        (("-", "--play"), "usage.play"),
        (("-", "--timeout-s", "-1"), "usage.timeout"),
        (("-",), "usage.input"),
    ],
)
def test_a_wrong_call_is_refused(grym: CommandLine, words: tuple[str, ...], code: str) -> None:
    """By name, with exit code 2."""
    assert grym("stream", *words, "--json").ok(2).told["error"]["code"] == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--speed", "0"), "stream.speed"),
        (("--speed", "nan"), "stream.speed"),
        (("--frame-ms", "0"), "stream.frame_length"),
        (("--frame-ms", "1e9"), "stream.frame_length"),
        (("--rate", "44100"), "usage.stream"),
        (("--play", "--speed", "2"), "usage.play"),
    ],
)
def test_a_wrong_wish_for_a_file_is_refused(grym: CommandLine, clicks: str, words: tuple[str, ...], code: str) -> None:
    """Speeds, lengths and descriptions that no file has."""
    assert grym("stream", clicks, *words, "--json").ok(2).told["error"]["code"] == code
