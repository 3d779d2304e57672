"""`kill -9` of everything while memory learns and seals: what was acknowledged is there, and nothing is half."""

import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym, Started, terminals
from tests.acceptance.sounds import Tone, sounded, write

pytestmark = [pytest.mark.slow]

KILLS = 50
TUNES_EACH = 2
TONES = 24
STEP_S = 0.25
EARLIEST_S = 0.2
PAST_THE_END = 1.05
"""The latest kill, against the time that a whole call takes here: from before publishing to just after the end."""
LONGEST_START_S = 90.0
SEALS = 4
"""Every fourth kill meets a `rebuild`, which makes the table and seals an index anew."""
SEED = 20_262
COMPLETED = "grym.request.completed.v1"


def tune(chance: np.random.Generator) -> np.ndarray:
    """Return six seconds of a melody of its own."""
    pitches = 48 + chance.integers(0, 24, TONES)
    return sounded([Tone(onset_s=STEP_S * at, duration_s=STEP_S, pitch=int(pitch)) for at, pitch in enumerate(pitches)])


def test_what_was_acknowledged_is_remembered(new_grym: Callable[[str], Grym], measured: Measured) -> None:
    """After fifty kills memory holds every tune whose learning was told, and a check finds nothing wrong."""
    grym = new_grym("memory")
    chance, notes = random.Random(SEED), np.random.default_rng(SEED)
    told = grym.tell("patterns", "learn", *_written(grym, notes, "first"))
    acknowledged = {str(one["name"]) for one in told["learned"]}
    learning_s = grym.call("patterns", "learn", *_written(grym, notes, "measured"), "--json").require().wall_s
    sealing_s = grym.call("patterns", "rebuild", "--json").require().wall_s
    finished = 0
    for number in range(KILLS):
        seals = number % SEALS == SEALS - 1
        words = ("patterns", "rebuild") if seals else ("patterns", "learn", *_written(grym, notes, f"kill{number}"))
        started = grym.start(*words, "--json")
        if number % 2 and not seals:
            _until_accepted(started)
        # The moment of the kill is what is tested.
        time.sleep(chance.uniform(EARLIEST_S, PAST_THE_END * (sealing_s if seals else learning_s)))
        finished += started.process.poll() is not None
        grym.kill_everything(started)
        acknowledged |= _completed(started)
    grym.call("up", "--until-idle", timeout_s=600).require()
    listed = grym.tell("patterns", "ls", "--kind", "recording", "--limit", "1000")["patterns"]
    assert acknowledged <= {one["name"] for one in listed}
    _require_clean(grym)
    _require_one_end_each(grym)
    kills = f"{KILLS} kills, {finished} after the end"
    measured("kill -9 at random moments of learning and sealing", kills, f"{len(acknowledged)} acknowledged, all there")
    assert len(acknowledged) >= KILLS // 4


def _written(grym: Grym, notes: np.random.Generator, name: str) -> list[str]:
    """Write some tunes that nobody has heard and return their files."""
    files = [grym.work / f"{name}-{number}.wav" for number in range(TUNES_EACH)]
    return [str(write(file, tune(notes))) for file in files]


def _until_accepted(started: Started) -> None:
    """Wait until the command tells that a request was accepted; starting after a kill takes longer than measured."""
    ends_s = time.monotonic() + LONGEST_START_S
    while "accepted" not in started.stderr.read_text() and started.process.poll() is None:
        assert time.monotonic() < ends_s, started.stderr.read_text()
        time.sleep(0.05)  # its progress is a file, which nobody rings for


def _completed(started: Started) -> set[str]:
    """Return the tunes that a command told as learned before it was killed."""
    return {Path(name).stem for name in re.findall(r"s  (\S+\.wav)  completed", started.stderr.read_text())}


def _require_clean(grym: Grym) -> None:
    """Check memory, and that it says the same once everything derived was made anew, and as of its last event."""
    before: dict[str, Any] = grym.tell("patterns", "verify")
    assert (before["clean"], before["orphans"], before["missing"]) == (True, [], [])
    past = grym.tell("patterns", "as-of", str(before["events"]))
    now = grym.tell("patterns", "ls", "--limit", "1000")["patterns"]
    assert sorted(past["patterns"], key=_id) == sorted(now, key=_id)
    grym.tell("patterns", "rebuild")
    assert grym.tell("patterns", "verify")["recall_at_10"] >= 0.98


def _id(pattern: dict[str, Any]) -> str:
    return str(pattern["pattern_id"])


def _require_one_end_each(grym: Grym) -> None:
    """Check that every request that was accepted completed once."""
    events = grym.all_events()
    accepted = {event["subject"] for event in events if event["type"] == "grym.request.accepted.v1"}
    ends = {name: [event["type"] for event in terminals(events, name)] for name in accepted}
    assert ends == {name: [COMPLETED] for name in accepted}
