"""The character of a melody: what distinguishes one tune of a style from the next.

Tunes of one kind differ more from each other than chance inside a tune explains: some leap and some crawl, some say
every note twice, some keep to one rhythm. These leanings are drawn once a piece and hold throughout it.
"""

from dataclasses import dataclass

from grym.domain.composing.seeds import stream
from grym.domain.composing.styles import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Leanings of one piece.

    Parameters
    ----------
    leaps
        What leaps cost against the usual, about 0.45 (wide tunes) to 1.6 (tunes of steps).
    repeats
        How welcome repeated notes are, 0 to 1.
    arc_semitones
        How far phrases rise and fall.
    unity
        Share of ideas that keep the rhythm of the section's first, 0 to 1.
    plainness
        Share of repetitions that bring nothing new, 0 to 1.
    shape
        How strictly the contour of ideas is kept, 1 as usual; hymns would rather move by step.
    chords
        How much the harmony binds the tune, 1 as usual; less where chords are chosen for the tune afterwards.
    """

    leaps: float = 1.0
    repeats: float = 0.3
    arc_semitones: float = 5.0
    unity: float = 0.5
    plainness: float = 0.5
    shape: float = 1.0
    chords: float = 1.0


USUAL = Character()


def character_of(style: Style, *, identity: str, seed: int) -> Character:
    """Draw the leanings of a piece; tunes for a choir move by step (Jeppesen 1939, ch. 3)."""
    rng = stream(seed, "character", identity)
    return Character(
        leaps=(2.2 if style.satb else 0.0) + 0.45 + 1.15 * rng.random(),
        repeats=rng.random() ** 2,
        arc_semitones=2.0 + 5.0 * rng.random(),
        unity=0.25 + 0.6 * rng.random(),
        plainness=1.0 if style.satb else rng.random(),
        shape=0.45 if style.satb else 1.0,
        chords=0.25 if style.satb else 1.0,
    )
