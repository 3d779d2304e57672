"""Instruments."""

from grym.domain.composing.instruments import VOICES, voice_of_program


def test_ranges_hold_a_melody() -> None:
    """Every pitched instrument has a range of at least an octave and a half inside MIDI."""
    assert all(0 <= voice.low <= voice.high - 18 <= 109 for voice in VOICES.values())


def test_programs_are_general_midi() -> None:
    """Programs are 0 to 127 and drums are percussion."""
    assert all(0 <= voice.program <= 127 for voice in VOICES.values())
    assert VOICES["drums"].percussion


def test_unknown_programs_are_played_like_a_piano() -> None:
    """A program outside the vocabulary gets the range of a piano."""
    voice = voice_of_program(120, percussion=False)
    assert (voice.low, voice.high, voice.program) == (VOICES["piano"].low, VOICES["piano"].high, 120)


def test_percussion_is_the_kit() -> None:
    """Percussion of any program is the drum kit."""
    assert voice_of_program(5, percussion=True) == VOICES["drums"]
