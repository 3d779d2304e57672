"""Workflows as data: what is ready, what a loop repeats, and which definitions are refused."""

import pytest

from grym.domain.workflow import Loop, Step, Workflow, ready, repeated
from grym.errors import InvariantError

DIAMOND = Workflow(
    name="diamond",
    version=1,
    steps=(
        Step(name="a"),
        Step(name="b", needs=("a",)),
        Step(name="c", needs=("a",)),
        Step(name="d", needs=("b", "c")),
        Step(name="e", needs=("d",)),
    ),
    loop=Loop(judge="d", back_to="b", limit=3),
)


def test_only_steps_without_needs_are_ready_at_first() -> None:
    """Nothing has ended: only `a` needs nothing."""
    assert ready(DIAMOND, started=(), ended=()) == ("a",)


def test_independent_steps_are_ready_together() -> None:
    """Both arms of the diamond may run at once."""
    assert ready(DIAMOND, started=("a",), ended=("a",)) == ("b", "c")


def test_a_step_waits_for_all_it_needs() -> None:
    """`d` needs both arms; one is not enough."""
    assert ready(DIAMOND, started=("a", "b", "c"), ended=("a", "b")) == ()
    assert ready(DIAMOND, started=("a", "b", "c"), ended=("a", "b", "c")) == ("d",)


def test_a_started_step_is_not_ready_again() -> None:
    """What runs already is not started twice."""
    assert ready(DIAMOND, started=("a", "b"), ended=("a",)) == ("c",)


def test_the_loop_repeats_from_its_target_to_its_judge() -> None:
    """`c` does not follow from `b`, and `e` comes after the judge: neither is repeated."""
    assert repeated(DIAMOND) == {"b", "d"}


def test_a_workflow_without_a_loop_repeats_nothing() -> None:
    """No loop, no repetition."""
    assert repeated(Workflow(name="line", version=1, steps=(Step(name="a"),))) == frozenset()


@pytest.mark.parametrize(
    ("steps", "loop", "words"),
    [
        ((Step(name="a"), Step(name="a")), None, "twice"),
        ((Step(name="a", needs=("z",)),), None, "do not exist: z"),
        ((Step(name="a", needs=("b",)), Step(name="b", needs=("a",))), None, "circle"),
        ((Step(name="a", needs=("a",)),), None, "circle"),
        ((Step(name="a"),), Loop(judge="a", back_to="q", limit=2), "do not exist: q"),
        ((Step(name="a"),), Loop(judge="a", back_to="a", limit=0), "without a bound"),
    ],
)
def test_broken_definitions_are_refused(steps: tuple[Step, ...], loop: Loop | None, words: str) -> None:
    """A definition that could not end, or names what is not there, never comes into being."""
    with pytest.raises(InvariantError, match=words):
        Workflow(name="broken", version=1, steps=steps, loop=loop)
