"""What every picture of a sound shares: a figure over time, a waveform, a spectrogram on a logarithmic scale.

Drawn without a display. Colours come from palettes that people with colour-blind eyes can tell apart (Okabe and Ito
2008 for names, ``magma`` for levels).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, NullLocator
from scipy.fft import rfft

from grym.domain.signal import FloatArray, Signal

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

ABOVE_POINTS = 22.0
"""Room between the first row and the heading: a strip of names fits in."""

COLUMNS = 1_400
"""As many columns as the picture is wide in dots, more or less."""

LEGEND_STYLE: dict[str, Any] = {"fontsize": 9, "frameon": False, "borderaxespad": 0.2, "handlelength": 1.4}

Span = tuple[float, float, str]
"""Start and end in seconds, and a name."""


def figure(
    signal: Signal, *, heights: Sequence[float], title: str, above_points: float = ABOVE_POINTS
) -> tuple[Figure, list[Axes]]:
    """Return a figure whose rows, one for each height, share one axis of time."""
    drawing = Figure(
        figsize=(WIDTH_IN, 1.2 + 2.1 * sum(heights)),
        dpi=DPI,
        layout=ConstrainedLayoutEngine(h_pad=0.06, hspace=0.03),
        facecolor="white",
    )
    FigureCanvasAgg(drawing)
    grid = drawing.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    axes: list[Axes] = list(grid[:, 0])
    for axis in axes:
        axis.tick_params(colors=INK, labelsize=9)
        axis.label_outer()
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[-1].set_xlabel("time (s)")
    axes[0].set_xlim(0.0, max(signal.duration_s, 1e-3))
    if title:
        axes[0].set_title(title, loc="left", fontsize=15, fontweight="bold", color=INK, pad=above_points)
    return drawing, axes


def subtitle(drawing: Figure, text: str, *, above_points: float = ABOVE_POINTS) -> None:
    """Write a line of facts at the right of the heading."""
    drawing.axes[0].annotate(
        text, (1.0, 1.0), (0.0, above_points), xycoords="axes fraction", textcoords="offset points", ha="right",
        va="bottom", fontsize=10, color=FAINT,
    )  # fmt: skip


def draw_wave(axis: Axes, signal: Signal) -> None:
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


def draw_spectrogram(drawing: Figure, axis: Axes, signal: Signal) -> None:
    """Draw levels over time and logarithmic frequency, in decibels below the loudest point."""
    edges_hz, levels_db = log_spectrogram(signal)
    step_s = signal.duration_s / levels_db.shape[1]
    times_s = np.arange(levels_db.shape[1] + 1) * step_s
    mesh = axis.pcolormesh(times_s, edges_hz, levels_db, cmap="magma", vmin=-RANGE_DB, vmax=0.0, rasterized=True)
    axis.set_yscale("log")
    axis.set_ylim(edges_hz[0], edges_hz[-1])
    axis.set_yticks([hertz for hertz in (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000) if hertz < edges_hz[-1]])
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(_frequency_name))
    axis.set_ylabel("frequency (Hz)")
    bar = drawing.colorbar(mesh, ax=axis, pad=0.008, aspect=30)
    bar.set_label("level (dB below the loudest)", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)


def _frequency_name(hertz: float, _: int) -> str:
    """Write thousands of hertz as ``k``."""
    return f"{hertz / KILO:g} k" if hertz >= KILO else f"{hertz:g}"


def log_spectrogram(signal: Signal) -> tuple[np.ndarray, np.ndarray]:
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


def save(drawing: Figure, path: Path) -> None:
    """Write the PNG; metadata that change from run to run are left out."""
    drawing.savefig(path, format="png", metadata={"Software": None})
