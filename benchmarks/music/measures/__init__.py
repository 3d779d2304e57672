"""The measures: numbers a window of sixteen bars has, by family; equal for real and composed music.

Each measure is one number of one window, so that a set of windows gives a distribution of *values*. A measure that a
window cannot have (harmony of a single line) is left out.
"""

from collections.abc import Callable, Mapping

from benchmarks.music.measures.form import form
from benchmarks.music.measures.harmonic import harmonic
from benchmarks.music.measures.leading import leading
from benchmarks.music.measures.melodic import melodic
from benchmarks.music.measures.repetition import repetition
from benchmarks.music.measures.tonal import tonal
from benchmarks.music.pieces import Window

Measured = dict[str, dict[str, float]]
"""Values by family and measure."""

FAMILIES: Mapping[str, Callable[[Window], dict[str, float]]] = {
    "tonal": tonal,
    "melodic": melodic,
    "harmonic": harmonic,
    "leading": leading,
    "repetition": repetition,
    "form": form,
}
POLYPHONIC = frozenset({"harmonic", "leading"})


def measured(window: Window) -> Measured:
    """Return all measures of a window; those of harmony and voices only where there are at least two voices."""
    lines = len(window.voices) > 1
    return {name: family(window) for name, family in FAMILIES.items() if lines or name not in POLYPHONIC}
