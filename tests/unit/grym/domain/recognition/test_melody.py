"""The leading line of a sound."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition.imprint import FloatArray, Melody, Tonal
from grym.domain.recognition.melody import melody_of
from grym.domain.recognition.tonal import LOWEST_MIDI, PITCHES, RATE_HZ

pitch_runs = st.lists(st.integers(min_value=55, max_value=90), min_size=1, max_size=20)


def line(pitches: list[int], *, frames_each: int = 5, fade: float = 0.6) -> FloatArray:
    """Return frames in which notes are struck one after another and fade to a share of their level."""
    frames = np.zeros((len(pitches) * frames_each, PITCHES), dtype=np.float32)
    for number, pitch in enumerate(pitches):
        frames[number * frames_each : (number + 1) * frames_each, pitch - LOWEST_MIDI] = np.linspace(
            1.0, fade, frames_each
        )
    return frames


def heard(frames: FloatArray) -> Melody:
    """Return the melody of frames."""
    return melody_of(Tonal(frames=frames, rate_hz=RATE_HZ))


@given(pitch_runs)
@settings(max_examples=40, deadline=None)
def test_a_line_alone_is_heard_note_by_note(pitches: list[int]) -> None:
    """Notes that are struck one after another come back, but equal ones beside each other may be joined."""
    melody = heard(line(pitches))
    joined = [pitch for before, pitch in zip([None, *pitches], pitches, strict=False) if pitch != before]
    distinct = [
        pitch for before, pitch in zip([None, *melody.pitches], melody.pitches, strict=False) if pitch != before
    ]
    assert distinct == joined


@given(pitch_runs, st.integers(min_value=-10, max_value=5))
@settings(max_examples=20, deadline=None)
def test_another_key_moves_every_note(pitches: list[int], semitones: int) -> None:
    """A line some semitones up is heard at the same times, as many semitones up."""
    here, there = heard(line(pitches)), heard(line([pitch + semitones for pitch in pitches]))
    np.testing.assert_array_equal(there.pitches, here.pitches + semitones)
    np.testing.assert_array_equal(there.starts_s, here.starts_s)


def test_a_note_struck_again_is_two_notes() -> None:
    """A pitch that fades and is struck anew is heard twice."""
    melody = heard(line([60, 60, 60], frames_each=8, fade=0.2))
    assert melody.pitches.tolist() == [60, 60, 60]


@given(st.lists(st.integers(min_value=67, max_value=84), min_size=4, max_size=12, unique=True))
@settings(max_examples=20, deadline=None)
def test_the_higher_of_two_voices_leads(pitches: list[int]) -> None:
    """Over a bass of the same strength the upper line is heard."""
    frames = line(pitches)
    frames[:, 45 - LOWEST_MIDI] = 0.9
    assert heard(frames).pitches.tolist() == pitches


def test_rests_are_silent() -> None:
    """Between two notes with a rest nothing is made up."""
    frames = np.concatenate([line([60]), np.zeros((10, PITCHES), dtype=np.float32), line([64])])
    melody = heard(frames)
    assert melody.pitches.tolist() == [60, 64]
    assert melody.starts_s[1] - melody.ends_s[0] > 8 / RATE_HZ


def test_silence_has_no_notes() -> None:
    """Silence, and no frames at all, have no line."""
    for frames in (50, 0):
        assert len(heard(np.zeros((frames, PITCHES), dtype=np.float32)).pitches) == 0


@given(pitch_runs)
@settings(max_examples=20, deadline=None)
def test_times_ascend(pitches: list[int]) -> None:
    """Every note ends after it starts, and none starts before the last has ended."""
    melody = heard(line(pitches))
    assert (melody.ends_s > melody.starts_s).all()
    assert (melody.starts_s[1:] >= melody.ends_s[:-1]).all()
