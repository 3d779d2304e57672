"""Processes die and freeze while requests fail, repeat and are cancelled; the promises hold all the same."""

import pytest

from tests.simulation.simulate import simulate

QUICK = 40
CHUNK = 10
LONG = 600


@pytest.mark.parametrize("first", range(0, QUICK, CHUNK))
def test_promises_hold(first: int) -> None:
    """Every run ends once, nothing is lost, doubled or out of order; and there were crashes and freezes to survive."""
    crashes = freezes = effects = 0
    for seed in range(first, first + CHUNK):
        faults, ledger = simulate(seed)
        assert faults == [], f"seed {seed}"
        crashes += ledger.crashes
        freezes += ledger.freezes
        effects += len(ledger.effects)
    assert crashes > 3 * CHUNK
    assert freezes > CHUNK // 2
    assert effects > 30 * CHUNK


def test_the_same_seed_is_the_same_afternoon() -> None:
    """A seed that fails can be lived through again, step by step."""
    first, again = simulate(3)[1], simulate(3)[1]
    assert first == again


@pytest.mark.slow
@pytest.mark.parametrize("first", range(QUICK, LONG, CHUNK * 4))
def test_promises_hold_for_long(first: int) -> None:
    """Hundreds of afternoons more."""
    for seed in range(first, first + CHUNK * 4):
        assert simulate(seed)[0] == [], f"seed {seed}"
