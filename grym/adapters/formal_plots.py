"""The picture of formal laws: what each says through a piece, a lane a law."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.control import ControlEvent

INK, FAINT = "#1b1b1f", "#b9b9c2"
WIDTH_IN, LANE_IN, DPI = 10.0, 1.5, 110


def plot_laws(
    laws: Sequence[tuple[FormalChoice, Sequence[ControlEvent]]], path: Path, *, duration_s: float, title: str
) -> None:
    """Draw control streams as steps over time in seconds.

    Parameters
    ----------
    laws
        At least one; each choice and what it says.
    path
        A PNG file, written anew.
    """
    figure = Figure(figsize=(WIDTH_IN, 0.9 + LANE_IN * len(laws)), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, color=INK, fontsize=11)
    lanes = figure.subplots(len(laws), 1, sharex=True, squeeze=False)[:, 0]
    for lane, (choice, events) in zip(lanes, laws, strict=True):
        times_s = [event.time_s for event in events]
        values = [event.value for event in events]
        lane.step([*times_s, duration_s], [*values, values[-1]] if values else [0.5], where="post", color=INK, lw=1)
        lane.set_title(f"{choice.target}: {choice.generator}, {choice.law}", loc="left", fontsize=9, color=INK)
        lane.set_ylim(-0.05, 1.05)
        lane.grid(visible=True, axis="y", color=FAINT, lw=0.5)
        lane.spines[["top", "right"]].set_visible(False)
    lanes[-1].set_xlim(0.0, duration_s)
    lanes[-1].set_xlabel("seconds")
    figure.savefig(path)
