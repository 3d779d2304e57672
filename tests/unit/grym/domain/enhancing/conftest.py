"""One piece of music for all repairs."""

import pytest

from tests.unit.grym.domain.enhancing.workshop import Samples, music


@pytest.fixture(scope="session")
def piece() -> Samples:
    """Return ten seconds of stereo with nothing wrong in it."""
    return music()
