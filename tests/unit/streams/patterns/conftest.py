"""An empty memory for each test."""

from typing import Any

import pytest

from tests.unit.streams.patterns.world import Memory


@pytest.fixture
def memory(event: Any) -> Memory:
    """Return an empty memory."""
    return Memory(event)
