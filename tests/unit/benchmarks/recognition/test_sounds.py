"""What is asked, and of whom: nothing is played here."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.recognition.conditions import CONDITIONS, LENGTHS_S
from benchmarks.recognition.playing import Performance
from benchmarks.recognition.sounds import Sounds, write_folder

KNOWN, STRANGERS = 6, 28


def performance(seed: int) -> Performance:
    """Return a minute of even notes."""
    pitches = 60 + np.random.default_rng(seed).integers(0, 20, 240)
    starts_s = np.arange(240, dtype=np.float64) * 0.25
    return Performance(
        starts_s=starts_s,
        ends_s=starts_s + 0.2,
        pitches=pitches,
        velocities=np.full(240, 80),
        parts=np.zeros(240, dtype=np.int64),
        players="piano",
        other_players="flute",
    )


@pytest.fixture
def sounds(tmp_path: Path) -> Sounds:
    """Give a folder of six known tunes and 28 strangers."""
    roles = ["known"] * KNOWN + ["stranger"] * STRANGERS
    tunes = [(f"tune-{number}", f"test/{number}", role, performance(number)) for number, role in enumerate(roles)]
    write_folder(tmp_path, split="dev", tunes=tunes)
    return Sounds(tmp_path)


def test_known_tunes_are_asked_in_every_condition_and_length(sounds: Sounds) -> None:
    """Each known tune, condition and length is one question, whose own place is where its excerpt begins."""
    known = [one for one in sounds.questions() if one.answer is not None]
    assert len({(one.answer, one.condition.name, one.length_s) for one in known}) == len(known)
    assert len(known) == KNOWN * len(CONDITIONS) * len(LENGTHS_S)
    assert all(one.places_s[0] == one.tune.start_s for one in known)


def test_strangers_are_spread_over_conditions_and_lengths(sounds: Sounds) -> None:
    """28 strangers with nine turns each meet each of 28 conditions nine times, and each length equally often."""
    strangers = [one for one in sounds.questions(turns=9) if one.answer is None]
    assert set(Counter(one.condition.name for one in strangers).values()) == {9}
    assert set(Counter(one.length_s for one in strangers).values()) == {len(strangers) // 3}
    assert {one.places_s for one in strangers} == {()}


def test_a_third_of_the_questions_meets_every_tune_and_condition(sounds: Sounds) -> None:
    """Each known tune is asked once in each condition, and each condition in all lengths equally often."""
    known = [one for one in sounds.questions(every=3) if one.answer is not None]
    assert set(Counter((one.answer, one.condition.name) for one in known).values()) == {1}
    assert set(Counter((one.condition.name, one.length_s) for one in known).values()) == {KNOWN // 3}


def test_a_tune_is_played_in_the_same_manner_each_time(sounds: Sounds) -> None:
    """What is drawn for a tune in a condition depends on their names alone and stays within its bounds."""
    for one in sounds.questions():
        manner = one.condition.manner(one.tune.name)
        assert manner == one.condition.manner(one.tune.name)
        assert manner.tempo in one.condition.tempo
        assert abs(manner.semitones) in (range(1, 7) if one.condition.up else (0,))
