"""Names over time: drawn where there is room, left out where not."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.plots.lanes import (
    AXIS_DOTS,
    CHARACTER_DOTS,
    NOTHING,
    abridged,
    colour_of,
    legible,
    numbered_bars,
    spacing_dots,
)

names = st.sampled_from(["C", "Am", "F#m7b5", "Bbmaj7", "G7"])


@given(lengths=st.lists(st.tuples(st.floats(0.1, 30.0), names), min_size=1, max_size=200), within=st.booleans())
def test_names_never_run_into_each_other(lengths: list[tuple[float, str]], within: bool) -> None:
    """Any row of spans: chosen names keep their distance and stay in the picture."""
    spans, start_s = [], 0.0
    for length_s, name in lengths:
        spans.append((start_s, start_s + length_s, name))
        start_s += length_s
    dots_per_s = AXIS_DOTS / start_s
    labels = legible(spans, duration_s=start_s, within=within)
    edges = [
        (label.at_s * dots_per_s - 0.5 * len(label.text) * CHARACTER_DOTS,
         label.at_s * dots_per_s + 0.5 * len(label.text) * CHARACTER_DOTS)
        for label in labels
    ]  # fmt: skip
    assert all(left[1] < right[0] for left, right in pairwise(edges))
    assert all(left >= 0.0 and right <= AXIS_DOTS for left, right in edges)


def test_everything_is_named_where_there_is_room() -> None:
    """Four chords in ten seconds; of two hundred in ten minutes, only some."""
    few = [(2.5 * n, 2.5 * n + 2.5, "Am7") for n in range(4)]
    assert [label.at_s for label in legible(few, duration_s=10.0, within=True)] == [1.25, 3.75, 6.25, 8.75]
    many = [(3.0 * n, 3.0 * n + 3.0, "Am7") for n in range(200)]
    assert legible(many, duration_s=600.0, within=True) == []
    assert 20 < len(legible(many, duration_s=600.0, within=False)) < 60


def test_the_longest_is_named_first() -> None:
    """A long chord between short ones keeps its name."""
    spans = [(0.0, 99.0, "Cmaj7"), (99.0, 99.5, "Am7"), (99.5, 100.0, "G7"), (100.0, 160.0, "Dm")]
    assert {"Cmaj7", "Dm"} <= {label.text for label in legible(spans, duration_s=600.0, within=False)}


def test_keys_are_abridged_before_they_are_left_out() -> None:
    """In full where there is room, as a chord where there is less, not at all where there is none."""
    spans = [(0.0, 60.0, "Ab major"), (60.0, 66.0, "C minor"), (66.0, 67.0, "F major")]
    assert [label.text for label in abridged(spans, duration_s=200.0)] == ["Ab major", "Cm"]


def test_bars_are_numbered_as_there_is_room() -> None:
    """Every bar of eight; every eighth or so of three hundred, from 1."""
    assert [label.text for label in numbered_bars([2.0 * n for n in range(8)], duration_s=16.0)] == list("12345678")
    many = numbered_bars([2.0 * n for n in range(300)], duration_s=600.0)
    assert [label.text for label in many[:3]] == ["1", "9", "17"]
    assert numbered_bars([], duration_s=1.0) == []


def test_marks_and_their_distance() -> None:
    """Two marks half a picture apart."""
    assert spacing_dots([0.0, 5.0], 10.0) == AXIS_DOTS / 2.0
    assert spacing_dots([1.0], 10.0) == AXIS_DOTS


def test_colours_follow_the_circle_of_fifths() -> None:
    """C and G are nearer than C and F sharp; no root is grey; a minor chord is darker."""

    def rgb(colour: str) -> list[int]:
        return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]

    def distance(one: int, other: int) -> float:
        pairs = zip(rgb(colour_of(one, minor=False)), rgb(colour_of(other, minor=False)), strict=True)
        return float(sum((a - b) ** 2 for a, b in pairs))

    assert distance(0, 7) < distance(0, 2) < distance(0, 6)
    assert colour_of(None, minor=False) == NOTHING
    assert sum(rgb(colour_of(9, minor=True))) < sum(rgb(colour_of(9, minor=False)))
