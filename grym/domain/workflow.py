"""Workflows as data: steps that need each other, and at most one bounded loop.

A step may start once everything it needs is finished or skipped. The loop goes back from its judge to an earlier
step a limited number of times, so every workflow ends. The engine only answers questions; what a step does and how
its answer arrives is somebody else's business.
"""

from collections.abc import Collection
from dataclasses import dataclass

from grym.errors import InvariantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its name, and the steps that must have ended before it."""

    name: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """After `judge`, everything from `back_to` on may be done again, up to `limit` rounds in all."""

    judge: str
    back_to: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A checked workflow.

    Raises
    ------
    InvariantError
        When a step is named twice, needs one that is not there, or needs itself in a circle, or when the loop has no
        bound or names unknown steps.
    """

    name: str
    version: int
    steps: tuple[Step, ...]
    loop: Loop | None = None

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise InvariantError(f"workflow {self.name} names a step twice")
        unknown = {need for step in self.steps for need in step.needs} - set(names)
        if self.loop:
            unknown |= {self.loop.judge, self.loop.back_to} - set(names)
            if self.loop.limit < 1:
                raise InvariantError(f"workflow {self.name} has a loop without a bound")
        if unknown:
            raise InvariantError(f"workflow {self.name} needs steps that do not exist: {', '.join(sorted(unknown))}")
        _check_order(self)

    def step(self, name: str) -> Step:
        """Return a step by name."""
        return next(step for step in self.steps if step.name == name)


def ready(workflow: Workflow, *, started: Collection[str], ended: Collection[str]) -> tuple[str, ...]:
    """Return the steps that may start now, in the order of the definition."""
    return tuple(
        step.name
        for step in workflow.steps
        if step.name not in started and step.name not in ended and all(need in ended for need in step.needs)
    )


def repeated(workflow: Workflow) -> frozenset[str]:
    """Return the steps the loop does again: `back_to` and what follows from it, up to the judge."""
    if workflow.loop is None:
        return frozenset()
    after = _followers(workflow, workflow.loop.back_to)
    before = _needed(workflow, workflow.loop.judge)
    return frozenset((after | {workflow.loop.back_to}) & (before | {workflow.loop.judge}))


def _followers(workflow: Workflow, name: str) -> set[str]:
    found: set[str] = set()
    for step in _ordered(workflow):
        if name in step.needs or found & set(step.needs):
            found.add(step.name)
    return found


def _needed(workflow: Workflow, name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(workflow.step(name).needs)
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting.extend(workflow.step(need).needs)
    return found


def _ordered(workflow: Workflow) -> list[Step]:
    ended: set[str] = set()
    order: list[Step] = []
    while names := ready(workflow, started=ended, ended=ended):
        order.extend(workflow.step(name) for name in names)
        ended.update(names)
    return order


def _check_order(workflow: Workflow) -> None:
    if len(_ordered(workflow)) != len(workflow.steps):
        raise InvariantError(f"workflow {workflow.name} has steps that need each other in a circle")
