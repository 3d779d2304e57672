"""What is fitted of pieces whose traits are known."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.styles.fitting import fitted, written
from benchmarks.styles.judging import judge
from benchmarks.styles.pieces import BACKENDS, Piece, keep, kept
from grym.domain.composing.manner import heard_styles
from grym.domain.composing.manner.heard_styles import BRIGHTNESS_HZ, MEANS, SPREAD
from grym.domain.composing.manner.traits import COMPARED, Traits

SEEDS = 16


def piece(style: str, seed: int) -> Piece:
    """Return a piece whose traits lie around the mean of its style, independently of each other."""
    rng = np.random.default_rng([seed, len(style), ord(style[0])])
    values = np.array(MEANS[style]) + 0.3 * np.array(SPREAD) * rng.standard_normal(len(COMPARED))
    known = dict(zip(COMPARED, values.tolist(), strict=True))
    return Piece(
        style=style,
        backend=BACKENDS[seed % 2],
        seed=seed,
        tempo_bpm=100.0,
        swing=0.0,
        drums=style != "waltz",
        onsets_hz=5.0,
        traits=Traits(**known, onsets_hz=4.0, brightness_hz=BRIGHTNESS_HZ[style], swing=0.0),
    )


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    """Return sixteen pieces of every style."""
    return [piece(style, seed) for style in MEANS for seed in range(SEEDS)]


def test_means_spread_and_independence_are_found(pieces: list[Piece]) -> None:
    """To what sixteen examples a style allow."""
    found = fitted(pieces)
    away = [(found.means[style] - np.array(row)) / np.array(SPREAD) for style, row in MEANS.items()]
    assert np.abs(away).max() < 0.4
    assert found.spread == pytest.approx(0.3 * np.array(SPREAD), rel=0.2)
    assert np.diag(found.links) == pytest.approx(np.ones(len(COMPARED)), abs=0.1)


def test_what_is_written_is_the_module(pieces: list[Piece]) -> None:
    """The text that is printed runs, and has every name of the module in use, in bounds."""
    names: dict[str, object] = {}
    exec(written(pieces, {"piano": 800.0}), names)  # noqa: S102 (our own text)
    public = {name for name in vars(heard_styles) if name.isupper()}
    assert public <= set(names)
    assert names["DRUMS"] == {style: float(style != "waltz") for style in sorted(MEANS)}
    assert set(names["HEARD_SHARE"].values()) == {0.8}  # type: ignore[attr-defined]  # a mapping, as its module says


def test_pieces_are_kept(pieces: list[Piece], tmp_path: object) -> None:
    """Line by line, and read back as they were."""
    from pathlib import Path

    home = Path(str(tmp_path)) / "pieces.jsonl"
    for one in pieces[:3]:
        keep(one, home)
    assert kept(home) == pieces[:3]


def test_the_judge_tells_well_made_pieces(pieces: list[Piece]) -> None:
    """Pieces near the mean of their style are told, those of another name are not."""
    rows = [line for line in judge(pieces) if line.startswith("| both")]
    assert float(rows[0].split("|")[3]) > 0.9
    names = sorted(MEANS)
    wrong = [replace(one, style=names[(names.index(one.style) + 7) % len(names)]) for one in pieces]
    rows = [line for line in judge(wrong) if line.startswith("| both")]
    assert float(rows[0].split("|")[3]) < 0.1
