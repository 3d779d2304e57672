"""Pictures of pieces: waveform, log-frequency spectrogram, and the piano roll of a score."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MultipleLocator, NullLocator

from grym.adapters.plots.sounds import (
    FAINT,
    INK,
    LEGEND_STYLE,
    PART_COLOURS,
    Span,
    draw_spectrogram,
    draw_wave,
    figure,
    save,
    subtitle,
)
from grym.domain.composing.score import PITCH_CLASS_NAMES, Score
from grym.domain.signal import Signal
from grym.domain.synthesis.performance import PlayedPart, perform


def plot_sound(signal: Signal, path: Path, *, score: Score | None = None, title: str = "") -> None:
    """Draw a waveform and a spectrogram, and under them the piano roll of a score.

    Parameters
    ----------
    signal
        The sound.
    path
        The PNG file that is written.
    score
        What was played; without it there is no piano roll.
    title
        Heading; the title of the score without it.
    """
    drawing, axes = figure(
        signal,
        heights=(0.8, 1.7, 1.7) if score else (1.0, 2.2),
        title=title or (score.title if score else ""),
    )
    draw_wave(axes[0], signal)
    draw_spectrogram(drawing, axes[1], signal)
    if score is not None:
        _draw_roll(axes[2], score)
        sections = _section_spans(score)
        _draw_sections(axes[0], sections)
        subtitle(drawing, f"{score.tonality} · {score.tempo_bpm:g} bpm · {score.metre} · {len(score.parts)} parts")
    save(drawing, path)


def _draw_roll(axis: Axes, score: Score) -> None:
    """Draw the notes as they sound, bar lines and a legend; percussion in a strip of its own below."""
    parts = perform(score).parts
    pitched = [note.midi_pitch for part in parts if not part.percussion for note in part.notes]
    low, high = (min(pitched) - 2, max(pitched) + 2) if pitched else (48, 72)
    drums_at = low - 5
    for index, part in enumerate(parts):
        colour = PART_COLOURS[index % len(PART_COLOURS)]
        _draw_part(axis, part, colour=colour, drums_at=drums_at)
    bars_s = np.arange(0, score.length_ticks + 1, score.metre.bar_ticks) / score.length_ticks * score.duration_s
    axis.vlines(
        bars_s, 0.0, 1.0, transform=axis.get_xaxis_transform(), color=FAINT, linewidth=0.5, alpha=0.45, zorder=0
    )
    axis.vlines(
        [start_s for start_s, _, _ in _section_spans(score)],
        0.0,
        1.0,
        transform=axis.get_xaxis_transform(),
        color=INK,
        linewidth=0.9,
        alpha=0.7,
        zorder=0,
    )
    has_drums = any(part.percussion for part in parts)
    axis.set_ylim(drums_at - 3 if has_drums else low, high)
    axis.yaxis.set_major_locator(MultipleLocator(12))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(_pitch_name))
    axis.set_ylabel("pitch")
    handles = [
        Patch(color=PART_COLOURS[index % len(PART_COLOURS)], label=part.name) for index, part in enumerate(parts)
    ]
    axis.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=8, **LEGEND_STYLE)


def _draw_part(axis: Axes, part: PlayedPart, *, colour: str, drums_at: float) -> None:
    """Draw one part: bars for notes, ticks for hits; louder is more opaque."""
    if part.percussion:
        numbers = sorted({note.midi_pitch for note in part.notes})
        rows = {number: drums_at - 2 + 4 * row / max(1, len(numbers) - 1) for row, number in enumerate(numbers)}
        axis.scatter(
            [note.onset_s for note in part.notes],
            [rows[note.midi_pitch] for note in part.notes],
            s=[6 + 40 * (note.velocity / 127) ** 2 for note in part.notes],
            color=colour, marker="|", linewidths=1.4,
        )  # fmt: skip
        return
    boxes = [Rectangle((note.onset_s, note.midi_pitch - 0.42), note.duration_s, 0.84) for note in part.notes]
    alphas = [0.35 + 0.65 * note.velocity / 127 for note in part.notes]
    axis.add_collection(PatchCollection(boxes, facecolor=colour, alpha=alphas, edgecolor="white", linewidth=0.3))


def _pitch_name(pitch: float, _: int) -> str:
    """Name a MIDI pitch (60 is C4)."""
    return f"{PITCH_CLASS_NAMES[int(pitch) % 12]}{int(pitch) // 12 - 1}"


def _section_spans(score: Score) -> list[Span]:
    """Return the sections of a score in seconds."""
    seconds = score.duration_s / score.length_ticks
    return [
        (section.start_ticks * seconds, (section.start_ticks + section.duration_ticks) * seconds, section.name)
        for section in score.sections
    ]


def _draw_sections(axis: Axes, sections: Sequence[Span]) -> None:
    """Write a strip of section names above the waveform, equal names in equal grey."""
    names = list(dict.fromkeys(name for _, _, name in sections))
    for start_s, end_s, name in sections:
        shade = 0.90 - 0.16 * (names.index(name) % 3)
        axis.add_patch(
            Rectangle((start_s, 1.02), end_s - start_s, 0.11, transform=axis.get_xaxis_transform(),
                      facecolor=str(shade), edgecolor="white", clip_on=False)
        )  # fmt: skip
        axis.text((start_s + end_s) / 2, 1.075, name, transform=axis.get_xaxis_transform(), ha="center", va="center",
                  fontsize=8.5, color=INK, clip_on=False)  # fmt: skip
