"""Tunes to be taught by: the same by number and seed, half of the questions about what memory does not hold."""

from benchmarks.recognition.tunes import CONDITIONS, STRANGERS, TUNES, Tunes
from grym.domain.recognition.codec import decode


def test_a_tune_is_the_same_whenever_it_is_played() -> None:
    """And another one under another number or seed."""
    assert Tunes(7).imprint(1) == Tunes(7).imprint(1)
    assert len({Tunes(7).imprint(1), Tunes(7).imprint(2), Tunes(8).imprint(1)}) == 3


def test_every_second_question_is_about_a_stranger() -> None:
    """In any condition, from two to five seconds long."""
    asked = Tunes(7).questions(8, tunes=[0, 1], strangers=[TUNES], seed=1)
    assert [question.tune is None for question in asked] == [False, True] * 4
    assert {question.tune for question in asked} <= {None, 0, 1}
    assert {question.condition for question in asked} <= {condition.name for condition in CONDITIONS}
    assert all(1.9 <= decode(question.imprint).duration_s <= 5.1 for question in asked)
    assert STRANGERS > 0
