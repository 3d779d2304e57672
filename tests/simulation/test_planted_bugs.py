"""The simulation finds what it is for: each planted bug breaks a promise within a few afternoons."""

import pytest

from tests.simulation.mortal import Bug
from tests.simulation.simulate import simulate


@pytest.mark.parametrize(
    ("bug", "sentence"),
    [
        ("no inbox", "had 2 effects"),
        ("commit before work", "ended 0 times"),
        ("swallowed poison", "was lost"),
        ("no parking order", "in the order"),
    ],
)
def test_planted_bug_is_found(bug: Bug, sentence: str) -> None:
    """An afternoon with the bug breaks the promise that the bug is about."""
    for seed in range(12):
        faults, _ = simulate(seed, bug=bug)
        if any(sentence in fault for fault in faults):
            return
    pytest.fail(f"twelve afternoons with {bug!r} and nothing was noticed")
