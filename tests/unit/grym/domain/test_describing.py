"""Descriptions say what the facts say, mark what is unsure, and leave out what was not found."""

from typing import Any

import pytest

from grym.domain.describing import described, tempo_word, told_facts

ANALYSIS: dict[str, Any] = {
    "duration_s": 192.0,
    "sample_rate_hz": 44_100,
    "channels": 2,
    "tempo_bpm": 96.4,
    "tempo_confidence": 0.8,
    "metre": {"beats": 3, "unit": 4},
    "downbeats_s": [0.0, 2.0, 4.0],
    "onsets_s": [0.0, 0.5],
    "key": {"tonic": "D", "mode": "minor", "confidence": 0.9},
    "keys": [
        {"start_s": 0.0, "end_s": 90.0, "tonic": "D", "mode": "minor", "confidence": 0.9},
        {"start_s": 90.0, "end_s": 192.0, "tonic": "F", "mode": "major", "confidence": 0.7},
    ],
    "chords": [{"name": name, "root": 2} for name in ["Dm", "Bb", "F", "C"] * 3] + [{"name": "N", "root": None}],
    "sections": [{"start_s": 0.0, "end_s": 1.0, "label": label} for label in "ABA"],
    "loudness_lufs": -25.0,
    "loudness_range_lu": 17.0,
    "true_peak_dbtp": 0.4,
    "features": {"centroid_hz": {"mean": 900.0, "std": 10.0}},
    "shares": {"harmonic": 0.9, "percussive": 0.05, "residual": 0.05},
    "patterns": [{"pattern_id": "p1", "name": "Greensleeves"}],
    "speech": {"text": "good morning", "model": "base", "pretrained": True},
}
WHOLE = (
    "A stereo recording of 3 minutes and 12 seconds. It moves at 96 beats a minute (andante), in 3/4 over 3 bars. "
    "It is in D minor as a whole, going from D minor, to F major. Its chords go round: Dm Bb F C, 3 times. "
    "Its form has 3 sections, A–B–A; A returns. "
    "It is quiet (-25.0 LUFS), with a wide range of 17.0 LU between soft and loud. Its peaks go over full scale. "
    "The sound is dark: its spectrum is centred on 900 Hz on average. "
    "It consists of held tones, with hardly any strokes. It is known as, or holds, Greensleeves. "
    "The model base wrote down these words: “good morning”."
)


def test_everything_is_said_in_sentences() -> None:
    """A full analysis becomes a paragraph, in the order a musician asks."""
    assert described(told_facts(ANALYSIS)) == WHOLE


def test_nothing_is_said_of_what_was_not_found() -> None:
    """Silence has a length and no loudness; no other sentence is made up."""
    silence = {"duration_s": 5.0, "channels": 1, "features": {}, "loudness_lufs": None, "chords": [], "key": None}
    expected = "A mono recording of 5.0 seconds. It is silent, or too short to have a loudness."
    assert described(told_facts(silence)) == expected


def test_what_is_unsure_is_told_as_unsure() -> None:
    """Low confidence changes the words; an onset without tempo says that there is no pulse."""
    unsure = ANALYSIS | {"tempo_confidence": 0.2, "key": ANALYSIS["key"] | {"confidence": 0.1}}
    text = described(told_facts(unsure))
    assert "it may be 96 beats a minute" in text
    assert "D minor fits best" in text
    assert "No steady pulse was found." in described(told_facts(ANALYSIS | {"tempo_bpm": None}))


@pytest.mark.parametrize("name", ANALYSIS)
def test_each_statement_hangs_on_its_fact(name: str) -> None:
    """Without one fact the description is another one, or the fact is none that words rest on; it never fails."""
    rest = {key: value for key, value in ANALYSIS.items() if key != name}
    assert (described(told_facts(rest)) == WHOLE) == (name in {"sample_rate_hz", "onsets_s"})


def test_a_question_is_answered_as_far_as_facts_reach() -> None:
    """What the question is about, nothing else; what nobody measured is said to be unknown."""
    facts = told_facts(ANALYSIS)
    assert described(facts, "How fast is it?") == "It moves at 96 beats a minute (andante), in 3/4 over 3 bars."
    assert described(facts, "Which key?").startswith("It is in D minor")
    assert described(facts, "Who plays the kazoo?").startswith("The measurements do not answer this question.")
    assert described(told_facts({"duration_s": 3.0}), "Which chords?") == "Nothing was found about the chords."


def test_words_of_unlearned_weights_are_not_told() -> None:
    """What a model with drawn weights wrote is nonsense and does not become a statement."""
    drawn = ANALYSIS | {"speech": ANALYSIS["speech"] | {"pretrained": False}}
    assert "words" not in described(told_facts(drawn))


@pytest.mark.parametrize(
    ("tempo", "word"), [(39.9, "grave"), (60.0, "adagio"), (120.0, "allegro"), (240.0, "prestissimo")]
)
def test_tempi_have_their_names(tempo: float, word: str) -> None:
    """Words change at the marks of metronomes."""
    assert tempo_word(tempo) == word
