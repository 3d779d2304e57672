"""`kill -9` of everything at random moments of a compose: what was accepted ends once, and nothing is half-written."""

import hashlib
import random
import time
from collections import Counter
from typing import Any

import pytest
import soundfile

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym, Started, files_below, terminals

pytestmark = [pytest.mark.slow]

KILLS = 20
EARLIEST_S = 0.3
LONGEST_START_S = 90.0
PAST_THE_END = 1.05
"""The latest kill, against the time that a whole piece takes here: from before publishing to just after the end."""
FEWEST_STORED = KILLS // 2
"""Every second kill comes after the request was accepted; the others come at any moment from the start on."""
SEED = 20_261
NOT_FOUND = "request.unknown"
COMPLETED = "grym.request.completed.v1"


def test_every_accepted_request_ends_once(grym: Grym, measured: Measured) -> None:
    """After 20 kills, one `up --until-idle` brings every request that was stored to exactly one end."""
    chance = random.Random(SEED)
    words = ("compose", "the piece that is measured", "--seconds", "8", "--json")
    latest_s = PAST_THE_END * min(grym.call(*words).require().wall_s for _ in range(2))
    ids = [f"killed-{number}" for number in range(KILLS)]
    finished = 0
    for number, request_id in enumerate(ids):
        sound = () if number % 3 else ("--backend", "score")
        words = ("compose", f"a short tune number {number}", "--seconds", "8", *sound, "--request-id", request_id)
        started = grym.start(*words, "--out", f"piece-{number}", "--json")
        if number % 2:
            _until_stored(started)
        time.sleep(chance.uniform(EARLIEST_S, latest_s))  # the moment of the kill is what is tested
        finished += started.process.poll() is not None
        grym.kill_everything(started)
    grym.call("up", "--until-idle", timeout_s=600).require()
    events = grym.all_events()
    accepted = _stored(grym, ids)
    told = f"{KILLS} kills, {finished} after the end"
    measured("kill -9 at random moments of a compose", told, f"{len(accepted)} stored, each ended once")
    assert len(accepted) >= FEWEST_STORED
    ends = {request_id: [event["type"] for event in terminals(events, request_id)] for request_id in accepted}
    assert ends == {request_id: [COMPLETED] for request_id in accepted}
    _require_whole(grym, events)


def _until_stored(started: Started) -> None:
    """Wait until the command tells that its request was accepted; starting after a kill takes longer than measured."""
    ends_s = time.monotonic() + LONGEST_START_S
    while "accepted" not in started.stderr.read_text() and started.process.poll() is None:
        assert time.monotonic() < ends_s, started.stderr.read_text()
        time.sleep(0.05)  # its progress is a file, which nobody rings for


def _stored(grym: Grym, ids: list[str]) -> list[str]:
    """Return the requests that reached the log; the others must be unknown, not in between."""
    stored = []
    for request_id in ids:
        call = grym.call("status", request_id, "--json")
        if call.code == 0:
            assert call.told["state"] == "completed", call.short()
            stored.append(request_id)
        else:
            assert call.require(2).told["error"]["code"] == NOT_FOUND
    return stored


def _require_whole(grym: Grym, events: list[dict[str, Any]]) -> None:
    """Check that artifacts are whole and made once, and that no work in progress is left."""
    store = grym.home / "artifacts"
    artifacts = list(files_below(store / "sha256"))
    assert artifacts
    assert [path for path in artifacts if hashlib.sha256(path.read_bytes()).hexdigest() != path.name] == []
    unfinished = [path for path in files_below(store) if path not in artifacts]
    assert unfinished + list(files_below(grym.home / "scratch")) == []
    made = Counter((event["subject"], event["run"], event["data"].get("round", 1)) for event in _distinct(events))
    assert {piece: count for piece, count in made.items() if count > 1} == {}
    for path in grym.work.glob("piece-*/*.wav"):
        assert soundfile.info(path).frames > 0


def _distinct(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {event["id"]: event for event in events if event["type"] == "grym.music.generated.v1"}
    return list(found.values())
