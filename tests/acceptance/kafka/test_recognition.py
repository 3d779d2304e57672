"""Pattern memory on Kafka: workers of every processor learn tunes and recognise them, and strangers are unknown."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.hearing import ask, ask_nothing, conditions, learn, rendered
from tests.support.kafka_world import KafkaWorld

pytestmark = [pytest.mark.slow]

ASKED = ("clean", "pink +0 dB", "mp3", "tempo +20 %", "transposed up", "other instruments")


def test_tunes_are_recognised_and_strangers_are_not(world: KafkaWorld, folder: Path, measured: Measured) -> None:
    """Two processes of all processors: of 90 excerpts nine in ten are named, no stranger's in a hundred is known."""
    world.start("first", "up")
    world.start("second", "up")

    def tell(*words: str, **_: float) -> dict[str, Any]:
        return world.grym(*words)

    sounds = rendered(folder / "sounds", known=15, strangers=8)
    learned = learn(tell, folder, sounds)
    assert [one["new"] for one in learned] == [True] * 15
    questions = sounds.questions(conditions=conditions(*ASKED), lengths_s=[5.0], turns=len(ASKED))
    heard = list(ask(tell, folder, sounds, questions))
    known = [one.right for one in heard if one.question.answer is not None]
    strangers = [one.known for one in heard if one.question.answer is None]
    measured("known tunes called known, rightly (Kafka)", f"{sum(known)} of {len(known)}", "0.90")
    measured("strangers called known (Kafka)", f"{sum(strangers)} of {len(strangers)}", "0.01")
    assert sum(known) >= 0.9 * len(known)
    assert sum(strangers) <= 1
    assert not {name for name, is_known in ask_nothing(tell, folder).items() if is_known}
