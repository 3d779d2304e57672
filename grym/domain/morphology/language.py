"""Where a piece might stand on Emmerson's language grid: heuristics, and named so.

Emmerson asks what a listener takes sounds for (aural or mimetic discourse) and where their order comes from (abstract
or abstracted syntax). No measurement answers that. What can be measured is how far a piece uses the means by which
music usually makes its sounds heard as pitch, pulse and key, and how far its order is one that exists before any sound:
a grid of beats, a key, sections that return. The two indices are plain means of such parts, each 0 to 1.

Reference: Emmerson (1986), "The relation of language to materials", in "The language of electroacoustic music", the
grid of figure 2.1.
"""

from collections.abc import Sequence

import numpy as np

from grym.domain.morphology.values import Language, Matter
from grym.domain.signal import FloatArray
from grym.domain.structure import Section

GRID_PARTS = 4
GRID_TOLERANCE_S = 0.025
"""An onset is on the grid within 25 ms of a quarter of a beat: what one hears as together with it."""


def language_of(
    *,
    matter: Matter | None,
    pulse: float,
    tonality: float,
    onsets_s: FloatArray,
    beats_s: FloatArray,
    sections: Sequence[Section],
) -> Language:
    """Return both indices with their parts.

    Parameters
    ----------
    matter
        What the sound is made of; None for silence.
    pulse, tonality
        Confidence of the tempo and of the key, 0–1.
    onsets_s, beats_s
        Times in seconds.
    sections
        The form, with labels.
    """
    aural = {"pitch": 0.0 if matter is None else matter.note, "pulse": pulse, "tonality": tonality}
    abstract = {"grid": on_grid(onsets_s, beats_s), "tonality": tonality, "recurrence": recurrence(sections)}
    return Language(
        aural=sum(aural.values()) / len(aural),
        abstract=sum(abstract.values()) / len(abstract),
        aural_parts=aural,
        abstract_parts=abstract,
    )


def on_grid(onsets_s: FloatArray, beats_s: FloatArray) -> float:
    """Return the share of onsets on quarters of beats beyond what chance would put there, 0–1; 0 without beats."""
    if len(beats_s) < 2 or not len(onsets_s):  # noqa: PLR2004 (a grid has a width)
        return 0.0
    inside = onsets_s[(onsets_s >= beats_s[0] - GRID_TOLERANCE_S) & (onsets_s <= beats_s[-1] + GRID_TOLERANCE_S)]
    if not len(inside):
        return 0.0
    number = np.interp(inside, beats_s, np.arange(len(beats_s))) * GRID_PARTS
    part_s = float(np.diff(beats_s).mean()) / GRID_PARTS
    hits = float(np.mean(np.abs(number - np.round(number)) * part_s <= GRID_TOLERANCE_S))
    chance = min(0.99, 2.0 * GRID_TOLERANCE_S / part_s)
    return max(0.0, (hits - chance) / (1.0 - chance)) * len(inside) / len(onsets_s)


def recurrence(sections: Sequence[Section]) -> float:
    """Return the share of the time in sections whose label comes more than once, 0–1."""
    labels = [section.label for section in sections]
    whole = sum(section.end_s - section.start_s for section in sections)
    again = sum(section.end_s - section.start_s for section in sections if labels.count(section.label) > 1)
    return again / whole if whole > 0.0 else 0.0
