"""The character of a melody: what distinguishes one tune of a style from the next.

Tunes of one kind differ more from each other than chance inside a tune explains: some leap and some crawl, some say
every note twice, some keep to one rhythm. These leanings are drawn once a piece and hold throughout it.
"""

from dataclasses import dataclass

from grym.domain.composing.seeds import stream


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
    """

    leaps: float = 1.0
    repeats: float = 0.3
    arc_semitones: float = 5.0
    unity: float = 0.5
    plainness: float = 0.5


USUAL = Character()


def character_of(*, identity: str, seed: int) -> Character:
    """Draw the leanings of a piece."""
    rng = stream(seed, "character", identity)
    return Character(
        leaps=0.45 + 1.15 * rng.random(),
        repeats=rng.random() ** 2,
        arc_semitones=2.0 + 5.0 * rng.random(),
        unity=0.25 + 0.6 * rng.random(),
        plainness=rng.random(),
    )
