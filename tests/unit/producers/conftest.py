"""A world for the producers: backend, clock and artifacts in memory."""

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from tests.unit.producers.world import Payloads, World


@pytest.fixture
def world() -> World:
    """Return an empty world."""
    clock = VirtualClock()
    return World(backend=open_memory(clock), clock=clock, artifacts=Payloads())
