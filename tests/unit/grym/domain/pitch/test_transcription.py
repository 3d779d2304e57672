"""The choice between one voice and several."""

import numpy as np
import pytest

from grym.domain.pitch.transcription import skyline, transcribe
from grym.domain.pitch.values import Note
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory

MELODY = [60, 64, 67, 72, 71, 67]
CHORDS = [[48, 60, 64, 67], [53, 57, 60, 69], [55, 59, 62, 67], [48, 55, 64, 72]]


@pytest.mark.parametrize("sustained", [False, True])
def test_one_voice_is_heard_as_one(lab: Laboratory, sustained: bool) -> None:
    """A melody is written down as one voice and followed as a curve."""
    starts = [0.3 + 0.5 * index for index in range(len(MELODY))]
    found = transcribe(lab.signal(lab.play([[p] for p in MELODY], starts, seconds_each=0.4, sustained=sustained)))
    assert not found.polyphonic
    assert [note.pitch for note in found.notes] == MELODY
    for start_s, pitch in zip(starts, MELODY, strict=True):
        assert found.melody.f0_hz[round(100 * start_s) + 15] == pytest.approx(
            440.0 * 2 ** ((pitch - 69) / 12), rel=0.01
        )


def test_chords_are_heard_as_several_voices(lab: Laboratory) -> None:
    """Chords are polyphonic, and their highest notes are the melody."""
    starts = [0.4 + 0.6 * index for index in range(len(CHORDS))]
    found = transcribe(lab.signal(lab.play(CHORDS, starts, seconds_each=0.6)))
    assert found.polyphonic
    assert {note.pitch for note in found.notes} >= {48, 60, 64, 67}
    highest = [found.melody.f0_hz[round(100 * start_s) + 20] for start_s in starts]
    np.testing.assert_allclose(highest, [440.0 * 2 ** ((max(chord) - 69) / 12) for chord in CHORDS], rtol=0.01)


def test_noise_and_silence_have_no_notes(lab: Laboratory) -> None:
    """What has no pitch is transcribed to nothing."""
    silent = transcribe(lab.signal(np.zeros(RATE_HZ, dtype=np.float32)))
    assert silent.notes == ()
    assert not silent.polyphonic
    assert transcribe(lab.signal(lab.noise(seconds=2.0))).notes == ()


def test_music_beside_loud_noise_keeps_its_notes(lab: Laboratory) -> None:
    """Ten seconds of loud noise and then chords: the chords are written down, the noise is not."""
    chords = lab.play(CHORDS, [0.1, 0.9, 1.7, 2.5], seconds_each=0.8)
    found = transcribe(lab.signal(np.concatenate([3.0 * lab.noise(seconds=10.0), chords])))
    assert found.polyphonic
    assert {note.pitch for note in found.notes} >= {48, 60, 64, 67}
    assert min(note.start_s for note in found.notes) >= 9.9


def test_drums_are_no_notes(lab: Laboratory) -> None:
    """Loud bursts of noise between chords: what is written down begins with the chords, not with the bursts."""
    starts = [0.2 + 1.0 * index for index in range(len(CHORDS))]
    sound = lab.play(CHORDS, starts, seconds_each=1.0)
    burst = lab.noise(seconds=0.15) * np.exp(-np.arange(round(0.15 * RATE_HZ)) / (0.04 * RATE_HZ))
    for start_s in starts:
        at = round((start_s + 0.5) * RATE_HZ)
        sound[at : at + len(burst)] += (12.0 * burst).astype(np.float32)[: len(sound) - at]
    found = transcribe(lab.signal(sound))
    assert found.polyphonic
    assert {note.pitch for note in found.notes} >= {48, 60, 64, 67}
    assert not [note for note in found.notes if 0.45 < (note.start_s - 0.2) % 1.0 < 0.62]


@pytest.mark.parametrize("length", [1, 50, 700])
def test_shreds_are_transcribed_to_nothing(lab: Laboratory, length: int) -> None:
    """Sounds shorter than any window do no harm."""
    assert transcribe(lab.signal(lab.sine(440.0, seconds=1.0)[:length])).notes == ()


def test_same_sound_gives_the_same_notes(lab: Laboratory) -> None:
    """Nothing depends on what was transcribed before."""
    sound = lab.signal(lab.play(CHORDS, [0.4, 1.0, 1.6, 2.2]))
    first = transcribe(sound)
    transcribe(lab.signal(lab.play([[62]], [0.2])))
    assert transcribe(sound).notes == first.notes


def test_skyline_is_the_highest_note() -> None:
    """Where two notes overlap the higher one is heard, where none sounds nothing."""
    notes = (
        Note(start_s=0.1, end_s=0.5, pitch=57, velocity=80, confidence=0.9),
        Note(start_s=0.2, end_s=0.3, pitch=69, velocity=80, confidence=0.6),
    )
    found = skyline(notes, frames=60)
    assert found.f0_hz[[5, 15, 25, 40, 55]].tolist() == [0.0, 220.0, 440.0, 220.0, 0.0]
    assert found.voiced[[5, 15, 25]].tolist() == pytest.approx([0.0, 0.9, 0.6])
