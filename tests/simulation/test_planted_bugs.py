"""The simulation finds what it is for: each planted bug breaks its promise within some afternoons."""

import pytest

from tests.simulation.bugs import Bug
from tests.simulation.simulate import simulate
from tests.simulation.world import FORMS, Form

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
WITH_GROUPS: tuple[tuple[Bug, str], ...] = (
    ("outbox deleted first", "ended 0 times"),
    ("outbox by cursor", "it never came to rest"),
)
# Jobs lie in the database in both forms; with groups it takes hundreds of afternoons to meet a zombie's result.
RARE = ("kafka", "stale fence")
ENOUGH_FOR_RARE = 2000
CASES = [
    pytest.param(form, *case, marks=[pytest.mark.slow] if (form, case[0]) == RARE else [])
    for form in FORMS
    for case in (*EVERYWHERE, *(WITH_GROUPS if form == "kafka" else ()))
]


@pytest.mark.parametrize(("form", "bug", "sentence"), CASES)
def test_planted_bug_is_found(form: Form, bug: Bug, sentence: str) -> None:
    """An afternoon with the bug breaks the promise that the bug is about."""
    enough = ENOUGH_FOR_RARE if (form, bug) == RARE else ENOUGH
    for seed in range(enough):
        broken, _ = simulate(seed, form=form, bug=bug)
        if any(sentence in what for what in broken):
            return
    pytest.fail(f"{enough} afternoons with {bug!r} and nothing was noticed")
