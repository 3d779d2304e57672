"""The short form of `test_recognition`: eight tunes, four strangers, three conditions."""

from pathlib import Path

import pytest

from tests.acceptance.harness import Grym
from tests.acceptance.hearing import ask, ask_nothing, conditions, learn, rendered

pytestmark = [pytest.mark.slow]


def test_a_few_tunes_are_recognised_and_strangers_are_not(ground: Path, grym: Grym) -> None:
    """Of 24 excerpts at most one is missed, no stranger and no sound without music is called known."""
    sounds = rendered(ground / "few", known=8, strangers=4)
    learn(grym.tell, ground, sounds)
    asked = conditions("clean", "pink +0 dB", "transposed up")
    questions = sounds.questions(conditions=asked, lengths_s=[5.0], turns=3)
    heard = list(ask(grym.tell, ground, sounds, questions))
    known = [one.right for one in heard if one.question.answer is not None]
    assert sum(known) >= len(known) - 1
    assert not [one.question.tune.source for one in heard if one.question.answer is None and one.known]
    assert not {name for name, known in ask_nothing(grym.tell, ground).items() if known}
