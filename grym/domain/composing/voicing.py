"""Voicing: which octave every chord tone sounds in, moving as little as possible from chord to chord.

Candidates are all close and drop-two positions of the chord in a register; the one nearest to the last voicing wins,
and outer voices that move in parallel fifths or octaves pay (Huron 2001, principles of pitch proximity, common tone
retention and avoidance of fused intervals; drop-two after Levine 1995, ch. 20).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from grym.domain.composing.theory import Chord

Voicing = tuple[int, ...]

_PARALLEL = 7.0
_OFF_CENTRE = 0.35
_MUDDY = 1.5
# Below this pitch (E3) intervals closer than a fourth turn muddy (low interval limit of arranging practice).
_MUDDY_BELOW = 52


def chord_tones(chord: Chord, voices: int, *, has_bass: bool) -> tuple[int, ...]:
    """Choose which pitch classes of a chord are voiced: the fifth goes first, then the root if the bass has it."""
    tones = list(chord.pitch_classes)
    if len(tones) > voices and len(tones) > 3:
        tones.pop(2)
    if len(tones) > voices and has_bass:
        tones.pop(0)
    tones = tones[:voices]
    return tuple(tones + [tones[at % len(tones)] for at in range(voices - len(tones))])


def candidates(tones: Sequence[int], *, low: int, high: int) -> Iterator[Voicing]:
    """Yield the close and drop-two positions of the tones inside a register, ascending."""
    for start in range(low, low + 12):
        if start % 12 not in tones:
            continue
        rest = list(tones)
        rest.remove(start % 12)
        stack = [start]
        while rest:
            above = min(rest, key=lambda pc: ((pc - stack[-1]) % 12 or 12, pc))
            stack.append(stack[-1] + ((above - stack[-1]) % 12 or 12))
            rest.remove(above)
        for shifted in (stack, [pitch + 12 for pitch in stack]):
            yield from _inside(shifted, low=low, high=high)
            if len(shifted) >= 3:
                yield from _inside(sorted((*shifted[:-2], shifted[-2] - 12, shifted[-1])), low=low, high=high)


def _inside(stack: Sequence[int], *, low: int, high: int) -> Iterator[Voicing]:
    """Yield the stack if it lies inside the register."""
    if stack[0] >= low and stack[-1] <= high:
        yield tuple(stack)


def parallels(before: Sequence[int], after: Sequence[int]) -> int:
    """Count the pairs of voices that move in parallel perfect fifths or octaves.

    Parameters
    ----------
    before, after
        Pitches of the voices in one order, equally many.
    """
    count = 0
    for one, two in combinations(range(min(len(before), len(after))), 2):
        moves = before[one] != after[one] and before[two] != after[two]
        # A fourth is no fifth, whichever voice is named first.
        old, new = abs(before[two] - before[one]) % 12, abs(after[two] - after[one]) % 12
        same_way = (after[one] - before[one]) * (after[two] - before[two]) > 0
        count += moves and same_way and old == new and old in {0, 7}
    return count


def lead(previous: Voicing | None, chord: Chord, *, voices: int, low: int, high: int, has_bass: bool) -> Voicing:
    """Return the voicing of a chord that follows `previous` most smoothly."""
    tones = chord_tones(chord, voices, has_bass=has_bass)
    centre = (low + high) / 2
    found = list(candidates(tones, low=low, high=high)) or list(candidates(tones, low=low - 6, high=high + 6))

    def cost(voicing: Voicing) -> tuple[float, Voicing]:
        total = _OFF_CENTRE * abs(sum(voicing) / len(voicing) - centre)
        total += sum(_MUDDY for a, b in pairwise(voicing) if a < _MUDDY_BELOW and b - a < 5)
        if previous is not None and len(previous) == len(voicing):
            total += sum(abs(a - b) for a, b in zip(previous, voicing, strict=True))
            total += _PARALLEL * parallels(previous, voicing)
        return total, voicing

    return min(found, key=cost)
