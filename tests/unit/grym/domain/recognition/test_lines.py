"""Recognising a tune by its leading line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition.imprint import Melody
from grym.domain.recognition.landmarks import landmarks_of, peaks_of
from grym.domain.recognition.lines import LINE, line_marks, line_up
from grym.domain.recognition.spectrum import spectrum_of
from tests.unit.grym.domain.recognition.sounds import signal, tune

seeds = st.integers(min_value=0, max_value=50)


def line(seed: int, *, notes: int = 60, first: int = 0, semitones: int = 0, ratio: float = 1.0) -> Melody:
    """Return notes of a made-up tune from one of them on, in another key and at another tempo, from time zero."""
    rng = np.random.default_rng(seed)
    pitches = 60 + rng.integers(-8, 9, size=60)
    starts = np.concatenate([[0.0], np.cumsum(rng.choice([0.25, 0.5, 1.0], size=60))])
    chosen = slice(first, first + notes)
    begins, ends = ((starts[place : place + 60][chosen] - starts[first]) / ratio for place in (0, 1))
    return Melody(
        pitches=(pitches[chosen] + semitones).astype(np.int32),
        starts_s=begins.astype(np.float32),
        ends_s=ends.astype(np.float32),
    )


def start_s(seed: int, note: int) -> float:
    """Return when a note of the made-up tune begins."""
    return float(line(seed).starts_s[note])


@given(
    seed=seeds,
    first=st.integers(min_value=0, max_value=45),
    semitones=st.integers(min_value=-12, max_value=12),
    ratio=st.sampled_from([0.8, 0.95, 1.0, 1.05, 1.2]),
)
@settings(max_examples=60, deadline=None)
def test_an_excerpt_is_found_in_any_key_and_at_any_tempo(seed: int, first: int, semitones: int, ratio: float) -> None:
    """Fifteen notes of a tune lie where they were taken from, in the key and at the tempo they are played."""
    found = line_up(line(seed, notes=15, first=first, semitones=semitones, ratio=ratio), line(seed))
    assert found is not None
    assert found.turns == 12
    assert found.share == 1.0
    assert found.semitones == semitones
    assert found.tempo_ratio == pytest.approx(ratio, rel=0.06)
    assert found.offset_s == pytest.approx(start_s(seed, first), abs=0.5)


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_another_tune_shares_few_turns(seed: int) -> None:
    """Of twelve turns of a stranger at most three lie together, mostly none."""
    found = line_up(line(seed, notes=15), line(seed + 1_000))
    assert found is None or found.turns <= 3


@given(seed=seeds, wrong=st.sets(st.integers(min_value=0, max_value=19), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_wrong_notes_cost_the_turns_they_are_in(seed: int, wrong: set[int]) -> None:
    """With notes misheard, the turns without them still lie where they were."""
    query = line(seed, notes=20, first=10)
    query.pitches[list(wrong)] += 1
    spoiled = {turn for note in wrong for turn in range(note - 3, note + 1) if 0 <= turn < 17}
    found = line_up(query, line(seed))
    if len(spoiled) < 10:
        assert found is not None
        assert found.turns >= 17 - len(spoiled) - 1
        assert found.semitones == 0


@pytest.mark.parametrize(("one", "other"), [(0, 0), (0, 60), (60, 0), (3, 60), (60, 3), (1, 1)])
def test_too_few_notes_say_nothing(one: int, other: int) -> None:
    """Fewer than four notes have no turn."""
    assert line_up(line(1, notes=one), line(1, notes=other)) is None
    assert len(line_marks(line(1, notes=min(one, other))).hashes) == 0


@given(seed=seeds, semitones=st.integers(min_value=-12, max_value=12), ratio=st.floats(min_value=0.7, max_value=1.4))
@settings(max_examples=30, deadline=None)
def test_marks_know_neither_key_nor_tempo(seed: int, semitones: int, ratio: float) -> None:
    """A tune leaves the same marks in every key and at every tempo, at times that go with it."""
    here, there = line_marks(line(seed)), line_marks(line(seed, semitones=semitones, ratio=ratio))
    np.testing.assert_array_equal(there.hashes, here.hashes)
    np.testing.assert_allclose(there.frames * ratio, here.frames, atol=2)


def test_marks_are_never_those_of_peaks() -> None:
    """Marks of lines have their highest bit set, landmarks of peaks never have."""
    assert (line_marks(line(3)).hashes >= LINE).all()
    assert (landmarks_of(peaks_of(spectrum_of(signal(tune(1, seconds=3.0))))).hashes < LINE).all()
