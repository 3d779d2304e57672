"""Velocities from power."""

import numpy as np

from grym.domain.pitch.values import velocities


def test_velocity_is_the_fourth_root_of_power() -> None:
    """The loudest note has 110, one 12 dB below half of it, silence the least there is."""
    assert velocities(np.array([1.0, 10.0**-1.2041, 0.0])) == [110, 55, 1]


def test_only_relations_matter() -> None:
    """Velocities do not depend on the level of the whole, and nothing has none."""
    power = np.array([0.5, 0.2, 0.01])
    assert velocities(power * 1e-12) == velocities(power)
    assert velocities(np.array([])) == []
    assert velocities(np.zeros(2)) == [1, 1]
