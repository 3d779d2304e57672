"""The coordinator and events of different topics in any order: a run ends the same way, and once."""

import random
from collections import Counter, deque
from collections.abc import Sequence

import pytest

from schemas.commands import CancelRequest, GenerateMusic, RequestAnalysis, RequestComposition
from schemas.envelope import Envelope, decode, encode
from schemas.events import MusicGenerated, TimerFired
from schemas.records import Message
from streams.coordinator import Coordinator, Run
from streams.processor import Output, envelopes_of
from tests.contract.fakes import message
from tests.simulation.capabilities import SOUND, answer_to

SEEDS = range(40)
PIECE = RequestComposition(prompt="a calm piano piece in D minor")
RECORDING = RequestAnalysis(audio=SOUND)


async def play(seed: int, first: Sequence[Message]) -> tuple[Counter[str], Run]:
    """Let capabilities answer at once, and the coordinator read any topic next; order is kept within a topic."""
    chance = random.Random(seed)
    coordinator, run = Coordinator(), None
    told: Counter[str] = Counter()
    topics: dict[str, deque[Envelope]] = {}
    _queue(topics, [decode(sent) for sent in first])
    while waiting := sorted(name for name, queue in topics.items() if queue):
        event = topics[chance.choice(waiting)].popleft()
        decision = await coordinator.process(event, run)
        run = decision.state or run
        commands = [output for output, _ in envelopes_of(coordinator.name, event, decision.outputs)]
        told.update(command.type for command in commands if type(command.body).TOPIC == "grym.outcomes.v1")
        _queue(topics, [answer for command in commands for answer in _answers(command)])
    assert run is not None
    return told, run


def _queue(topics: dict[str, deque[Envelope]], events: Sequence[Envelope]) -> None:
    for event in events:
        topics.setdefault(type(event.body).TOPIC, deque()).append(event)


def _answers(command: Envelope) -> list[Envelope]:
    """Return what capabilities answer to a command, as it comes off the wire."""
    body = answer_to(command)
    if isinstance(command.body, GenerateMusic):
        body = MusicGenerated(
            midi=SOUND, musicxml=SOUND, audio=SOUND, backend="synth", duration_s=30.0, round=command.body.round
        )
    outputs = () if body is None else (Output(body=body),)
    return [decode(encode(event)) for event, _ in envelopes_of("capability", command, outputs)]


def ends(told: Counter[str]) -> dict[str, int]:
    """Return the terminal events by name."""
    names = ("completed", "rejected", "deadlettered", "cancelled")
    found = {name: told[f"grym.request.{name}.v1"] for name in names}
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("subject", ["r1", "r2", "r3", "x-refused"])
@pytest.mark.parametrize("wish", [PIECE, RECORDING], ids=["compose", "analyze"])
async def test_schedules_end_alike(wish: RequestComposition | RequestAnalysis, subject: str) -> None:
    """Forty schedules over the topics: one terminal each, always the same, with the same result."""
    results = set()
    for seed in SEEDS:
        told, run = await play(seed, [message(wish, subject=subject)])
        results.add((tuple(ends(told).items()), run.status, run.round))
    assert len(results) == 1
    ((terminals, _, _),) = results
    assert terminals == (("rejected" if subject == "x-refused" else "completed", 1),)


async def test_repeats_and_a_late_timer_change_nothing() -> None:
    """A second request, a timer of another run and a cancel afterwards are ignored, in whatever order they come."""
    for seed in SEEDS:
        stray = message(TimerFired(timer_id="t", purpose="deadline"), event_id="t1", run_no=9)
        told, run = await play(seed, [message(PIECE), message(PIECE, event_id="e2"), stray])
        assert ends(told) == {"completed": 1}
        assert told["grym.request.ignored.v1"] == 2
        assert run.run_no == 1


async def test_cancel_races_end_once() -> None:
    """A cancel comes before or while the run goes: exactly one end, and the cancel wins at least once."""
    met: set[str] = set()
    for seed in SEEDS:
        told, _ = await play(seed, [message(PIECE), message(CancelRequest(), event_id="c1")])
        found = ends(told)
        assert sum(found.values()) == 1
        met |= set(found)
    assert "cancelled" in met
