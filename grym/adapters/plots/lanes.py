"""Lanes above a picture: bars, sections, keys and chords over time, named as far as there is room.

A name is drawn where it can be read and left out where it would run into another; what lasts longest is named first.
Colours of chords and keys follow the circle of fifths, so related ones look alike; minor ones are darker.
"""

from collections.abc import Callable, Iterator, Sequence
from colorsys import hls_to_rgb
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from grym.adapters.plots.sounds import DPI, INK, PART_COLOURS, WIDTH_IN, Span
from grym.domain.harmony.values import MINOR_LIKE, NO_CHORD
from grym.domain.tonality import TONIC_NAMES
from schemas.facts import ChordFact, KeySpanFact
from schemas.music import Analysis, SectionFact

FONT_POINTS = 8.5
CHARACTER_DOTS = 0.62 * FONT_POINTS * DPI / 72.0
"""Mean width of a letter of the default font, a little more than it is."""

AXIS_DOTS = 0.86 * WIDTH_IN * DPI
"""What remains of the width beside axis labels and colour bar."""

GAP_DOTS = 9.0
NOTHING = "#ececf0"
CHORDS_HEIGHT = 1.9
"""Names above, colours below."""

BAR_STEPS = (1, 2, 4, 8, 16, 32, 64, 128)
BAR_NUMBER_DOTS = 34.0
LEAST_TICK_DOTS = 3.0
LIGHTNESS, MINOR_LIGHTNESS, SATURATION = 0.70, 0.52, 0.55


@dataclass(frozen=True, slots=True)
class Label:
    """A name and the instant it is centred at, in seconds."""

    at_s: float
    text: str


def legible(spans: Sequence[Span], *, duration_s: float, within: bool) -> list[Label]:
    """Choose the names that can be written without running into each other, the longest spans first.

    Parameters
    ----------
    spans
        Start, end (seconds) and name.
    duration_s
        What the width of the picture stands for.
    within
        Whether a name must lie within its span; otherwise it may reach beyond, centred upon it.
    """
    dots_per_s = AXIS_DOTS / max(duration_s, 1e-9)
    taken: list[tuple[float, float]] = []
    labels: list[Label] = []
    for start_s, end_s, text in sorted(spans, key=lambda span: span[0] - span[1]):
        half = 0.5 * (len(text) * CHARACTER_DOTS + GAP_DOTS)
        if within and (end_s - start_s) * dots_per_s < 2.0 * half:
            continue
        centre = min(max(0.5 * (start_s + end_s) * dots_per_s, half), max(half, AXIS_DOTS - half))
        if all(centre + half <= left or centre - half >= right for left, right in taken):
            taken.append((centre - half, centre + half))
            labels.append(Label(centre / dots_per_s, text))
    return sorted(labels, key=lambda label: label.at_s)


def abridged(spans: Sequence[Span], *, duration_s: float) -> list[Label]:
    """Name keys as far as there is room: in full, else as a chord is written (``Abm``)."""
    labels = []
    for start_s, end_s, name in spans:
        short = name.replace(" minor", "m").replace(" major", "")
        whole, brief = (legible([(start_s, end_s, text)], duration_s=duration_s, within=True) for text in (name, short))
        labels += whole or brief
    return labels


def numbered_bars(downbeats_s: Sequence[float], *, duration_s: float) -> list[Label]:
    """Return bar numbers at their downbeats: each, every other, every fourth … as there is room."""
    dots = spacing_dots(downbeats_s, duration_s)
    step = next((step for step in BAR_STEPS if step * dots >= BAR_NUMBER_DOTS), BAR_STEPS[-1])
    return [Label(downbeats_s[index], str(index + 1)) for index in range(0, len(downbeats_s), step)]


def spacing_dots(times_s: Sequence[float], duration_s: float) -> float:
    """Return how many dots lie between two marks in the mean; the whole width for one mark or none."""
    if len(times_s) < 2:  # noqa: PLR2004 (one mark is alone)
        return AXIS_DOTS
    return (times_s[-1] - times_s[0]) / (len(times_s) - 1) * AXIS_DOTS / max(duration_s, 1e-9)


def draw_lanes(axis: Axes, facts: Analysis) -> None:
    """Draw one lane for each kind of span there is, from the top: bars, sections, keys, chords."""
    places, names, foot = [], [], 0.0
    for name, height, draw in _lanes(axis, facts):
        draw(foot)
        places.append(foot + 0.45)
        names.append(name)
        foot += height
    axis.set_ylim(0.0, max(foot, 1.0))
    axis.set_yticks(places, names, fontsize=9, color=INK)
    axis.tick_params(axis="both", length=0)
    for side in axis.spines.values():
        side.set_visible(False)


