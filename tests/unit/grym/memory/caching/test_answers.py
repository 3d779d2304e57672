"""Answers to the same question of the same memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.memory.caching.answers import AnswerCache, AnswerSettings, Question


def asked(content: str = "a sound", scope: str = "default/5") -> Question:
    """Return a question."""
    return Question.of(content.encode(), scope=scope)


def test_the_same_question_is_answered_once() -> None:
    """By its bytes, whoever asks."""
    answers: AnswerCache[str] = AnswerCache()
    assert answers.find(asked(), version=3) is None
    answers.keep(asked(), "a tune", version=3)
    assert answers.find(asked(), version=3) == "a tune"
    assert (answers.hits, answers.misses) == (1, 1)


@pytest.mark.parametrize("other", [asked("another sound"), asked(scope="default/1"), asked(scope="other/5")])
def test_another_question_is_another(other: Question) -> None:
    """One byte, another collection or another number of matches make it one."""
    answers: AnswerCache[str] = AnswerCache()
    answers.keep(asked(), "a tune", version=3)
    assert answers.find(other, version=3) is None


def test_a_memory_that_changed_is_asked_anew() -> None:
    """Neither an older nor a newer memory's answer will do, and the newer one stays."""
    answers: AnswerCache[str] = AnswerCache()
    answers.keep(asked(), "a tune", version=3)
    assert answers.find(asked(), version=4) is None
    assert answers.find(asked(), version=2) is None
    answers.keep(asked(), "forgotten", version=4)
    answers.keep(asked(), "a tune", version=3)
    assert answers.find(asked(), version=4) == "forgotten"


def test_answers_are_bounded() -> None:
    """The one not asked for the longest leaves."""
    answers: AnswerCache[int] = AnswerCache(AnswerSettings(most=2))
    answers.keep(asked("a"), 1, version=1)
    answers.keep(asked("b"), 2, version=1)
    assert answers.find(asked("a"), version=1) == 1
    answers.keep(asked("c"), 3, version=1)
    assert len(answers) == 2
    assert answers.find(asked("b"), version=1) is None


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.integers(0, 3)), max_size=60))
def test_no_answer_is_older_than_the_last_commit(steps: list[tuple[bool, str, int]]) -> None:
    """After any interleaving of writes with questions, some of which took long and kept their answer late."""
    answers: AnswerCache[tuple[str, int]] = AnswerCache(AnswerSettings(most=2))
    seq, late = 0, list[tuple[str, int]]()
    for write, content, later in steps:
        if write:
            seq += 1
            continue
        answer = answers.find(asked(content), version=seq)
        assert answer in (None, (content, seq))
        if answer is None:
            late.append((content, seq))
        for known in late[later:]:
            answers.keep(asked(known[0]), known, version=known[1])
        del late[later:]
