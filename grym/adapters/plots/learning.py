"""The picture of learning: utility against the holdout, regret, coverage and the guard's turns, piece by piece."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from grym.domain.courses import ARMS, Course

INK, FAINT = "#1b1b1f", "#b9b9c2"
COLOURS = {"learned": "#0a7d5a", "trial": "#2f6fd0", "holdout": "#c2571a", "fallback": "#8a3ffc", "default": "#6f6f7a"}
NAMES = {
    "learned": "learned",
    "trial": "careful trial",
    "holdout": "default by lot",
    "fallback": "default by the guard",
    "default": "nothing learned yet",
}
WIDTH_IN, HEIGHT_IN, DPI = 10.0, 8.0, 110
HEIGHTS = (2.2, 1.1, 1.1)


def plot_course(course: Course, path: Path, *, title: str) -> None:
    """Draw the course of learning.

    Parameters
    ----------
    path
        A PNG file, written anew.
    title
        Heading: whose course it is.
    """
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, color=INK, fontsize=12, x=0.01, ha="left")
    utility, regret, coverage = figure.subplots(3, 1, sharex=True, height_ratios=HEIGHTS)
    _draw_utility(utility, course)
    _draw_regret(regret, course)
    _draw_coverage(coverage, course)
    for axis in (utility, regret, coverage):
        axis.grid(visible=True, axis="y", color=FAINT, lw=0.5, alpha=0.6)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(colors=INK, labelsize=9)
        axis.margins(x=0.01)
    coverage.set_xlabel("pieces, in the order in which they were finished")
    coverage.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.savefig(path)


def _draw_utility(axis: Axes, course: Course) -> None:
    """Draw every rating as a dot in the colour of its arm, and the mean of each arm so far."""
    for arm in ARMS:
        rated = _rated(course, arm)
        if not rated:
            continue
        axis.scatter(
            [at for at, _ in rated],
            [utility for _, utility in rated],
            s=16,
            color=COLOURS[arm],
            alpha=0.35,
            linewidths=0,
        )
        known = [(at, step.utility[arm]) for at, step in enumerate(course.steps, 1) if arm in step.utility]
        label = f"{NAMES[arm]} ({len(rated)} rated, mean {known[-1][1]:.2f})"
        axis.plot(*zip(*known, strict=True), color=COLOURS[arm], lw=2.0, label=label)
    axis.set_ylim(-0.04, 1.04)
    axis.set_ylabel("utility (1 star = 0, 5 stars = 1)")
    if axis.get_legend_handles_labels()[0]:
        axis.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, fontsize=9, frameon=False)


def _rated(course: Course, arm: str) -> list[tuple[int, float]]:
    """Return the number, from 1, and the utility of every rated piece of an arm."""
    served = enumerate(course.served, 1)
    return [(at, one.utility) for at, one in served if one.arm == arm and one.utility is not None]


def _draw_regret(axis: Axes, course: Course) -> None:
    axis.plot(range(1, len(course.steps) + 1), [step.regret for step in course.steps], color=INK, lw=1.6)
    axis.set_ylim(bottom=0.0)
    axis.set_ylabel("regret\nΣ (1 − utility)")


def _draw_coverage(axis: Axes, course: Course) -> None:
    """Draw the share of pieces served as learned, fallbacks as ticks, and where the guard turned."""
    numbers = range(1, len(course.steps) + 1)
    axis.plot(numbers, [step.coverage for step in course.steps], color=COLOURS["learned"], lw=1.8)
    fallen = [at for at, one in enumerate(course.served, 1) if one.arm == "fallback"]
    axis.plot(fallen, [0.03] * len(fallen), "|", color=COLOURS["fallback"], ms=9, label="fallback")
    for after, serving in course.guard:
        axis.axvline(after + 0.5, color=COLOURS["learned" if serving else "fallback"], lw=1.0, ls="--", alpha=0.8)
    axis.set_ylim(0.0, 1.04)
    axis.set_ylabel("coverage\n(served as learned)")
    if fallen or course.guard:
        told = (
            "dashed: the guard begins (green) or stops (violet) to serve what was learned; ticks: default by the guard"
        )
        axis.set_title(told, loc="left", fontsize=8.5, color=INK)
