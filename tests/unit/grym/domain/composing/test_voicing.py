"""Voicing."""

from grym.domain.composing.score import Tonality
from grym.domain.composing.theory import chord_of
from grym.domain.composing.voicing import candidates, chord_tones, lead, parallels

C_MAJOR = Tonality(tonic=0, mode="major")


def test_parallel_fifths_and_octaves_are_counted() -> None:
    """C-G to D-A is a parallel fifth; contrary motion and held notes are none."""
    assert parallels((48, 55), (50, 57)) == 1
    assert parallels((48, 60), (50, 62)) == 1
    assert parallels((48, 55), (48, 55)) == 0
    assert parallels((48, 55), (55, 62)) == 1
    assert parallels((48, 55), (47, 56)) == 0


def test_the_nearest_voicing_is_taken() -> None:
    """From C E G the dominant is reached with a common tone and two steps."""
    before = (55, 60, 64)
    after = lead(before, chord_of("V", C_MAJOR), voices=3, low=48, high=69, has_bass=True)
    assert after == (55, 59, 62)


def test_voicings_lie_in_their_register() -> None:
    """All candidates have the wanted number of tones inside the register."""
    found = list(candidates((0, 4, 7), low=48, high=69))
    assert found
    assert all(len(voicing) == 3 and voicing[0] >= 48 and voicing[-1] <= 69 for voicing in found)


def test_the_fifth_is_left_out_first() -> None:
    """Five-tone chords on four voices lose the fifth, on three with a bass also the root."""
    ninth = chord_of("V9", C_MAJOR)
    assert chord_tones(ninth, 4, has_bass=False) == (7, 11, 5, 9)
    assert chord_tones(ninth, 3, has_bass=True) == (11, 5, 9)


def test_few_tones_are_doubled() -> None:
    """A triad on four voices doubles its root."""
    assert chord_tones(chord_of("I", C_MAJOR), 4, has_bass=True) == (0, 4, 7, 0)
