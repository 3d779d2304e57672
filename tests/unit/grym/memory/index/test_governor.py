"""The governor: to what holds, by the shortest way, and no swinging there."""

import numpy as np
import pytest

from grym.memory.index.governor import Governor, Steering
from grym.memory.index.recall import Looks

LADDER = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


class World:
    """Searches whose recall is known for every effort: misses fall off exponentially."""

    def __init__(self, *, scale: float, seed: int) -> None:
        self.scale = scale
        self.dice = np.random.default_rng(seed)

    def recall(self, effort: int) -> float:
        """Return the share found."""
        return float(1.0 - 0.6 * np.exp(-effort / self.scale))

    def look(self, efforts: tuple[int, ...]) -> Looks:
        """Roll ten trials; a query misses at more effort only what it missed at less."""
        rolled = self.dice.random(10)
        missed = [[float(sum(one > self.recall(effort) for one in rolled)) for effort in efforts]]
        return Looks(missed=np.array(missed), trials=np.array([10.0]))


def run(governor: Governor, world: World, looks: int) -> list[Steering]:
    """Let it look and return its steps."""
    steps = [
        governor.note(measured, world.look(measured)) for measured in (governor.to_measure() for _ in range(looks))
    ]
    return [step for step in steps if step is not None]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("begin", [1, 16, 128])
def test_it_finds_the_least_effort_that_holds(begin: int, seed: int) -> None:
    """From below, from the middle and from above it comes to the least step that holds, or the one above."""
    world, governor = World(scale=10.0, seed=seed), Governor(LADDER, effort=begin, recall=0.98)
    run(governor, world, 800)
    least = next(step for step in LADDER if world.recall(step) >= 0.98)
    assert governor.effort in (least, LADDER[LADDER.index(least) + 1])


@pytest.mark.parametrize("seed", range(3))
def test_it_does_not_swing(seed: int) -> None:
    """Once it has arrived it hardly moves, though what it sees goes up and down."""
    world, governor = World(scale=10.0, seed=seed), Governor(LADDER, effort=48, recall=0.98)
    run(governor, world, 800)
    assert len(run(governor, world, 800)) <= 4


def test_it_rises_within_fifty_looks_when_the_world_turns_hard() -> None:
    """From 0.997 to 0.79 at the same effort; the first step comes as soon as the average shows it."""
    world, governor = World(scale=8.0, seed=1), Governor(LADDER, effort=48, recall=0.98)
    run(governor, world, 100)
    held = governor.effort
    world.scale = 30.0
    steps = run(governor, world, 50)
    assert steps
    assert steps[0].before == held < steps[0].after
    assert steps[0].recall.estimate < 0.98


def test_a_few_looks_move_nothing() -> None:
    """Nineteen hopeless ones are chance."""
    governor = Governor(LADDER, effort=4, recall=0.98)
    for _ in range(19):
        measured = governor.to_measure()
        looks = Looks(missed=np.full((1, len(measured)), 10.0), trials=np.array([10.0]))
        assert governor.note(measured, looks) is None


def test_where_nothing_holds_it_goes_to_the_end() -> None:
    """An impossible wish is met as well as can be."""
    world, governor = World(scale=1e6, seed=2), Governor(LADDER, effort=1, recall=0.99)
    run(governor, world, 500)
    assert governor.effort == LADDER[-1]


def test_another_wish_takes_effect_at_once() -> None:
    """What holds 0.9 is less than what holds 0.98."""
    world, governor = World(scale=10.0, seed=3), Governor(LADDER, effort=48, recall=0.98)
    run(governor, world, 800)
    careful = governor.effort
    governor.hold(0.9)
    run(governor, world, 800)
    assert governor.effort < careful


def test_an_effort_beside_the_ladder_is_measured_too() -> None:
    """What was learned with another number of lists may lie between two steps."""
    governor = Governor(LADDER, effort=5, recall=0.98)
    assert governor.to_measure() == (3, 4, 5, 6, 8, 12, 16)
