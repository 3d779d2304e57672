"""Pitch classes and tuning, of notes that are known."""

import librosa
import numpy as np
import pytest

from grym.domain.chroma import chroma, tuning_cents
from tests.unit.grym.domain.laboratory import Laboratory

RATE_HZ = 44_100


@pytest.mark.parametrize("midi_pitch", [33, 45, 57, 60, 66, 71, 81, 95])
def test_a_note_falls_on_its_pitch_class(lab: Laboratory, midi_pitch: int) -> None:
    """The strongest pitch class of a single note is its own, from A1 to B6."""
    found = chroma(lab.note(midi_pitch, seconds=1.5, sustained=True), RATE_HZ)
    assert found.mean().argmax() == midi_pitch % 12


def test_a_chord_shows_its_three_notes(lab: Laboratory) -> None:
    """The three strongest pitch classes of a triad are its notes."""
    found = chroma(lab.play([[60, 64, 67]], [0.0], seconds_each=1.5), RATE_HZ)
    assert set(np.argsort(found.mean())[-3:]) == {0, 4, 7}


def test_only_low_notes_are_bass(lab: Laboratory) -> None:
    """The bass holds the note below middle C and little of the one above."""
    found = chroma(lab.play([[43, 76]], [0.0], seconds_each=1.5), RATE_HZ)
    assert found.bass.sum(axis=0).argmax() == 7
    assert found.bass.sum(axis=0)[4] < 0.01 * found.bass.sum()


@pytest.mark.parametrize("cents", [-40, -15, 0, 20, 45])
def test_the_tuning_is_found(lab: Laboratory, cents: float) -> None:
    """A chord that is off by some cents is measured within 3 cents, and still folds to the right notes."""
    found = chroma(lab.play([[p + cents / 100 for p in (57, 61, 64)]], [0.0], seconds_each=2.0), RATE_HZ)
    assert found.tuning_cents == pytest.approx(cents, abs=3.0)
    assert set(np.argsort(found.mean())[-3:]) == {9, 1, 4}


def test_tuning_of_nothing_is_zero() -> None:
    """Without peaks, and with peaks that cancel, the tuning is 0."""
    assert tuning_cents(np.empty(0), np.empty(0)) == 0.0
    assert tuning_cents(np.array([60.0, 60.5]), np.ones(2)) == 0.0


def test_agrees_with_librosa_on_music(lab: Laboratory) -> None:
    """The mean chroma of a piece correlates above 0.9 with librosa's constant-Q chroma."""
    piece = lab.music(seconds=8.0)
    theirs = librosa.feature.chroma_cqt(y=piece, sr=RATE_HZ).mean(axis=1)
    assert np.corrcoef(chroma(piece, RATE_HZ).mean(), theirs)[0, 1] > 0.9


def test_silence_has_no_pitch() -> None:
    """Silence gives zeros, tuning 0 and no change."""
    found = chroma(np.zeros(RATE_HZ, dtype=np.float32), RATE_HZ)
    assert not found.weights.any()
    assert not found.mean().any()
    assert not found.change().any()
    assert found.tuning_cents == 0.0


def test_the_harmony_changes_where_the_chord_does(lab: Laboratory) -> None:
    """C major to F sharp major after three seconds: the change is largest there."""
    found = chroma(lab.play([[48, 60, 64, 67], [54, 61, 66, 70]], [0.0, 3.0], seconds_each=3.0), RATE_HZ)
    inner = found.change()[10:-12]
    assert (inner.argmax() + 10) / found.frame_rate_hz == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 96_000])
def test_other_rates(rate_hz: int) -> None:
    """A note is found at any sample rate."""
    time = np.arange(2 * rate_hz) / rate_hz
    sound = (0.3 * np.sin(2 * np.pi * 440.0 * time) + 0.1 * np.sin(2 * np.pi * 880.0 * time)).astype(np.float32)
    assert chroma(sound, rate_hz).mean().argmax() == 9
