"""What was learned is recognised through the command line, distorted or played differently; strangers are not."""

from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.recognition.recordings import Recordings, recordings, same_sound
from benchmarks.recognition.sounds import Sounds
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.hearing import Heard, ask, ask_nothing, conditions, holds, learn, rendered

pytestmark = [pytest.mark.slow]

KNOWN = 50
STRANGERS = 24
LENGTH_S = 5.0

REQUIRED = {
    "clean": 0.99,
    "white +10 dB": 0.99,
    "pink +0 dB": 0.95,
    "white -5 dB": 0.85,
    "low-pass 2 kHz": 0.98,
    "mp3": 0.98,
    "reverb": 0.98,
    "tempo +5 %": 0.98,
    "tempo -20 %": 0.98,
    "transposed up": 0.97,
    "other instruments": 0.97,
    "transposed, tempo, noise": 0.95,
}
"""Conditions, and the share of names that has to be right, whether or not they are sure enough to be called known."""

TOLD = 0.90
"""Share of all excerpts of known music that has to be called known, by the right name."""

FALSE = 0.01
"""Share of strangers' excerpts that may be called known."""

REAL = ("clean", "pink +0 dB", "mp3", "reverb", "low-pass 2 kHz")


@pytest.fixture(scope="module")
def scores(ground: Path, grym: Grym) -> Sounds:
    """Render fifty scores that are learned, and strangers."""
    sounds = rendered(ground / "scores", known=KNOWN, strangers=STRANGERS)
    told = learn(grym.tell, ground, sounds)
    assert [one["new"] for one in told] == [True] * KNOWN
    return sounds


@pytest.fixture(scope="module")
def games(ground: Path, grym: Grym, scores: Sounds) -> Recordings:
    """Learn half of the installed recordings besides."""
    del scores
    if len(recordings()) < 4:
        pytest.skip("needs the packages asc-music and planetblupi-music-ogg")
    sounds = Recordings(ground / "recordings", half=0)
    learn(grym.tell, ground, sounds)
    return sounds


@pytest.fixture(scope="module")
def heard(ground: Path, grym: Grym, scores: Sounds) -> list[Heard]:
    """Ask about every tune in every condition."""
    questions = scores.questions(conditions=conditions(*REQUIRED), lengths_s=[LENGTH_S], turns=len(REQUIRED))
    return list(ask(grym.tell, ground, scores, questions))


def test_every_distortion_leaves_tunes_recognisable(heard: list[Heard], measured: Measured) -> None:
    """In each condition so many tunes are named rightly as the numbers require."""
    named: dict[str, list[bool]] = defaultdict(list)
    for one in heard:
        if one.question.answer is not None:
            named[one.question.condition.name].append(one.name == one.question.answer)
    for name, right in named.items():
        measured(f"named rightly: {name}", f"{sum(right)} of {len(right)}", f"{REQUIRED[name]:.2f}")
    assert not {name: sum(right) for name, right in named.items() if not holds(sum(right), len(right), REQUIRED[name])}


def test_known_tunes_are_told_from_strangers(heard: list[Heard], measured: Measured) -> None:
    """Over all conditions, nine of ten known excerpts are called known rightly, and hardly any stranger's is."""
    known = [one.right for one in heard if one.question.answer is not None]
    strangers = [one.known for one in heard if one.question.answer is None]
    measured("known tunes called known, rightly", f"{sum(known)} of {len(known)}", f"{TOLD:.2f}")
    measured("strangers called known", f"{sum(strangers)} of {len(strangers)}", f"{FALSE:.2f}")
    assert sum(known) >= TOLD * len(known)
    assert holds(len(strangers) - sum(strangers), len(strangers), 1 - FALSE)


def test_excerpts_are_found_where_they_were_cut(heard: list[Heard], measured: Measured) -> None:
    """Where the tempo was kept, nine of ten are found within half a second."""
    placed = [one.placed for one in heard if one.right and one.question.condition.tempo_kept]
    measured("place within 0.5 s", f"{sum(placed)} of {len(placed)}", "0.90")
    assert sum(placed) >= 0.9 * len(placed)


def test_real_recordings_are_recognised(ground: Path, grym: Grym, games: Recordings, measured: Measured) -> None:
    """Excerpts of the music of two games are named under noise, codecs and rooms, and the other half is unknown."""
    asked = [condition for condition in conditions(*REAL) if same_sound(condition)]
    answers = list(ask(grym.tell, ground, games, games.questions(conditions=asked, lengths_s=[LENGTH_S])))
    known = [one.right for one in answers if one.question.answer is not None]
    strangers = [one.known for one in answers if one.question.answer is None]
    measured("recordings called known, rightly", f"{sum(known)} of {len(known)}", f"{TOLD:.2f}")
    measured("other recordings called known", f"{sum(strangers)} of {len(strangers)}", f"{FALSE:.2f}")
    assert sum(known) >= TOLD * len(known)
    assert holds(len(strangers) - sum(strangers), len(strangers), 1 - FALSE)


def test_sounds_without_music_are_not_known(ground: Path, grym: Grym, scores: Sounds) -> None:
    """Silence, noise, a sine, hum, clicks and the like are never called known."""
    del scores
    assert not {name for name, known in ask_nothing(grym.tell, ground).items() if known}


def test_learning_again_changes_nothing_but_the_count(ground: Path, grym: Grym, scores: Sounds) -> None:
    """The same files learned twice are heard again under the same ids, and none is new."""
    before = {one["pattern_id"] for one in learn(grym.tell, ground, scores)}
    again = learn(grym.tell, ground, scores)
    assert [one["new"] for one in again] == [False] * KNOWN
    assert {one["pattern_id"] for one in again} == before
