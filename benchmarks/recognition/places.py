"""Where excerpts are cut, and where else in a tune the same notes are."""

import numpy as np

from benchmarks.recognition.playing import Performance

FASTEST = 1.2
LONGEST_S = 10.4
"""What an excerpt needs after its start is this, at the fastest tempo."""

NOTES = 5
FIRST_S = 3.0
"""An excerpt's first three seconds, the shortest question, hold at least so many notes, where the tune allows it."""

SAME = 0.9
"""Two places are the same when so many of the notes agree (F-measure)."""

NEAR_S = 0.04
"""Notes agree within five standard deviations of their unevenness."""


def excerpt_start(performance: Performance, dice: np.random.Generator) -> float:
    """Return where an excerpt begins, in seconds, without regard to beats."""
    latest_s = performance.duration_s - FASTEST * LONGEST_S
    draws_s = dice.uniform(0.5, max(latest_s, 1.0), 50)
    counts = np.array([_notes_between(performance, start_s, start_s + FIRST_S).sum() for start_s in draws_s])
    enough = np.flatnonzero(counts >= NOTES)
    return float(draws_s[enough[0] if len(enough) else counts.argmax()])


def same_places(performance: Performance, *, start_s: float, length_s: float) -> tuple[float, ...]:
    """Return every place, in seconds, that has the notes of this excerpt, the excerpt's own place first."""
    asked = _notes_between(performance, start_s, start_s + length_s)
    if not asked.any():
        return (start_s,)
    keys = np.sort(performance.pitches[asked] * 1000.0 + performance.starts_s[asked])
    first_pitch = performance.pitches[asked][0]
    shifts_s = performance.starts_s[performance.pitches == first_pitch] - performance.starts_s[asked][0]
    found = [start_s]
    for shift_s in shifts_s:
        if abs(shift_s) < NEAR_S or start_s + shift_s < -NEAR_S:
            continue
        there = _notes_between(performance, start_s + shift_s, start_s + shift_s + length_s)
        others = performance.pitches[there] * 1000.0 + performance.starts_s[there] - shift_s
        if 2 * _agreeing(keys, others) >= SAME * (len(keys) + len(others)):
            found.append(float(start_s + shift_s))
    return tuple(found)


def _notes_between(performance: Performance, start_s: float, end_s: float) -> np.ndarray:
    return (performance.starts_s >= start_s) & (performance.starts_s < end_s)


def _agreeing(keys: np.ndarray, others: np.ndarray) -> int:
    """Return how many of the others are within reach of a key; keys hold pitch and time in one number."""
    right = np.clip(np.searchsorted(keys, others), 1, len(keys) - 1) if len(keys) > 1 else np.zeros(len(others), int)
    left = np.maximum(right - 1, 0)
    return int((np.minimum(np.abs(keys[right] - others), np.abs(keys[left] - others)) < NEAR_S).sum())
