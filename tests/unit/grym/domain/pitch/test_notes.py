"""Notes of one voice, against notes that were put into the sound."""

from itertools import pairwise

import mir_eval
import numpy as np
import pytest

from grym.domain.pitch.attack import short_spectrum
from grym.domain.pitch.notes import single_voice
from grym.domain.pitch.values import Note
from grym.domain.pitch.yin import at_working_rate, candidates
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory
from tests.unit.grym.domain.pitch.sources import voice

SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def notes_of(sound: np.ndarray) -> tuple[Note, ...]:
    """The notes of a mono sound at 44.1 kHz."""
    working = at_working_rate(sound.astype(np.float32), RATE_HZ)
    return single_voice(short_spectrum(working), candidates(working, lowest_hz=55.0, highest_hz=1_760.0))


def f_measure(starts: list[float], pitches: list[int], found: tuple[Note, ...]) -> float:
    """The F-measure of onsets within 50 ms and pitches."""
    truth = np.array([[start, start + 0.1] for start in starts])
    spans = np.array([[note.start_s, note.end_s] for note in found])
    hz, found_hz = (440.0 * 2.0 ** ((np.array(p) - 69.0) / 12.0) for p in (pitches, [note.pitch for note in found]))
    return float(mir_eval.transcription.precision_recall_f1_overlap(truth, hz, spans, found_hz, offset_ratio=None)[2])


@pytest.mark.parametrize("sustained", [False, True])
@pytest.mark.parametrize("octave", [-12, 0, 12])
def test_melody_is_written_down(lab: Laboratory, octave: int, sustained: bool) -> None:
    """Uneven melodies, plucked and sustained, low and high, come back note by note."""
    rng = np.random.default_rng(octave + 12)
    pitches = [SCALE[index] + octave for index in np.cumsum(rng.choice([1, 2, 3, 5], 24)) % len(SCALE)]
    starts = np.cumsum(rng.choice([0.25, 0.375, 0.5], 24)).tolist()
    sound = lab.play([[pitch] for pitch in pitches], starts, seconds_each=0.3, sustained=sustained)
    assert f_measure(starts, pitches, notes_of(sound)) >= 0.95


def test_repeated_notes_are_apart(lab: Laboratory) -> None:
    """Eight plucks of one pitch are eight notes."""
    starts = [0.3 + 0.3 * index for index in range(8)]
    found = notes_of(lab.play([[64]] * 8, starts, seconds_each=0.4))
    assert [note.pitch for note in found] == [64] * 8
    np.testing.assert_allclose([note.start_s for note in found], starts, atol=0.03)


def test_vibrato_stays_one_note() -> None:
    """A tone whose pitch swings by 60 cents six times a second is one note."""
    time = np.arange(3 * RATE_HZ) / RATE_HZ
    sound = voice(440.0 * 2.0 ** (0.6 / 12.0 * np.sin(2.0 * np.pi * 6.0 * time)))
    found = notes_of(np.pad(sound, RATE_HZ // 4))
    assert [note.pitch for note in found] == [69]
    assert found[0].end_s - found[0].start_s == pytest.approx(3.0, abs=0.1)


def test_portamento_joins_two_notes() -> None:
    """A slide of 150 ms over three semitones lies between two notes and is none itself."""
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    steps = 3.0 * np.clip((time - 1.0) / 0.15 + 0.5, 0.0, 1.0)
    found = notes_of(np.pad(voice(330.0 * 2.0 ** (steps / 12.0)), RATE_HZ // 4))
    assert [note.pitch for note in found if note.end_s - note.start_s > 0.2] == [64, 67]
    assert len(found) <= 4


def test_tuning_is_followed(lab: Laboratory) -> None:
    """A voice 40 cents sharp sings the same notes."""
    starts = [0.3 + 0.5 * index for index in range(8)]
    found = notes_of(lab.play([[pitch + 0.4] for pitch in SCALE], starts, seconds_each=0.45, sustained=True))
    assert [note.pitch for note in found] == SCALE


def test_notes_are_in_order_and_well_formed(lab: Laboratory) -> None:
    """Starts ascend, ends follow starts, no two notes overlap, the louder note has the greater velocity."""
    sound = lab.play([[60], [64], [67], [72]], [0.3, 0.7, 1.1, 1.5], seconds_each=0.35, sustained=True)
    sound[: round(0.68 * RATE_HZ)] *= 0.3
    found = notes_of(sound)
    assert len(found) == 4
    assert all(note.start_s < note.end_s and 0.0 < note.confidence <= 1.0 for note in found)
    assert all(one.end_s <= other.start_s + 1e-9 for one, other in pairwise(found))
    assert found[0].velocity < found[1].velocity <= 110


def test_noise_and_silence_have_no_notes() -> None:
    """What has no pitch has no notes."""
    noise = np.random.default_rng(4).standard_normal(2 * RATE_HZ) * 0.1
    assert notes_of(noise) == ()
    assert notes_of(np.zeros(RATE_HZ)) == ()
    assert notes_of(np.zeros(1)) == ()