def lane_height(facts: Analysis) -> float:
    """Return how many lanes a recording needs, at least one."""
    wanted = bool(facts.downbeats_s) + bool(facts.sections) + bool(facts.keys) + CHORDS_HEIGHT * bool(facts.chords)
    return max(1.0, wanted)


def _lanes(axis: Axes, facts: Analysis) -> Iterator[tuple[str, float, Callable[[float], None]]]:
    """Yield name, height and what draws a lane at a given foot, from the lowest up."""
    length_s = facts.duration_s
    if facts.chords:
        yield "chords", CHORDS_HEIGHT, lambda foot: _draw_chords(axis, facts.chords, foot, length_s)
    if facts.keys:
        yield "key", 1.0, lambda foot: _draw_keys(axis, facts.keys, foot, length_s)
    if facts.sections:
        yield "sections", 1.0, lambda foot: _draw_sections(axis, facts.sections, foot, length_s)
    if facts.downbeats_s:
        yield "bars", 1.0, lambda foot: _draw_bars(axis, facts.downbeats_s, foot, length_s)


def _draw_bars(axis: Axes, downbeats_s: Sequence[float], foot: float, duration_s: float) -> None:
    if spacing_dots(downbeats_s, duration_s) >= LEAST_TICK_DOTS:
        axis.vlines(downbeats_s, foot + 0.05, foot + 0.3, color=INK, linewidth=0.7)
    for label in numbered_bars(downbeats_s, duration_s=duration_s):
        axis.text(label.at_s, foot + 0.38, label.text, ha="center", va="bottom", fontsize=7.5, color=INK)


def _draw_sections(axis: Axes, sections: Sequence[SectionFact], foot: float, duration_s: float) -> None:
    spans: list[Span] = [(part.start_s, part.end_s, part.label) for part in sections]
    names = list(dict.fromkeys(name for _, _, name in spans))
    for start_s, end_s, name in spans:
        colour = PART_COLOURS[names.index(name) % len(PART_COLOURS)]
        _box(axis, start_s, end_s, foot + 0.06, 0.86, colour=colour, opacity=0.45)
    _write(axis, legible(spans, duration_s=duration_s, within=True), foot + 0.48, bold=True)


def _draw_keys(axis: Axes, keys: Sequence[KeySpanFact], foot: float, duration_s: float) -> None:
    spans: list[Span] = []
    for key in keys:
        root = TONIC_NAMES[key.mode].index(key.tonic) if key.tonic in TONIC_NAMES.get(key.mode, ()) else None
        colour = colour_of(root, minor=key.mode == "minor")
        _box(axis, key.start_s, key.end_s, foot + 0.06, 0.86, colour=colour, opacity=0.5)
        spans.append((key.start_s, key.end_s, f"{key.tonic} {key.mode}"))
    _write(axis, abridged(spans, duration_s=duration_s), foot + 0.48)


def _draw_chords(axis: Axes, chords: Sequence[ChordFact], foot: float, duration_s: float) -> None:
    for chord in chords:
        colour = colour_of(chord.root, minor=chord.quality in MINOR_LIKE)
        _box(axis, chord.start_s, chord.end_s, foot + 0.06, 0.86, colour=colour, opacity=0.85)
    spans = [(chord.start_s, chord.end_s, chord.name) for chord in chords if chord.name != NO_CHORD]
    _write(axis, legible(spans, duration_s=duration_s, within=False), foot + 1.4)


def colour_of(root: int | None, *, minor: bool) -> str:
    """Return the colour of a chord or key: its place on the circle of fifths; grey without a root."""
    if root is None:
        return NOTHING
    hue = root * 7 % 12 / 12.0
    return str(to_hex(hls_to_rgb(hue, MINOR_LIGHTNESS if minor else LIGHTNESS, SATURATION)))


def _box(axis: Axes, start_s: float, end_s: float, foot: float, height: float, *, colour: str, opacity: float) -> None:
    axis.add_patch(
        Rectangle((start_s, foot), end_s - start_s, height, facecolor=colour, alpha=opacity, edgecolor="white",
                  linewidth=0.4)
    )  # fmt: skip


def _write(axis: Axes, labels: Sequence[Label], at: float, *, bold: bool = False) -> None:
    for label in labels:
        axis.text(
            label.at_s, at, label.text, ha="center", va="center", fontsize=FONT_POINTS, color=INK,
            fontweight="bold" if bold else "normal",
        )  # fmt: skip
