"""The picture of a match: a sound laid upon the remembered piece it was found in, peak upon peak.

What is drawn is the evidence itself: the peaks of the spectrum of both, in the time and key of the piece, and the line
along which the sound runs through it.
"""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.kinship import Place
from grym.domain.recognition.spectrum import BIN_HZ, FRAME_RATE_HZ

INK, FAINT, HEARD = "#1b1b1f", "#b9b9c2", "#d55e00"
WIDTH_IN, HEIGHT_IN, DPI = 14.0, 6.0, 120
MARGIN_S = 5.0
"""Of the piece, shown before and after the sound."""

HIGHEST_HZ = 5_000.0


def plot_match(sound: Imprint, piece: Imprint, place: Place, path: Path, *, title: str, subtitle: str) -> None:
    """Draw a sound upon a piece.

    Parameters
    ----------
    place
        Where it lies.
    path
        The PNG file that is written.
    title, subtitle
        Heading and the line below it.
    """
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout=ConstrainedLayoutEngine())
    FigureCanvasAgg(figure)
    peaks, line = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _draw_peaks(peaks, sound, piece, place)
    _draw_line(line, sound, piece, place)
    end_s = place.offset_s + sound.duration_s * place.tempo_ratio
    line.set_xlim(max(0.0, place.offset_s) - MARGIN_S, min(piece.duration_s, end_s) + MARGIN_S)
    peaks.set_title(f"{title}\n{subtitle}", loc="left", color=INK, fontsize=11)
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_peaks(axis: Axes, sound: Imprint, piece: Imprint, place: Place) -> None:
    """Draw the peaks of both in the time and key of the piece."""
    known_s = piece.peaks.frames / FRAME_RATE_HZ
    heard_s = place.offset_s + sound.peaks.frames / FRAME_RATE_HZ * place.tempo_ratio
    lower = 2.0 ** (-place.transposition_semitones / 12.0)
    axis.scatter(known_s, np.maximum(1, piece.peaks.bins) * BIN_HZ, s=9, color=FAINT, label="the piece", linewidths=0)
    axis.scatter(
        heard_s,
        np.maximum(1, sound.peaks.bins) * BIN_HZ * lower,
        s=16,
        facecolors="none",
        edgecolors=HEARD,
        linewidths=0.8,
        label="the sound, laid upon it",
    )
    axis.set_yscale("log")
    axis.set_ylim(60.0, HIGHEST_HZ)
    axis.set_ylabel("Hz")
    axis.legend(loc="upper right", frameon=False, fontsize=9)


def _draw_line(axis: Axes, sound: Imprint, piece: Imprint, place: Place) -> None:
    """Draw how the sound runs through the piece."""
    end_s = place.offset_s + sound.duration_s * place.tempo_ratio
    axis.plot([place.offset_s, end_s], [0.0, sound.duration_s], color=HEARD, linewidth=2)
    axis.axvspan(0.0, piece.duration_s, color=FAINT, alpha=0.2, linewidth=0)
    axis.set_xlabel("seconds of the piece")
    axis.set_ylabel("seconds of the sound")
