"""Pictures of laws."""

from pathlib import Path

from matplotlib.image import imread

from grym.adapters.formal_plots import plot_laws
from grym.domain.composing.formal.control import control_stream
from grym.domain.composing.formal.presets import choices_named
from grym.domain.composing.seeds import stream


def test_each_law_has_a_lane(tmp_path: Path) -> None:
    """A preset of more laws makes a taller picture of the same width, and something is drawn."""
    heights = []
    for name in ("dynamic-evolution=0.5", "glitch-textures"):
        laws = [
            (choice, control_stream(choice, duration_s=8.0, tempo_bpm=120.0, rng=stream(1, "x")))
            for choice in choices_named(name)
        ]
        plot_laws(laws, tmp_path / "laws.png", duration_s=8.0, title=name)
        pixels = imread(tmp_path / "laws.png")
        heights.append(pixels.shape[0])
        assert pixels[..., :3].min() < 0.2 < pixels[..., :3].mean()
    assert heights[1] > heights[0]
