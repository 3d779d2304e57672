"""Pictures of sound: waveform, log-frequency spectrogram, and the piano roll of a score or the findings of an analysis.

Drawn without a display. Colours come from palettes that people with colour-blind eyes can tell apart (Okabe and Ito
2008 for parts, ``magma`` for levels), and parts differ by brightness too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MultipleLocator, NullLocator
from scipy.fft import rfft

from grym.domain.composing.score import PITCH_CLASS_NAMES, Score
from grym.domain.signal import FloatArray, Signal
from grym.domain.synthesis.performance import PlayedPart, perform

INK = "#1b1b1f"
FAINT = "#8a8a94"
WAVE = "#1f5a85"
PART_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#6b6b6b")

WIDTH_IN, DPI = 14.0, 120

LOWEST_HZ, HIGHEST_HZ = 30.0, 18_000.0
BANDS_PER_OCTAVE = 24
WINDOW_SAMPLES = 8_192
"""186 ms at 44.1 kHz: tells neighbouring semitones apart from A3 up."""

RANGE_DB = 80.0
"""What the colours span below the loudest point."""

KILO = 1_000.0

COLUMNS = 1_400
"""As many columns as the picture is wide in dots, more or less."""

LEGEND_STYLE: dict[str, Any] = {"fontsize": 9, "frameon": False, "borderaxespad": 0.2, "handlelength": 1.4}

Span = tuple[float, float, str]
"""Start and end in seconds, and a name."""


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
    figure, axes = _figure(signal, rows=3 if score else 2, title=title or (score.title if score else ""))
    _draw_wave(axes[0], signal)
    _draw_spectrogram(figure, axes[1], signal)
    if score is not None:
        _draw_roll(axes[2], score)
        sections = _section_spans(score)
        _draw_sections(axes[0], sections)
        _subtitle(figure, f"{score.tonality} · {score.tempo_bpm:g} bpm · {score.metre} · {len(score.parts)} parts")
    _save(figure, path)


def plot_analysis(
    signal: Signal,
    path: Path,
    *,
    beats_s: Sequence[float] = (),
    downbeats_s: Sequence[float] = (),
    onsets_s: Sequence[float] = (),
    sections: Sequence[Span] = (),
    title: str = "",
    subtitle: str = "",
) -> None:
    """Draw a waveform and a spectrogram with what an analysis found.

    Parameters
    ----------
    signal
        The sound.
    path
        The PNG file that is written.
    beats_s, downbeats_s, onsets_s
        Moments in seconds.
    sections
        Start and end in seconds and label of each section.
    title, subtitle
        Heading and the line below it.
    """
    figure, axes = _figure(signal, rows=2, title=title)
    _draw_wave(axes[0], signal)
    _draw_sections(axes[0], sections)
    _draw_spectrogram(figure, axes[1], signal)
    _draw_moments(axes[0], axes[1], beats_s=beats_s, downbeats_s=downbeats_s, onsets_s=onsets_s)
    _subtitle(figure, subtitle)
    _save(figure, path)


def _figure(signal: Signal, *, rows: int, title: str) -> tuple[Figure, list[Axes]]:
    """Return a figure whose rows share one axis of time."""
    heights = {2: [1.0, 2.2], 3: [0.8, 1.7, 1.7]}[rows]
    figure = Figure(
        figsize=(WIDTH_IN, 1.2 + 2.1 * sum(heights)),
        dpi=DPI,
        layout=ConstrainedLayoutEngine(h_pad=0.06, hspace=0.03),
        facecolor="white",
    )
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, 1, sharex=True, squeeze=False, height_ratios=heights)
    axes: list[Axes] = list(grid[:, 0])
    for axis in axes:
        axis.tick_params(colors=INK, labelsize=9)
        axis.label_outer()
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[-1].set_xlabel("time (s)")
    axes[0].set_xlim(0.0, max(signal.duration_s, 1e-3))
    if title:
        axes[0].set_title(title, loc="left", fontsize=15, fontweight="bold", color=INK, pad=22)
    return figure, axes


def _subtitle(figure: Figure, text: str) -> None:
    """Write a line of facts at the right of the heading."""
    axis = figure.axes[0]
    axis.text(1.0, 1.17, text, transform=axis.transAxes, ha="right", va="bottom", fontsize=10, color=FAINT)


def _draw_wave(axis: Axes, signal: Signal) -> None:
    """Draw the extremes and the mean power of each column."""
    mono = signal.mono()
    columns = max(1, min(COLUMNS, mono.shape[0]))
    usable = mono[: mono.shape[0] // columns * columns].reshape(columns, -1)
    times_s = (np.arange(columns) + 0.5) * usable.shape[1] / signal.sample_rate_hz
    power = np.sqrt(np.square(usable, dtype=np.float64).mean(axis=1))
    axis.fill_between(
        times_s, usable.min(axis=1), usable.max(axis=1), color=WAVE, alpha=0.45, linewidth=0, label="peak"
    )
    axis.fill_between(times_s, -power, power, color=WAVE, linewidth=0, label="RMS")
    reach = max(1e-3, float(np.abs(mono).max(initial=0.0))) * 1.08
    axis.set_ylim(-reach, reach)
    axis.set_ylabel("amplitude\n(full scale = 1)")
    axis.legend(loc="upper right", bbox_to_anchor=(1.0, 0.0), ncols=2, **LEGEND_STYLE)


def _draw_spectrogram(figure: Figure, axis: Axes, signal: Signal) -> None:
    """Draw levels over time and logarithmic frequency, in decibels below the loudest point."""
    edges_hz, levels_db = _log_spectrogram(signal)
    step_s = signal.duration_s / levels_db.shape[1]
    times_s = np.arange(levels_db.shape[1] + 1) * step_s
    mesh = axis.pcolormesh(times_s, edges_hz, levels_db, cmap="magma", vmin=-RANGE_DB, vmax=0.0, rasterized=True)
    axis.set_yscale("log")
    axis.set_ylim(edges_hz[0], edges_hz[-1])
    axis.set_yticks([hertz for hertz in (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000) if hertz < edges_hz[-1]])
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(_frequency_name))
    axis.set_ylabel("frequency (Hz)")
    bar = figure.colorbar(mesh, ax=axis, pad=0.008, aspect=30)
    bar.set_label("level (dB below the loudest)", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)


def _frequency_name(hertz: float, _: int) -> str:
    """Write thousands of hertz as ``k``."""
    return f"{hertz / KILO:g} k" if hertz >= KILO else f"{hertz:g}"


def _log_spectrogram(signal: Signal) -> tuple[np.ndarray, np.ndarray]:
    """Return band edges in hertz and levels in decibels, shape (bands, columns), the loudest at 0."""
    mono = signal.mono()
    window = min(WINDOW_SAMPLES, max(64, mono.shape[0]))
    padded = np.pad(mono, (window // 2, window))
    columns = max(1, min(COLUMNS, mono.shape[0] // 128 + 1))
    starts = np.linspace(0, mono.shape[0], columns, endpoint=False).astype(np.int64)
    bins_hz = np.fft.rfftfreq(window, 1.0 / signal.sample_rate_hz)
    top_hz = min(HIGHEST_HZ, signal.sample_rate_hz / 2)
    bands = int(BANDS_PER_OCTAVE * np.log2(top_hz / LOWEST_HZ))
    edges_hz = np.geomspace(LOWEST_HZ, top_hz, bands + 1)
    weights = _band_weights(bins_hz, edges_hz)
    shape = np.hanning(window).astype(np.float32)
    power = np.empty((bands, columns))
    for first in range(0, columns, 64):
        frames = np.stack([padded[start : start + window] for start in starts[first : first + 64]])
        spectrum = np.abs(rfft(frames * shape, axis=1)) ** 2
        power[:, first : first + 64] = weights @ spectrum.T
    floor = max(float(power.max(initial=0.0)), 1e-20) * 10.0 ** (-RANGE_DB / 10.0)
    levels_db = 10.0 * np.log10(np.maximum(power, floor) / (floor * 10.0 ** (RANGE_DB / 10.0)))
    return edges_hz, levels_db


def _band_weights(bins_hz: np.ndarray, edges_hz: np.ndarray) -> FloatArray:
    """Return triangular weights, shape (bands, bins), at least as wide as the distance of two bins."""
    centres = np.sqrt(edges_hz[:-1] * edges_hz[1:])[:, None]
    widths = np.maximum(np.diff(edges_hz)[:, None], bins_hz[1])
    weights = np.maximum(0.0, 1.0 - np.abs(bins_hz[None, :] - centres) / widths)
    scaled: FloatArray = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return scaled


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


def _draw_moments(
    wave: Axes, spectrum: Axes, *, beats_s: Sequence[float], downbeats_s: Sequence[float], onsets_s: Sequence[float]
) -> None:
    """Mark onsets along the foot of the waveform, beats and downbeats across it."""
    across = wave.get_xaxis_transform()
    if len(beats_s):
        wave.vlines(beats_s, 0.0, 1.0, transform=across, color=PART_COLOURS[4], linewidth=0.7, alpha=0.8, label="beat")
    if len(downbeats_s):
        wave.vlines(downbeats_s, 0.0, 1.0, transform=across, color=PART_COLOURS[1], linewidth=1.5, label="downbeat")
        spectrum.vlines(
            downbeats_s, 0.0, 1.0, transform=spectrum.get_xaxis_transform(), color="white", linewidth=0.6, alpha=0.5
        )
    if len(onsets_s):
        wave.vlines(onsets_s, 0.0, 0.09, transform=across, color=INK, linewidth=1.0, label="onset")
    wave.legend(loc="upper right", bbox_to_anchor=(1.0, 0.0), ncols=5, **LEGEND_STYLE)


def _save(figure: Figure, path: Path) -> None:
    """Write the PNG; metadata that change from run to run are left out."""
    figure.savefig(path, format="png", metadata={"Software": None})
