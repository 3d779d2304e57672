"""The picture of a repair: the sound before, after, and what was taken away or changed, all on one scale of levels."""

from pathlib import Path
from typing import Any

from grym.adapters.plots.sounds import draw_spectrogram, draw_wave, figure, save, subtitle
from grym.domain.signal import Signal


def draw_repair(before: Signal, after: Signal | None, result: dict[str, Any], path: Path) -> None:
    """Draw a repair.

    Parameters
    ----------
    after
        None where the original was kept.
    result
        Of the request, for ``file``, ``kept`` and ``steps``.
    path
        The PNG file that is written.
    """
    rows = [("before", before)]
    if after is not None:
        difference = Signal(samples=before.samples - after.samples, sample_rate_hz=before.sample_rate_hz)
        rows += [("after", after), ("difference", difference)]
    heights = [part for _ in rows for part in (0.4, 1.2)]
    drawing, axes = figure(before, heights=heights, title=Path(str(result.get("file", ""))).name)
    subtitle(drawing, about(result))
    for number, (name, signal) in enumerate(rows):
        wave, levels = axes[2 * number : 2 * number + 2]
        draw_wave(wave, signal)
        wave.set_ylabel(f"{name}\n(full scale = 1)")
        draw_spectrogram(drawing, levels, signal)
    save(drawing, path)


def about(result: dict[str, Any]) -> str:
    """Return what was repaired, in a line."""
    kept = dict.fromkeys(step["stage"] for step in result.get("steps", ()) if step["outcome"] == "kept")
    return f"repaired: {', '.join(kept)}" if kept else "nothing was changed"
