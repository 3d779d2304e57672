"""Pitch-class sets and rows: operations on integers modulo 12, order kept, and prime forms.

References
----------
Forte 1973, The Structure of Atonal Music. Rahn 1980, Basic Atonal Theory, ch. 2 to 4 (prime forms are Rahn's).
Xenakis 1992, ch. VI (symbolic music) uses the same group of transformations.
"""

from collections.abc import Sequence

Row = tuple[int, ...]


def transposed(row: Sequence[int], by: int) -> Row:
    """Return T: every pitch class `by` semitones higher."""
    return tuple((pitch + by) % 12 for pitch in row)


def inverted(row: Sequence[int], index: int = 0) -> Row:
    """Return T-index I: every pitch class p becomes `index` − p."""
    return tuple((index - pitch) % 12 for pitch in row)


def multiplied(row: Sequence[int], factor: int) -> Row:
    """Return M: every pitch class times `factor`; 5 and 7 map chromatic to fourths and fifths, and lose nothing."""
    return tuple(pitch * factor % 12 for pitch in row)


def retrograde(row: Sequence[int]) -> Row:
    """Return R: the row backwards."""
    return tuple(reversed(row))


def prime_form(pitch_classes: Sequence[int]) -> Row:
    """Return the prime form of a set: equal for all its transpositions and inversions, starting from 0."""
    found = sorted({pitch % 12 for pitch in pitch_classes})
    if not found:
        return ()
    return min(_packed(found), _packed(sorted(inverted(found))), key=_packing)


def interval_vector(pitch_classes: Sequence[int]) -> Row:
    """Count the interval classes 1 to 6 between the members of a set."""
    found = sorted({pitch % 12 for pitch in pitch_classes})
    classes = [min(high - low, 12 - high + low) for at, low in enumerate(found) for high in found[at + 1 :]]
    return tuple(classes.count(interval) for interval in range(1, 7))


def _packed(found: Sequence[int]) -> Row:
    """Return the rotation that is packed most closely, from 0."""
    rotations = (tuple((pitch - start) % 12 for pitch in (*found[at:], *found[:at])) for at, start in enumerate(found))
    return min(rotations, key=_packing)


def _packing(row: Row) -> Row:
    """Compare sets by their span, then by the next to last member and so on, as Rahn does."""
    return tuple(reversed(row))
