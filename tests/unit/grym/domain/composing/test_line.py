"""The line solver."""

import numpy as np

from grym.domain.composing.line import MOST_POSITIONS, Wish, solve
from grym.domain.composing.score import Tonality
from grym.domain.composing.theory import chord_of

C_MAJOR = Tonality(tonic=0, mode="major")
A_MINOR = Tonality(tonic=9, mode="minor")


def _wish(numeral: str, tonality: Tonality, *, step: int | None = 1, **fields: object) -> Wish:
    values: dict[str, object] = {"start_steps": 0, "length_steps": 4, "strength": 2, "height": 64.0, "next_chord": None}
    return Wish(chord=chord_of(numeral, tonality), step=step, **(values | fields))  # type: ignore[arg-type]


def _solve(wishes: list[Wish], tonality: Tonality) -> tuple[int, ...]:
    return solve(wishes, tonality, low=55, high=79, chance=np.zeros((len(wishes), MOST_POSITIONS)))


def test_nothing_wished_is_nothing() -> None:
    """No wishes, no notes."""
    assert _solve([], C_MAJOR) == ()


def test_strong_notes_are_chord_tones() -> None:
    """On strong beats the line sings the chord."""
    numerals = ("I", "IV", "V", "I")
    line = _solve([_wish(numeral, C_MAJOR, strength=4) for numeral in numerals], C_MAJOR)
    assert all(p % 12 in chord_of(n, C_MAJOR).pitch_classes for p, n in zip(line, numerals, strict=True))


def test_leading_tone_is_raised_over_the_dominant() -> None:
    """A seventh degree over E major in A minor is G sharp, over A minor it would be G."""
    line = _solve([_wish("V", A_MINOR, goal=(8,), strength=4)], A_MINOR)
    assert line[0] % 12 == 8


def test_goal_is_reached_by_step() -> None:
    """The last note is the tonic, and the one before is its neighbour."""
    wishes = [_wish("V", C_MAJOR, strength=1, length_steps=2), _wish("I", C_MAJOR, goal=(0,), strength=4, step=-1)]
    line = _solve(wishes, C_MAJOR)
    assert line[1] % 12 == 0
    assert abs(line[1] - line[0]) <= 2


def test_range_is_kept() -> None:
    """However high the wish, the line stays in its range."""
    line = _solve([_wish("I", C_MAJOR, height=120.0) for _ in range(6)], C_MAJOR)
    assert all(55 <= pitch <= 79 for pitch in line)


def test_shape_is_kept_inside_one_chord() -> None:
    """Steps up, up, down over one chord come out as wished on weak places."""
    steps = (None, 1, 1, -1)
    wishes = [
        _wish("I", C_MAJOR, step=step, strength=0, length_steps=1, height=64.0 if at == 0 else 66.0)
        for at, step in enumerate(steps)
    ]
    line = _solve(wishes, C_MAJOR)
    assert line[0] < line[1] < line[2] > line[3]


def test_recall_brings_the_old_pitch_back() -> None:
    """Where a melody is repeated its pitches return."""
    assert _solve([_wish("I", C_MAJOR, recall=76, step=None)], C_MAJOR) == (76,)


def test_a_quotation_keeps_its_intervals() -> None:
    """A tone and a minor third up, found where the scale has them; a free line of the same steps need not."""
    wishes = [_wish("I", C_MAJOR, strength=1, length_steps=2)]
    for step, interval in ((1, 2), (2, 3)):
        wishes.append(_wish("I", C_MAJOR, step=step, interval=interval, strength=1, length_steps=2))
    first, second, third = _solve(wishes, C_MAJOR)
    assert (second - first, third - second) == (2, 3)
