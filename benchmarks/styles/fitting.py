"""What styles sound like, as numbers: means, one covariance, and what scores and sounds have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.styles.pieces import Piece
from grym.domain.composing.manner.traits import COMPARED

Floats = NDArray[np.float64]

TOWARDS_INDEPENDENCE = 0.5
"""Share of the identity in the correlations: of 0.3, 0.5, 0.7 and 1, 0.3 and 0.5 do alike across renderers."""


HEAD = '"""What pieces of each style sound like, as ``python -m benchmarks.styles fit`` found; not written by hand."""'


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The numbers of `grym.domain.composing.manner.heard_styles`."""

    means: dict[str, Floats]
    spread: Floats
    links: Floats
    middle: Floats
    whole: Floats


def fitted(pieces: Sequence[Piece]) -> Fitted:
    """Fit one normal distribution a style, all of one covariance."""
    styles = sorted({piece.style for piece in pieces})
    given = np.array([piece.traits.vector() for piece in pieces])
    which = np.array([styles.index(piece.style) for piece in pieces])
    means = np.array([given[which == at].mean(axis=0) for at in range(len(styles))])
    rest = given - means[which]
    covariance = rest.T @ rest / (len(pieces) - len(styles))
    spread = np.sqrt(np.diag(covariance))
    linked = (1 - TOWARDS_INDEPENDENCE) * covariance / np.outer(spread, spread)
    linked += TOWARDS_INDEPENDENCE * np.eye(len(COMPARED))
    return Fitted(
        means=dict(zip(styles, means, strict=True)),
        spread=spread,
        links=np.linalg.inv(linked),
        middle=given.mean(axis=0),
        whole=given.std(axis=0),
    )


def written(pieces: Sequence[Piece], voices: Mapping[str, float]) -> str:
    """Write the numbers as the source of their module.

    Parameters
    ----------
    voices
        Brightness of every instrument in Hz.
    """
    found = fitted(pieces)
    drums = _by_style(pieces, lambda piece: float(piece.drums), np.mean)
    ratios = _by_style(pieces, lambda piece: piece.traits.onsets_hz / piece.onsets_hz, np.median)
    bright = _by_style(pieces, lambda piece: piece.traits.brightness_hz, np.median)
    return "\n".join(
        [
            HEAD,
            "",
            "# Columns are those of `traits.COMPARED`.",
            "# fmt: off",
            "MEANS: dict[str, tuple[float, ...]] = {",
            *(line for name, row in found.means.items() for line in (f'    "{name}": (', *_lines(row, 8), "    ),")),
            "}",
            *_table("SPREAD", found.spread),
            *_table("MIDDLE", found.middle),
            *_table("WHOLE", found.whole),
            '"""Spread within a style; mean and spread over all styles."""',
            "LINKS: tuple[tuple[float, ...], ...] = (",
            *(line for row in found.links for line in ("    (", *_lines(row, 8), "    ),")),
            ")",
            '"""Inverse of the correlations within a style."""',
            *_mapping("DRUMS", drums),
            '"""Share of the pieces with drums."""',
            *_mapping("HEARD_SHARE", ratios),
            '"""Onsets that are heard for each that is written: soft ones and those under others are not."""',
            *_mapping("BRIGHTNESS_HZ", {name: round(value) for name, value in bright.items()}),
            '"""Mean spectral centroid of pieces of each style."""',
            *_mapping("VOICES_HZ", dict(voices)),
            '"""Mean spectral centroid of each instrument alone (`benchmarks.styles.voices`)."""',
            "# fmt: on",
            "",
        ]
    )


def _by_style(
    pieces: Sequence[Piece], measure: Callable[[Piece], float], middle: Callable[[list[float]], float]
) -> dict[str, float]:
    styles = sorted({piece.style for piece in pieces})
    return {name: round(float(middle([measure(p) for p in pieces if p.style == name])), 2) for name in styles}


def _lines(row: Floats, indent: int) -> list[str]:
    """Write numbers to three digits, nine a line."""
    texts = [f"{float(f'{value:.3g}'):g}" for value in row]
    return [" " * indent + ", ".join(texts[at : at + 9]) + "," for at in range(0, len(texts), 9)]


def _table(name: str, row: Floats) -> list[str]:
    return [f"{name}: tuple[float, ...] = (", *_lines(row, 4), ")"]


def _mapping(name: str, values: dict[str, float]) -> list[str]:
    entries = [f'"{style}": {value:g},' for style, value in values.items()]
    lines = ["    " + " ".join(entries[at : at + 5]) for at in range(0, len(entries), 5)]
    return [f"{name}: dict[str, float] = {{", *lines, "}"]
