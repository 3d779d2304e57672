"""After an afternoon of crashes, repeats, letters and redrives, a replay of all of it decides the same."""

from datetime import timedelta

import pytest

from consumers.replay import Part, Replay, Report, Span
from consumers.replay.pace import EventClock, Pace
from grym.adapters.memory import open_memory
from streams.coordinator import Coordinator
from tests.contract.fakes import EPOCH
from tests.simulation.loop import run_simulated
from tests.simulation.simulate import Afternoon
from tests.simulation.world import FORMS, Form


async def _lived_and_replayed(seed: int, form: Form) -> Report:
    afternoon = Afternoon(seed=seed, form=form)
    assert not await afternoon.run()
    world = afternoon.world
    span = Span(begin=EPOCH, end=world.clock.now() + timedelta(seconds=1))
    event_clock = EventClock(span.begin)
    return await Replay(
        live=world.backend,
        shadow=open_memory(event_clock),
        event_clock=event_clock,
        artifacts=world.artifacts,
        parts=[Part(processor=Coordinator())],
        clock=world.clock,
        pace=Pace(world.clock),
    ).run(span)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(8))
def test_a_bad_afternoon_is_replayed_without_a_difference(seed: int, form: Form) -> None:
    """Whatever died, repeated or was given up then, the coordinator decides again as it decided."""
    report = run_simulated(_lived_and_replayed(seed, form))
    assert report.equal, report.to_json()["differences"]
    assert report.same > 0
    assert not report.partial_keys
