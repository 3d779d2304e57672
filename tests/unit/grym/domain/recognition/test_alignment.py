"""Laying pitches on pitches: right where the notes are the same, at chance where they are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition.alignment import NOTHING, Agreement, agreement, glance
from grym.domain.recognition.imprint import FloatArray, Tonal
from grym.domain.recognition.tonal import PITCHES, RATE_HZ


def notes(seed: int, *, frames_each: int = 4, count: int = 120) -> FloatArray:
    """Return frames in which one random pitch after another sounds, shape (frames, 60)."""
    pitches = np.random.default_rng(seed).integers(15, 45, size=count)
    frames = np.zeros((count * frames_each, PITCHES), dtype=np.float32)
    frames[np.arange(len(frames)), np.repeat(pitches, frames_each)] = 1.0
    return frames


def laid(
    query: FloatArray, pattern: FloatArray, *, offset_s: float, ratio: float = 1.0, semitones: int = 0
) -> Agreement:
    """Return the agreement of two arrays of frames."""
    one, other = (Tonal(frames=frames, rate_hz=RATE_HZ) for frames in (query, pattern))
    return agreement(one, other, offset_s=offset_s, tempo_ratio=ratio, semitones=semitones)


@given(
    seed=st.integers(min_value=0, max_value=20),
    start=st.integers(min_value=0, max_value=400),
    wrong=st.integers(min_value=-4, max_value=4),
)
@settings(max_examples=30, deadline=None)
def test_an_excerpt_is_found_where_it_was_cut(seed: int, start: int, wrong: int) -> None:
    """From an expectation some frames off, the offset is found to a frame, far above chance."""
    frames = notes(seed)
    found = laid(frames[start : start + 60], frames, offset_s=(start + wrong) / RATE_HZ)
    assert found.offset_s == pytest.approx(start / RATE_HZ, abs=1.0 / RATE_HZ)
    assert found.value > 0.7
    assert found.deviations > 5.0


@given(seed=st.integers(min_value=0, max_value=20), semitones=st.integers(min_value=-12, max_value=12))
@settings(max_examples=20, deadline=None)
def test_another_key_is_undone(seed: int, semitones: int) -> None:
    """The same notes in another key agree in that key, and by chance in the first."""
    frames = notes(seed)
    moved = np.roll(frames[100:160], semitones, axis=1)
    assert laid(moved, frames, offset_s=100 / RATE_HZ, semitones=semitones).value > 0.7
    if semitones:
        assert laid(moved, frames, offset_s=100 / RATE_HZ).value < 0.5


@given(
    seed=st.integers(min_value=0, max_value=20),
    start=st.integers(min_value=60, max_value=300),
    semitones=st.integers(min_value=-12, max_value=12),
)
@settings(max_examples=30, deadline=None)
def test_a_glance_sees_nearly_what_a_look_sees(seed: int, start: int, semitones: int) -> None:
    """It tells the right place, and the wrong key, as the whole comparison does."""
    frames = notes(seed)
    moved = np.roll(frames[start : start + 60], semitones, axis=1)
    query, pattern = (Tonal(frames=each, rate_hz=RATE_HZ) for each in (moved, frames))
    for key in (semitones, semitones + 1):
        looked = laid(moved, frames, offset_s=start / RATE_HZ, semitones=key).value
        assert glance(query, pattern, offset_s=start / RATE_HZ, semitones=key) == pytest.approx(looked, abs=0.1)


@given(seed=st.integers(min_value=0, max_value=20), stretch=st.sampled_from([(5, 0.8), (3, 4 / 3)]))
@settings(max_examples=20, deadline=None)
def test_another_tempo_is_undone(seed: int, stretch: tuple[int, float]) -> None:
    """The same notes faster or slower agree at that tempo ratio, and less at the learned tempo."""
    frames_each, ratio = stretch
    played = notes(seed, frames_each=frames_each)[40 * frames_each : 60 * frames_each]
    right = laid(played, notes(seed), offset_s=160 / RATE_HZ, ratio=ratio)
    assert right.value > 0.6
    assert right.value > laid(played, notes(seed), offset_s=160 / RATE_HZ).value + 0.2


@given(st.integers(min_value=0, max_value=20))
@settings(max_examples=20, deadline=None)
def test_strangers_agree_by_chance(seed: int) -> None:
    """Other notes agree nowhere near as well as the same ones do."""
    assert laid(notes(seed)[100:160], notes(seed + 1_000), offset_s=100 / RATE_HZ).value < 0.5


@given(st.floats(min_value=0.01, max_value=100.0))
@settings(max_examples=10, deadline=None)
def test_level_changes_nothing(gain: float) -> None:
    """Salience times anything agrees as much."""
    frames = notes(3)
    quiet = laid(frames[50:110] * np.float32(gain), frames, offset_s=50 / RATE_HZ)
    assert quiet.value == pytest.approx(laid(frames[50:110], frames, offset_s=50 / RATE_HZ).value, abs=1e-4)


def test_a_sound_may_begin_before_the_pattern_and_end_after_it() -> None:
    """With ten frames outside at either end the place is still found, negative before the start."""
    frames = notes(5)
    early = laid(np.concatenate([notes(77)[:10], frames[:50]]), frames, offset_s=-10 / RATE_HZ)
    late = laid(np.concatenate([frames[-50:], notes(77)[:10]]), frames, offset_s=(len(frames) - 50) / RATE_HZ)
    assert early.offset_s == pytest.approx(-10 / RATE_HZ, abs=1.0 / RATE_HZ)
    assert late.offset_s == pytest.approx((len(frames) - 50) / RATE_HZ, abs=1.0 / RATE_HZ)


@pytest.mark.parametrize(("query", "pattern"), [(0, 400), (60, 0), (0, 0), (1, 1), (2, 400), (60, 5)])
def test_silence_and_next_to_nothing_agree_with_nothing(query: int, pattern: int) -> None:
    """Silence agrees with nothing; neither it nor one frame is an error."""
    silent = np.zeros((query, PITCHES), dtype=np.float32)
    assert laid(silent, notes(1)[:pattern], offset_s=0.0) == NOTHING
    found = laid(notes(1)[:query], notes(2)[:pattern], offset_s=0.0)
    assert -1.0 <= found.value <= 1.0 + 1e-6
    assert np.isfinite(found.deviations)


def test_a_place_outside_the_pattern_agrees_with_nothing() -> None:
    """Expected a minute behind the end, nothing is found."""
    assert laid(notes(1)[:60], notes(1), offset_s=200.0) == NOTHING
