"""Chords are spelled in the key that sounds: the dominant of F sharp minor is C sharp, that of G flat major D flat."""

from collections.abc import Sequence
from dataclasses import replace

from grym.domain.composing.score import Tonality
from grym.domain.composing.theory import name
from grym.domain.harmony.values import ChordSpan, KeySpan


def spelled(chords: Sequence[ChordSpan], keys: Sequence[KeySpan]) -> tuple[ChordSpan, ...]:
    """Name the root of each chord in the key at its middle.

    Parameters
    ----------
    chords
        In order.
    keys
        Passages in one key; where none lies, a chord keeps the spelling with fewest accidentals.
    """
    return tuple(_spelled(chord, keys) for chord in chords)


def _spelled(chord: ChordSpan, keys: Sequence[KeySpan]) -> ChordSpan:
    middle_s = (chord.start_s + chord.end_s) / 2
    key = next((span.key for span in keys if span.start_s <= middle_s < span.end_s), None)
    if chord.root is None or key is None:
        return chord
    return replace(chord, root_name=name(chord.root, Tonality(tonic=key.tonic, mode=key.mode)))
