"""What must not change about harmony when a sound is louder, turned over, later, or in another key."""

from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.domain.chroma import chroma
from grym.domain.harmony.chords import chord_spans
from grym.domain.harmony.keys import Tonalities, tonalities
from grym.domain.harmony.values import ChordSpan
from grym.domain.signal import FloatArray
from grym.domain.tonality import Key
from tests.unit.grym.domain.laboratory import Laboratory, certain

RATE_HZ = 44_100
LAB = Laboratory()
slowly = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(min_value=0, max_value=2**16)

DEGREES = ((0, 4, 7), (2, 5, 9), (5, 9, 12), (7, 11, 14), (9, 12, 16))
SHORTEST_S = 0.5
TOSS_UP = 0.2
"""Chords on random degrees may speak for two keys alike; below this confidence a hair's breadth decides."""


def piece(seed: int, *, tonic: int = 0) -> FloatArray:
    """Ten chords of a major key on random degrees, tonic first and last, a dominant before it, 0.8 s each; it ends."""
    rng = np.random.default_rng(seed)
    chords = [DEGREES[number] for number in (0, *rng.integers(0, len(DEGREES), 7), 3, 0)]
    voiced = [[32 + tonic + chord[0], *(56 + tonic + step for step in chord)] for chord in chords]
    played = LAB.play(voiced, [0.8 * number for number in range(10)], seconds_each=0.85, sustained=True)[: 8 * RATE_HZ]
    return np.concatenate([played, np.zeros(RATE_HZ // 2, dtype=np.float32)])


def harmony_of(sound: FloatArray) -> tuple[tuple[ChordSpan, ...], Tonalities]:
    """Chords and keys."""
    pitch, duration_s = chroma(sound, RATE_HZ), len(sound) / RATE_HZ
    chords = chord_spans(pitch, duration_s=duration_s)
    return chords, tonalities(pitch, chords, duration_s=duration_s)


def lasting(chords: tuple[ChordSpan, ...]) -> list[tuple[int | None, str]]:
    """Root and quality of the chords that last, without pauses."""
    return [(c.root, c.quality) for c in chords if c.root is not None and c.end_s - c.start_s >= SHORTEST_S]


@slowly
@given(seed=seeds, semitones=st.integers(min_value=1, max_value=11))
def test_transposing_the_notes_transposes_chords_and_key(seed: int, semitones: int) -> None:
    """So many semitones higher, every lasting root and the tonic are as much higher; qualities and mode stay."""
    (chords, keys), (higher, high_keys) = harmony_of(piece(seed)), harmony_of(piece(seed, tonic=semitones))
    assert [((certain(root) + semitones) % 12, quality) for root, quality in lasting(chords)] == lasting(higher)
    assert is_same(keys.whole, high_keys.whole, semitones=semitones)


@slowly
@given(seed=seeds, gain_db=st.floats(min_value=-40.0, max_value=6.0), turned=st.booleans())
def test_gain_and_polarity_change_nothing(seed: int, gain_db: float, turned: bool) -> None:
    """A quieter or inverted copy has the same chords at the same times, and the same key."""
    sound = piece(seed)
    factor = np.float32((-1.0 if turned else 1.0) * 10.0 ** (gain_db / 20.0))
    (chords, keys), (changed, changed_keys) = harmony_of(sound), harmony_of(sound * factor)
    assert [(c.start_s, c.end_s, c.name) for c in chords] == [(c.start_s, c.end_s, c.name) for c in changed]
    assert certain(keys.whole).tonic_name == certain(changed_keys.whole).tonic_name


@slowly
@given(seed=seeds, delay_s=st.floats(min_value=0.05, max_value=5.0))
def test_a_later_sound_has_later_chords(seed: int, delay_s: float) -> None:
    """Silence in front moves chords by its length, to within a stretch, and leaves the key."""
    sound = piece(seed)
    later = np.concatenate([np.zeros(round(delay_s * RATE_HZ), dtype=np.float32), sound])
    (chords, keys), (moved, moved_keys) = harmony_of(sound), harmony_of(later)
    assert is_same(keys.whole, moved_keys.whole)
    at_s = np.arange(0.4, 8.0, 0.8)
    assert [name_at(chords, time_s) for time_s in at_s] == [name_at(moved, time_s + delay_s) for time_s in at_s]


@slowly
@given(seed=seeds, delay_s=st.floats(min_value=0.05, max_value=5.0))
def test_a_later_excerpt_keeps_its_key(seed: int, delay_s: float) -> None:
    """What breaks off is judged by its middle: silence in front leaves its key too, unless two keys fit as well."""
    excerpt = piece(seed)[RATE_HZ : 6 * RATE_HZ]
    later = np.concatenate([np.zeros(round(delay_s * RATE_HZ), dtype=np.float32), excerpt])
    assert is_same(harmony_of(excerpt)[1].whole, harmony_of(later)[1].whole)


def is_same(one: Key | None, other: Key | None, *, semitones: int = 0) -> bool:
    """Whether two keys are the same, the other so much higher; a toss-up is as good as any."""
    before, after = certain(one), certain(other)
    same = ((before.tonic + semitones) % 12, before.mode) == (after.tonic, after.mode)
    return same or max(before.confidence, after.confidence) < TOSS_UP


def name_at(chords: tuple[ChordSpan, ...], time_s: float) -> str:
    """The chord that sounds at a time."""
    return next(chord.name for chord in chords if chord.start_s <= time_s < chord.end_s)


@slowly
@given(seed=seeds)
def test_chords_cover_the_sound(seed: int) -> None:
    """Spans touch, from 0 to the end, and neighbours differ."""
    sound = piece(seed)[: -(1 + seed % 20_000)]
    chords, _ = harmony_of(sound)
    assert chords[0].start_s == 0.0
    assert chords[-1].end_s == len(sound) / RATE_HZ
    for before, after in pairwise(chords):
        assert before.end_s == after.start_s
        assert before.name != after.name
