"""Fixtures of the domain tests."""

import pytest

from tests.unit.grym.domain.laboratory import Laboratory


@pytest.fixture(scope="session")
def lab() -> Laboratory:
    """The laboratory."""
    return Laboratory()
