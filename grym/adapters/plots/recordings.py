"""The picture of a recording: what an analysis found, over its waveform, spectrogram and loudness."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import FuncFormatter, MultipleLocator

from grym.adapters.plots.lanes import draw_lanes, lane_height, spacing_dots
from grym.adapters.plots.sounds import (
    INK,
    LEGEND_STYLE,
    PART_COLOURS,
    WAVE,
    draw_spectrogram,
    draw_wave,
    figure,
    save,
    subtitle,
)
from grym.domain.loudness import MOMENTARY_STEPS, SHORT_TERM_STEPS, STEP_S, measure_loudness
from grym.domain.signal import Signal
from schemas.facts import NoteFact
from schemas.music import Analysis

LANE = 0.125
"""Height of a lane against that of a waveform."""

BEAT_DOTS, DOWNBEAT_DOTS, ONSET_DOTS = 7.0, 12.0, 3.0
"""Marks that would lie closer than so many dots are left out: they would only be a grey area."""

LOWEST_LUFS = -60.0
QUIET_PERCENT = 2.0
MARGIN_LU = 3.0
NOTES_COLOUR = "#7df9ff"
MOMENT = "#9cbcd6"
MINUTES_FROM_S = 100.0
MINUTE_S = 60.0
TICK_STEPS_S = (10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0)
MOST_TICKS = 14


def plot_recording(signal: Signal, path: Path, facts: Analysis, *, title: str, about: str) -> None:
    """Draw a recording with everything that was found in it.

    Parameters
    ----------
    signal
        The sound.
    path
        The PNG file that is written.
    facts
        What its analysis found.
    title, about
        Heading, and the line of facts beside it.
    """
    lanes = LANE * lane_height(facts)
    drawing, axes = figure(signal, heights=(lanes, 0.55, 1.75, 0.55), title=title, above_points=8.0)
    draw_lanes(axes[0], facts)
    draw_wave(axes[1], signal)
    _draw_moments(axes[1], facts)
    draw_spectrogram(drawing, axes[2], signal)
    _draw_notes(axes[2], facts.notes)
    _draw_loudness(axes[3], signal)
    _name_times(axes[3], signal.duration_s)
    subtitle(drawing, about, above_points=8.0)
    save(drawing, path)


def _draw_moments(wave: Axes, facts: Analysis) -> None:
    """Mark onsets along the foot of the waveform, beats and downbeats across it, as far as they can be told apart."""
    across = wave.get_xaxis_transform()
    if _apart(facts.beats_s, BEAT_DOTS, facts.duration_s):
        wave.vlines(facts.beats_s, 0.0, 1.0, transform=across, color=PART_COLOURS[4], linewidth=0.7, label="beat")
    if _apart(facts.downbeats_s, DOWNBEAT_DOTS, facts.duration_s):
        wave.vlines(facts.downbeats_s, 0.0, 1.0, transform=across, color=PART_COLOURS[1], linewidth=1.2,
                    label="downbeat")  # fmt: skip
    if _apart(facts.onsets_s, ONSET_DOTS, facts.duration_s):
        wave.vlines(facts.onsets_s, 0.0, 0.09, transform=across, color=INK, linewidth=0.9, label="onset")
    wave.legend(loc="upper right", bbox_to_anchor=(1.0, 0.0), ncols=5, **LEGEND_STYLE)


def _apart(times_s: Sequence[float], dots: float, duration_s: float) -> bool:
    """Return whether there are marks, and they can be told apart."""
    return bool(times_s) and spacing_dots(times_s, duration_s) >= dots


def _draw_notes(spectrum: Axes, notes: Sequence[NoteFact]) -> None:
    """Draw the notes that were heard as lines at their fundamentals."""
    if not notes:
        return
    lines = [
        [(note.start_s, hz), (note.end_s, hz)]
        for note in notes
        for hz in (440.0 * 2.0 ** ((note.midi_pitch - 69) / 12.0),)
    ]
    spectrum.add_collection(LineCollection(lines, colors=NOTES_COLOUR, linewidths=1.3, alpha=0.8), autolim=False)


def _draw_loudness(axis: Axes, signal: Signal) -> None:
    """Draw momentary, short-term and integrated loudness."""
    loudness = measure_loudness(signal)
    for values, steps, label, width, colour in (
        (loudness.momentary_lufs, MOMENTARY_STEPS, "0.4 s", 0.6, MOMENT),
        (loudness.short_term_lufs, SHORT_TERM_STEPS, "3 s", 1.6, WAVE),
    ):
        times_s = (np.arange(len(values)) + steps / 2.0) * STEP_S
        axis.plot(times_s, np.maximum(values, LOWEST_LUFS), color=colour, linewidth=width, label=label)
    if loudness.integrated_lufs is not None:
        axis.axhline(loudness.integrated_lufs, color=PART_COLOURS[1], linewidth=1.0, linestyle="--", label="whole")
    audible = loudness.momentary_lufs[loudness.momentary_lufs > LOWEST_LUFS]
    low, high = np.percentile(audible, (QUIET_PERCENT, 100.0)) if len(audible) else (LOWEST_LUFS, 0.0)
    axis.set_ylim(max(LOWEST_LUFS, float(low) - MARGIN_LU), float(high) + MARGIN_LU)
    axis.set_ylabel("loudness (LUFS)")
    axis.grid(axis="y", color="#e3e3e8", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, **LEGEND_STYLE)


def _name_times(axis: Axes, duration_s: float) -> None:
    """Write minutes and seconds where a recording is long."""
    if duration_s >= MINUTES_FROM_S:
        step_s = next((step for step in TICK_STEPS_S if duration_s / step <= MOST_TICKS), TICK_STEPS_S[-1])
        axis.xaxis.set_major_locator(MultipleLocator(step_s))
        axis.xaxis.set_major_formatter(
            FuncFormatter(lambda at_s, _: f"{int(at_s // MINUTE_S)}:{at_s % MINUTE_S:02.0f}")
        )
        axis.set_xlabel("time (min:s)")
