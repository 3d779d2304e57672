"""Processes die and freeze while requests fail, repeat and are cancelled; the promises hold all the same."""

from collections import Counter

import pytest

from tests.simulation.simulate import replay_of, simulate
from tests.simulation.world import FORMS, Form

QUICK = 100
"""Afternoons of each form in the quick suite."""
CHUNK = 50
LONG = 1100
OFTEN = ("kills", "freezes", "graceful stops", "failed attempts", "undecodable records")
NOW_AND_THEN = (
    "artifacts away",
    "cancels",
    "clock jumps",
    "database away",
    "database slow",
    "endless work",
    "poisoned attempts",
    "requests doubled",
)
IN_GROUPS = ("evictions", "failed attempts of the hop", "log away", "rebalances", "sendings of unknown outcome")
RARE_IN_GROUPS = ("work cut short by a revocation", "zombie commits refused")


def _live(form: Form, first: int, count: int) -> tuple[Counter[str], int]:
    faults: Counter[str] = Counter()
    effects = 0
    for seed in range(first, first + count):
        broken, ledger = simulate(seed, form=form)
        assert broken == [], replay_of(seed, form)
        faults += ledger.faults
        effects += len(ledger.effects)
    return faults, effects


@pytest.mark.parametrize("first", range(0, QUICK, CHUNK))
@pytest.mark.parametrize("form", FORMS)
def test_promises_hold(form: Form, first: int) -> None:
    """Every run ends once, nothing is lost, doubled or out of order; and there was enough to survive."""
    faults, effects = _live(form, first, CHUNK)
    assert all(faults[often] > CHUNK / 4 for often in OFTEN), faults
    assert all(faults[rarely] for rarely in NOW_AND_THEN), faults
    assert form == "embedded" or all(faults[also] for also in IN_GROUPS), faults
    assert effects > 20 * CHUNK


@pytest.mark.parametrize("form", FORMS)
def test_the_same_seed_is_the_same_afternoon(form: Form) -> None:
    """A seed that fails can be lived through again, step by step."""
    first, again = simulate(3, form=form)[1], simulate(3, form=form)[1]
    assert first == again


@pytest.mark.slow
@pytest.mark.parametrize("first", range(QUICK, LONG, CHUNK * 4))
@pytest.mark.parametrize("form", FORMS)
def test_promises_hold_for_long(form: Form, first: int) -> None:
    """Hundreds of afternoons more, in which rare things happen too."""
    faults, _ = _live(form, first, CHUNK * 4)
    assert form == "embedded" or all(faults[rarely] for rarely in RARE_IN_GROUPS), faults
