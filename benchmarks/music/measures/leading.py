"""Voice-leading measures: how the voices move against each other and by themselves.

The upper line of every voice is followed, of the last one the lower line: the bass. Where a voice rests it leads
nowhere; a motion is counted from one onset of either voice to the next at which both sound.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

from benchmarks.music.measures.shares import mean, share
from benchmarks.music.pieces import NEAR, Note, Window, lower_line, upper_line

PERFECT = {0, 7}
WIDE_LEAP = 7

Pair = tuple[int, int]


def lines(window: Window) -> list[tuple[Note, ...]]:
    """Return one line for every voice, the bass last."""
    return [*(upper_line(voice) for voice in window.voices[:-1]), lower_line(window.voices[-1])]


def leading(window: Window) -> dict[str, float]:
    """Return the voice-leading measures of a window."""
    voices = lines(window)
    outer = moments(voices[0], voices[-1])
    kinds = [motion(a, b) for a, b in pairwise(outer)]
    moving = [kind for kind in kinds if kind != "none"]
    found = {f"outer voices {kind}": share(one == kind for one in moving) for kind in MOTIONS}
    return (
        found
        | _parallels(voices)
        | _steps("bass", [voices[-1]])
        | (_steps("inner voices", voices[1:-1]) if len(voices) > 2 else {})
        | _spacing(voices)
    )


MOTIONS = ("contrary", "oblique", "similar", "parallel")


def moments(upper: Sequence[Note], lower: Sequence[Note]) -> list[Pair]:
    """Return the pitches of two lines at every onset of either, where both sound."""
    found = []
    for at in sorted({n.start for n in (*upper, *lower)}):
        high, low = _at(upper, at), _at(lower, at)
        if high is not None and low is not None:
            found.append((high, low))
    return found


def _at(line: Sequence[Note], position: float) -> int | None:
    """Return the pitch that a line has at a position."""
    for note in line:
        if note.start > position + NEAR:
            return None
        if position < note.end - NEAR:
            return note.pitch
    return None


def motion(before: Pair, after: Pair) -> str:
    """Return how two voices move: ``contrary``, ``oblique``, ``similar``, ``parallel`` (by equal steps), ``none``."""
    high, low = after[0] - before[0], after[1] - before[1]
    if high == 0 or low == 0:
        return "none" if high == low else "oblique"
    if high * low < 0:
        return "contrary"
    # Diatonic parallels differ by a semitone: thirds remain thirds.
    return "parallel" if abs(high - low) <= 1 else "similar"


def is_parallel_perfect(before: Pair, after: Pair) -> bool:
    """Return whether two voices go in one direction from a perfect fifth, octave or unison to the same."""
    # Voices may cross: the interval is that between the higher and the lower one, so that fourths are no fifths.
    interval = abs(before[0] - before[1]) % 12
    same = interval in PERFECT and abs(after[0] - after[1]) % 12 == interval
    return same and (after[0] - before[0]) * (after[1] - before[1]) > 0


def _parallels(voices: Sequence[Sequence[Note]]) -> dict[str, float]:
    """Return parallel fifths and octaves, and those reached in similar motion by the outer voices, per 100 motions."""
    every = [pair for a, b in combinations(voices, 2) for pair in pairwise(moments(a, b))]
    moved = [(a, b) for a, b in every if a[0] != b[0] and a[1] != b[1]]
    outer = [(a, b) for a, b in pairwise(moments(voices[0], voices[-1])) if motion(a, b) in {"similar", "parallel"}]
    return {
        "parallels per 100": 100 * share(is_parallel_perfect(a, b) for a, b in moved),
        "hidden perfect per 100": 100 * share((b[0] - b[1]) % 12 in PERFECT for a, b in outer),
    }


def _steps(name: str, voices: Sequence[Sequence[Note]]) -> dict[str, float]:
    """Return how voices move by themselves."""
    moves = [abs(b.pitch - a.pitch) for voice in voices for a, b in pairwise(voice)]
    return {
        f"{name} held or repeated": share(move == 0 for move in moves),
        f"{name} by step": share(move in {1, 2} for move in moves),
        f"{name} by wide leap": share(move >= WIDE_LEAP for move in moves),
    }


def _spacing(voices: Sequence[Sequence[Note]]) -> dict[str, float]:
    """Return how neighbours lie: crossings, and the mean distance above and above the bass."""
    neighbours = [moments(a, b) for a, b in pairwise(voices)]
    gap = {"distance above the bass": mean(high - low for high, low in neighbours[-1])}
    return (gap if len(voices) > 2 else {}) | {
        "crossings": share(high < low for pairs in neighbours for high, low in pairs),
        "distance of outer voices": mean(high - low for high, low in moments(voices[0], voices[-1])),
        "notes of lower voices a note": sum(map(len, voices[1:])) / max(1, (len(voices) - 1) * len(voices[0])),
    }
