"""Live sound in the embedded runtime: beats while it plays, a learned tune within five seconds, and orderly ends."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import CHOSEN_OUTSIDE, GRYM, Grym
from tests.acceptance.live import Playing, beating, melody, written

pytestmark = [pytest.mark.slow]

PATTERN_WITHIN_S = 5.0

Start = Callable[..., Playing]


@pytest.fixture
def start(grym: Grym) -> Iterator[Start]:
    """Give a function that starts `grym stream`; what still runs at the end is killed."""
    clean = {name: value for name, value in os.environ.items() if name.removeprefix("GRYM_") not in CHOSEN_OUTSIDE}  # noqa: TID251
    environment = clean | {"GRYM_HOME": str(grym.home)}
    made: list[Playing] = []

    def begin(*words: str, **how: int | None) -> Playing:
        made.append(Playing([str(GRYM), "stream", *words], environment=environment, folder=grym.work, **how))
        return made[-1]

    yield begin
    for one in made:
        one.kill()


def test_beats_come_while_it_plays(start: Start, grym: Grym, measured: Measured) -> None:
    """Clicks at 120 BPM in real time: beats are told within a second, long before the end, half a second apart."""
    playing = start(str(written(grym.work / "clicks.wav", beating(20.0))), "--speed", "1")
    began_s = playing.until("started").at_s
    playing.until("beat", count=8)
    assert playing.finish() == 0, playing.said()
    summary, beats = playing.summary, playing.of("beat")
    end_s = playing.lines[-1].at_s
    assert sum(line.at_s < end_s - 3.0 for line in beats) >= 15, "most beats come long before the end"
    assert 18.0 < end_s - began_s < 40.0
    apart_s = np.diff([line.row["at_s"] for line in beats[4:]])
    assert np.median(apart_s) == pytest.approx(0.5, abs=0.02)
    assert summary["tempo_bpm"] == pytest.approx(120.0, rel=0.03)
    windows = [line.row["window"] for line in playing.of("features")]
    assert windows[:200] == list(range(200))
    assert (summary["outcome"], summary["frames_unsent"], summary["missing_s"]) == ("completed", 0, 0.0)
    measured(
        "features after their block, P50 / P95 ms", f"{summary['latency_p50_ms']} / {summary['latency_p95_ms']}", "60"
    )


def test_a_learned_tune_is_found_within_five_seconds(start: Start, grym: Grym, measured: Measured) -> None:
    """A tune that was learned begins after ten seconds of another: it is named before five seconds of it sounded."""
    learned, other = melody(1, seconds=30.0), melody(2, seconds=10.0)
    grym.tell("patterns", "learn", str(written(grym.work / "tune.wav", learned)), "--name", "The tune")
    together = np.concatenate([other, learned[: len(other)]])
    playing = start(str(written(grym.work / "both.wav", together)), "--speed", "1")
    found = playing.until("pattern").row
    assert found["match"]["name"] == "The tune"
    assert found["state"] == "began"
    assert found["heard_until_s"] <= 10.0 + PATTERN_WITHIN_S
    assert playing.finish() == 0
    assert playing.summary["patterns"] == ["The tune"]
    measured("learned tune named after, s", f"{found['heard_until_s'] - 10.0:.1f}", f"{PATTERN_WITHIN_S}")


def test_ctrl_c_closes_the_stream(start: Start, grym: Grym) -> None:
    """The stream ends as interrupted, the summary is printed, the exit code says so, and its request has ended."""
    playing = start(str(written(grym.work / "long.wav", beating(60.0))))
    playing.until("features", count=10)
    playing.interrupt()
    assert playing.finish() == 130
    summary = playing.summary
    assert summary["reason"] == "interrupted"
    assert grym.tell("status", summary["stream_id"])["state"] == "completed"


def test_whoever_stops_reading_ends_it(start: Start, grym: Grym) -> None:
    """With its reader gone the command ends by itself and in silence."""
    playing = start(str(written(grym.work / "unread.wav", beating(60.0))), read_only=20)
    playing.until("features", count=10)
    assert playing.process.wait(timeout=30) == 0
    assert playing.errors.read_text() == ""


def test_raw_sound_from_a_pipe(start: Start, grym: Grym) -> None:
    """Ten seconds of stereo floats at 48 kHz, as fast as they are taken, with half a sample at the end."""
    clicks = np.repeat(beating(10.0).astype("<f4")[:, np.newaxis], 2, axis=1)
    path = grym.work / "clicks.raw"
    path.write_bytes(clicks.tobytes() + b"\0\0\0")
    with path.open("rb") as raw:
        playing = start(
            "-", "--rate", "44100", "--channels", "2", "--format", "f32le", "--speed", "inf", stdin=raw.fileno()
        )
        assert playing.finish() == 0, playing.said()
    summary = playing.summary
    assert (summary["reason"], summary["left_over_bytes"]) == ("truncated", 3)
    assert summary["sent_s"] == pytest.approx(10.0)
    assert "left over" in playing.errors.read_text()


def test_an_id_is_used_once(start: Start, grym: Grym) -> None:
    """The second stream of an id is refused before anything is sent."""
    path = str(written(grym.work / "short.wav", beating(2.0)))
    assert start(path, "--speed", "inf", "--stream-id", "mine").finish() == 0
    assert start_and_tell(grym, path, "--stream-id", "mine")["code"] == "request.id_taken"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nothing-here.wav",), "audio.not_found"),
        (("-", "--rate", "7999"), "audio.sample_rate"),
        (("-", "--channels", "9"), "audio.channels"),
        (("-", "--format", "s24le"), "usage.format"),
        (("-", "--speed", "0"), "stream.speed"),
        (("-", "--speed", "nan"), "stream.speed"),
        (("-", "--frame-ms", "0"), "stream.frame_length"),
        (("-", "--frame-ms", "1e9"), "stream.frame_length"),
        (("-", "--play"), "usage.play"),
    ],
)
def test_a_wrong_call_is_refused(grym: Grym, words: tuple[str, ...], code: str) -> None:
    """By name, with exit code 2, before a database is started."""
    assert start_and_tell(grym, *words)["code"] == code


def start_and_tell(grym: Grym, *words: str) -> dict[str, Any]:
    """Call `grym stream`, which refuses, and return its error."""
    told = grym.call("stream", *words, "--json").require(2).told
    return dict(told["error"])


def test_lines_for_people(grym: Grym) -> None:
    """Without a terminal there is one plain line for each beat, and a summary."""
    call = grym.call("stream", str(written(grym.work / "plain.wav", beating(10.0))), "--speed", "inf").require(0)
    lines = call.stdout.splitlines()
    assert sum(" beat " in line for line in lines) >= 10
    assert any("completed" in line for line in lines)
    with pytest.raises(json.JSONDecodeError):
        json.loads(lines[0])
