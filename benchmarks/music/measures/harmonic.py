"""Harmonic measures: kinds of chords, how often and by which steps they change, what is foreign to them."""

from collections.abc import Sequence
from itertools import pairwise

from benchmarks.music.measures.chords import Chord, chords
from benchmarks.music.measures.keys import histogram, key_of
from benchmarks.music.measures.shares import entropy_bits, mean, share
from benchmarks.music.pieces import NEAR, Note, Window

ROOT_MOVES = {"falling fifth": {5}, "rising fifth": {7}, "seconds": {1, 2, 10, 11}, "thirds": {3, 4, 8, 9}}
FUNCTIONS = {0: "T", 9: "T", 8: "T", 5: "S", 2: "S", 7: "D", 11: "D"}
"""Function by the root's distance from the tonic (Riemann); all others are colour."""

BIGRAMS = ("TS", "TD", "SD", "DT", "ST")
HARSH = {1, 2, 10, 11}


def harmonic(window: Window) -> dict[str, float]:
    """Return the harmonic measures of a window; of fewer than two chords none."""
    notes = window.notes
    count = round(window.length / window.pulse)
    found = chords(notes, beat=window.pulse, count=count)
    named = [chord for chord in found if chord is not None]
    if len(named) < 2:
        return {}
    tonic = key_of(histogram(notes))[0]
    return (
        _kinds(named)
        | _changes(found, per_bar=round(window.bar / window.pulse))
        | _functions(named, tonic)
        | _sonorities(notes, found, window)
    )


def _kinds(named: Sequence[Chord]) -> dict[str, float]:
    """Return shares of qualities and inversions over beats."""
    sevenths = {"major seventh", "minor seventh", "half-diminished", "diminished seventh"}
    return {
        "major triads": share(chord.quality == "major" for chord in named),
        "minor triads": share(chord.quality == "minor" for chord in named),
        "diminished triads": share(chord.quality == "diminished" for chord in named),
        "dominant sevenths": share(chord.quality == "dominant seventh" for chord in named),
        "other sevenths": share(chord.quality in sevenths for chord in named),
        "suspended": share(chord.quality == "suspended" for chord in named),
        "root position": share(chord.root == chord.bass for chord in named),
    }


def _changes(found: Sequence[Chord | None], *, per_bar: int) -> dict[str, float]:
    """Return how often chords change and how their roots move."""
    pairs = [(at + 1, a, b) for at, (a, b) in enumerate(pairwise(found)) if a is not None and b is not None]
    changed = [(at, a, b) for at, a, b in pairs if a.tones != b.tones]
    moves = [(b.root - a.root) % 12 for _, a, b in changed if a.root != b.root]
    shares = {f"roots by {name}": share(move in steps for move in moves) for name, steps in ROOT_MOVES.items()}
    return {
        "changes a beat": len(changed) / max(1, len(pairs)),
        "changes on the bar line": share(at % per_bar == 0 for at, _, _ in changed),
    } | shares


def _functions(named: Sequence[Chord], tonic: int) -> dict[str, float]:
    """Return shares of scale degrees and of successions of functions."""
    degrees = [(chord.root - tonic) % 12 for chord in named]
    steps = [FUNCTIONS.get(degree, "X") for degree in degrees]
    changes = [a + b for a, b in pairwise(steps) if a != b]
    found = {
        "on the tonic": share(degree == 0 for degree in degrees),
        "on the dominant": share(degree == 7 for degree in degrees),
        "on the fourth": share(degree == 5 for degree in degrees),
        "on the second": share(degree == 2 for degree in degrees),
        "on the sixth": share(degree in {8, 9} for degree in degrees),
        "beyond the functions": share(step == "X" for step in steps),
        "entropy of successions": entropy_bits(pairwise(_changing(degrees))),
    }
    return found | {f"from {name[0]} to {name[1]}": share(pair == name for pair in changes) for name in BIGRAMS}


def _changing(degrees: Sequence[int]) -> list[int]:
    """Return degrees without immediate repetitions."""
    return [b for a, b in pairwise([-1, *degrees]) if a != b]


def _sonorities(notes: Sequence[Note], found: Sequence[Chord | None], window: Window) -> dict[str, float]:
    """Return what sounds together: foreign tones, dissonances on the beat, fullness."""
    sounding = [[n for n in notes if n.start <= at * window.pulse + NEAR < n.end] for at in range(len(found))]
    accented = [
        n.pitch % 12 not in chord.tones
        for chord, tones, at in zip(found, sounding, range(len(found)), strict=True)
        for n in tones
        if chord is not None and abs(n.start - at * window.pulse) < NEAR
    ]
    return {
        "tones foreign to the chord": mean(chord.foreign for chord in found if chord is not None),
        "foreign tones on the beat": share(accented),
        "dissonant beats": share(_harsh(tones) for tones in sounding if tones),
        "notes sounding": mean(len({n.pitch for n in tones}) for tones in sounding),
        "pitch classes sounding": mean(len({n.pitch % 12 for n in tones}) for tones in sounding),
    }


def _harsh(tones: Sequence[Note]) -> bool:
    """Return whether any two tones are a second or a seventh apart."""
    classes = {n.pitch % 12 for n in tones}
    return any((a - b) % 12 in HARSH for a in classes for b in classes if a != b)
