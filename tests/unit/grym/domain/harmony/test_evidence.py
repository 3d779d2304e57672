"""Evidence of keys, kind by kind."""

import numpy as np

from grym.domain.chroma import chroma_of_notes
from grym.domain.harmony.evidence import cadences, dwelling, endings, tonic_likeness
from grym.domain.harmony.partials import LOWEST_NOTE, NOTES
from grym.domain.harmony.values import ChordSpan

E_FLAT_MAJOR, A_MINOR = 3, 12 + 9


def chain(*chords: tuple[int | None, str]) -> list[ChordSpan]:
    """Chords of a second each."""
    return [
        ChordSpan(start_s=n, end_s=n + 1.0, root=root, quality=quality, confidence=1.0)
        for n, (root, quality) in enumerate(chords)
    ]


def test_a_dominant_before_its_tonic_is_a_cadence() -> None:
    """B flat to E flat, E7 to A minor, B diminished to C: each confirms its key at its second chord, nothing else."""
    found = cadences(chain((10, "maj"), (3, "maj"), (4, "7"), (9, "min"), (11, "dim"), (0, "maj")))
    assert found[1, E_FLAT_MAJOR] == 1.0
    assert found[3, A_MINOR] == 1.5
    assert found[5, 0] == 1.0
    assert np.count_nonzero(found) == 3


def test_other_steps_are_none() -> None:
    """A minor dominant, a step up, a pause between, and a seventh for a tonic: nothing is confirmed."""
    assert not cadences(chain((7, "min"), (0, "maj"), (2, "maj"), (None, "N"), (7, "maj"), (0, "7"))).any()
    assert cadences([]).shape == (0, 24)


def test_a_triad_is_most_like_its_own_key() -> None:
    """C E G is the tonic of C major before all other keys."""
    weights = np.zeros(12)
    weights[[0, 4, 7]] = 1.0
    likeness = tonic_likeness(weights)
    assert likeness.argmax() == 0
    assert likeness[0] > 0.95
    assert not tonic_likeness(np.zeros(12)).any()


def test_the_ends_speak_for_their_chords() -> None:
    """Silence, E flat major, something else, A minor, silence: beginning and end each point at their own."""
    notes = np.zeros((100, NOTES), dtype=np.float32)
    for first, last, pitches in ((10, 30, (51, 67, 70)), (30, 60, (60, 61, 62)), (60, 90, (45, 60, 64, 69))):
        for pitch in pitches:
            notes[first:last, pitch - LOWEST_NOTE] = 1.0
    beginning, end = endings(chroma_of_notes(notes, tuning_cents=0.0, frame_rate_hz=10.0))
    assert beginning.argmax() == E_FLAT_MAJOR
    assert end.argmax() == A_MINOR


def test_what_breaks_off_has_no_ends() -> None:
    """A chord that still sounds in the last frame: neither beginning nor end count; a fade to a tenth counts half."""
    notes = np.zeros((100, NOTES), dtype=np.float32)
    notes[:, [pitch - LOWEST_NOTE for pitch in (51, 67, 70)]] = 1.0
    assert not np.any(endings(chroma_of_notes(notes, tuning_cents=0.0, frame_rate_hz=10.0)))
    whole = np.vstack([notes, np.zeros((5, NOTES), dtype=np.float32)])
    faded = np.vstack([notes, 0.1 * notes[:5]])
    full, half = (endings(chroma_of_notes(part, tuning_cents=0.0, frame_rate_hz=10.0)) for part in (whole, faded))
    np.testing.assert_allclose(half[0], 0.5 * full[0], rtol=1e-3)
    assert full[0].argmax() == E_FLAT_MAJOR


def test_dwelling_is_where_time_is_spent() -> None:
    """Three of four seconds on A minor, one on E flat major: both show, A minor most, and silence changes nothing."""
    notes = np.zeros((40, NOTES), dtype=np.float32)
    notes[:30, [pitch - LOWEST_NOTE for pitch in (45, 60, 64, 69)]] = 1.0
    notes[30:, [pitch - LOWEST_NOTE for pitch in (51, 67, 70)]] = 1.0
    share = dwelling(chroma_of_notes(notes, tuning_cents=0.0, frame_rate_hz=10.0))
    assert share.argmax() == A_MINOR
    assert share[E_FLAT_MAJOR] > 0.15 > share[1]
    padded = np.pad(notes, ((30, 0), (0, 0)))
    np.testing.assert_allclose(dwelling(chroma_of_notes(padded, tuning_cents=0.0, frame_rate_hz=10.0)), share)


def test_silence_says_nothing() -> None:
    """Where nothing sounds nothing speaks for a key."""
    quiet = chroma_of_notes(np.zeros((20, NOTES), dtype=np.float32), tuning_cents=0.0, frame_rate_hz=10.0)
    assert not np.any(endings(quiet))
    assert not np.any(dwelling(quiet))
