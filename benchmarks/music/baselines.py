"""What anybody can write: music without a composer, to show what the measures tell apart.

``random``: notes of a key in an octave and a half for each voice, of half a beat, one, one and a half or two beats,
all equally likely. ``markov``: a chain of first order over what sounds together in chorales, with lengths; for single
lines the chain of their sopranos. ``shuffled``: real windows, their bars in another order.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.music.measures.keys import histogram, key_of
from benchmarks.music.pieces import NEAR, Note, Window

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 11)
RANDOM_BEATS = (0.5, 1.0, 1.5, 2.0)

State = tuple[tuple[int, ...], float]
"""Pitches from the highest voice down, counted from a tonic near middle C, and how many beats they last."""

Baseline = Callable[[Sequence[Window], Sequence[Window], np.random.Generator], list[Window]]


def random_in_key(real: Sequence[Window], chorales: Sequence[Window], rng: np.random.Generator) -> list[Window]:
    """Return windows of random notes, each in a random major or minor key, in the metres of real ones."""
    del chorales
    return [replace(window, voices=_random_voices(window, rng)) for window in real]


def _random_voices(window: Window, rng: np.random.Generator) -> tuple[tuple[Note, ...], ...]:
    tonic, scale = int(rng.integers(12)), (MAJOR, MINOR)[int(rng.integers(2))]
    classes = {(tonic + step) % 12 for step in scale}
    count = len(window.voices)
    return tuple(_random_voice(window, _compass(at, count), classes, rng) for at in range(count))


def _compass(voice: int, count: int) -> range:
    """Return an octave and a half for each voice, the first from middle C, the last down to C2 where there are four."""
    low = 60 - (24 * voice // (count - 1) if count > 1 else 0)
    return range(low, low + 19)


def _random_voice(
    window: Window, compass: range, classes: Collection[int], rng: np.random.Generator
) -> tuple[Note, ...]:
    allowed = [pitch for pitch in compass if pitch % 12 in classes]
    notes = []
    at = 0.0
    while at < window.length - NEAR:
        length = min(window.pulse * float(rng.choice(RANDOM_BEATS)), window.length - at)
        notes.append(Note(start=at, length=length, pitch=int(rng.choice(allowed))))
        at += length
    return tuple(notes)


def shuffled_bars(real: Sequence[Window], chorales: Sequence[Window], rng: np.random.Generator) -> list[Window]:
    """Return real windows with their bars in random order; notes are cut at bar lines."""
    del chorales
    return [replace(window, voices=_shuffled(window, rng)) for window in real]


def _shuffled(window: Window, rng: np.random.Generator) -> tuple[tuple[Note, ...], ...]:
    places = rng.permutation(window.bars)
    voices = []
    for voice in window.voices:
        moved = []
        for note in voice:
            bar = min(int(note.start / window.bar + NEAR), window.bars - 1)
            length = min(note.length, (bar + 1) * window.bar - note.start)
            moved.append(replace(note, start=note.start + (places[bar] - bar) * window.bar, length=length))
        voices.append(tuple(sorted(moved, key=lambda n: (n.start, n.pitch))))
    return tuple(voices)


def markov(real: Sequence[Window], chorales: Sequence[Window], rng: np.random.Generator) -> list[Window]:
    """Return windows of a chain trained on chorales, with as many voices and in the key of each real one."""
    chains = {count: _chain(chorales, count) for count in {len(window.voices) for window in real}}
    return [replace(window, voices=_walk(window, chains[len(window.voices)], rng)) for window in real]


def _chain(chorales: Sequence[Window], voices: int) -> dict[State, list[State]]:
    """Return what follows each state; the beginning follows the empty state."""
    chain: dict[State, list[State]] = {}
    for window in chorales:
        tonic = key_of(histogram(window.notes))[0]
        before: State = ((), 0.0)
        for state in _states(window, tonic, voices):
            chain.setdefault(before, []).append(state)
            before = state
    return chain


def _states(window: Window, tonic: int, voices: int) -> list[State]:
    """Return the sonorities of a chorale in order."""
    # Single lines follow the soprano, others as many voices as there are, from outside in.
    taken = [*range(min(voices, len(window.voices)) - 1), len(window.voices) - 1] if voices > 1 else [0]
    lines = [window.voices[at] for at in taken]
    onsets = sorted({note.start for line in lines for note in line})
    shift = (tonic + 6) % 12 - 6
    found = []
    for at, until in zip(onsets, [*onsets[1:], window.length], strict=True):
        pitches = [next((n.pitch for n in line if n.start <= at + NEAR < n.end), None) for line in lines]
        if None not in pitches:
            found.append((tuple(pitch - shift for pitch in pitches if pitch is not None), (until - at) / window.pulse))
    return found


def _walk(window: Window, chain: dict[State, list[State]], rng: np.random.Generator) -> tuple[tuple[Note, ...], ...]:
    tonic = key_of(histogram(window.notes))[0]
    shift = (tonic + 6) % 12 - 6
    start: State = ((), 0.0)
    state, at = start, 0.0
    sounding: list[tuple[float, float, tuple[int, ...]]] = []
    while at < window.length - NEAR:
        following = chain.get(state) or chain[start]
        state = following[int(rng.integers(len(following)))]
        length = min(state[1] * window.pulse, window.length - at)
        sounding.append((at, length, tuple(pitch + shift for pitch in state[0])))
        at += length
    return tuple(
        _joined([(a, b, pitches[voice]) for a, b, pitches in sounding]) for voice in range(len(sounding[0][2]))
    )


def _joined(steps: Sequence[tuple[float, float, int]]) -> tuple[Note, ...]:
    """Return a voice; sonorities shorter than a beat hold a pitch that stays, as passing notes of others do."""
    notes: list[Note] = []
    for start, length, pitch in steps:
        if notes and notes[-1].pitch == pitch and notes[-1].length + length <= 1.0 + NEAR:
            notes[-1] = replace(notes[-1], length=notes[-1].length + length)
        else:
            notes.append(Note(start=start, length=length, pitch=pitch))
    return tuple(notes)


BASELINES: dict[str, Baseline] = {"random": random_in_key, "markov": markov, "shuffled": shuffled_bars}
