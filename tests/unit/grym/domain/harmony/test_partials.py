"""Notes from partials that are known."""

import numpy as np
import pytest

from grym.domain.harmony.partials import LOWEST_NOTE, LOWEST_SEMITONE, NOTES, SEMITONES, notes_of_partials
from grym.domain.signal import FloatArray


def partials_of(*pitches: int, decay: float = 0.6) -> FloatArray:
    """One frame of notes with eight partials on the scale of semitones."""
    frame = np.zeros((1, SEMITONES), dtype=np.float32)
    for pitch in pitches:
        for number in range(1, 9):
            column = round(pitch + 12 * np.log2(number)) - LOWEST_SEMITONE
            if column < SEMITONES:
                frame[0, column] += decay ** (number - 1)
    return frame


@pytest.mark.parametrize("pitch", range(31, 90, 7))
def test_overtones_count_for_their_note(pitch: int) -> None:
    """A lone note is the strongest by far, and what its third and fifth partials could be is a fifth of it at most."""
    notes = notes_of_partials(partials_of(pitch))[0]
    assert notes.argmax() == pitch - LOWEST_NOTE
    for other in (pitch + 19, pitch + 28):
        if other < LOWEST_NOTE + NOTES:
            assert notes[other - LOWEST_NOTE] < 0.2 * notes.max()


def test_a_played_third_stays() -> None:
    """The three notes of a triad are the three strongest, the third among them."""
    notes = notes_of_partials(partials_of(60, 64, 67))[0]
    assert set(np.argsort(notes)[-3:] + LOWEST_NOTE) == {60, 64, 67}


def test_silence_has_no_notes() -> None:
    """No partials give no notes, and no division by zero."""
    assert not notes_of_partials(np.zeros((3, SEMITONES), dtype=np.float32)).any()


def test_frames_do_not_touch_each_other() -> None:
    """A frame gives the same among others as alone."""
    frames = np.concatenate([partials_of(40, 52), np.zeros((1, SEMITONES), dtype=np.float32), partials_of(72)])
    alone = np.concatenate([notes_of_partials(frame[None]) for frame in frames])
    np.testing.assert_allclose(notes_of_partials(frames), alone, rtol=1e-5)


def test_level_scales() -> None:
    """Four times the amplitude doubles the notes: they are square roots."""
    np.testing.assert_allclose(
        notes_of_partials(4.0 * partials_of(55)), 2.0 * notes_of_partials(partials_of(55)), rtol=1e-5
    )
