"""The simulation finds what it is for: each planted bug breaks a promise within a few afternoons."""

import pytest

from tests.simulation.bugs import Bug
from tests.simulation.simulate import simulate
from tests.simulation.world import Form

ENOUGH = 200

EVERYWHERE: tuple[tuple[Bug, str], ...] = (
    ("no inbox", "had 2 effects"),
    ("commit before work", "committed past"),
    ("commit past in-flight", "committed past"),
    ("swallowed poison", "was lost"),
    ("no parking order", "in the order"),
    ("lost timer", "after its deadline"),
    ("late sequence", "was lost"),
    ("stale fence", "was said 2 times"),
)


@pytest.mark.parametrize(("bug", "sentence"), EVERYWHERE)
@pytest.mark.parametrize("form", ["embedded"])
def test_planted_bug_is_found(form: Form, bug: Bug, sentence: str) -> None:
    """An afternoon with the bug breaks the promise that the bug is about."""
    for seed in range(ENOUGH):
        broken, _ = simulate(seed, form=form, bug=bug)
        if any(sentence in what for what in broken):
            return
    pytest.fail(f"{ENOUGH} afternoons with {bug!r} and nothing was noticed")
