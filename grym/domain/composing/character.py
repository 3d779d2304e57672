"""The character of a melody: what distinguishes one tune of a style from the next.

Tunes of one kind differ more from each other than chance inside a tune explains: some leap and some crawl, some say
every note twice, some keep to one rhythm. These leanings are drawn once a piece and hold throughout it.
"""

from dataclasses import dataclass

from grym.domain.composing.scheme import is_song
from grym.domain.composing.seeds import pick, stream
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
    lean_semitones
        How far phrases lie from each other in register.
    contrast
        How much the ideas of a section differ in density, 0 to 1.
    unity
        Share of ideas that keep the rhythm of the section's first, 0 to 1.
    plainness
        Share of repetitions that bring nothing new, 0 to 1.
    shape
        How strictly the contour of ideas is kept, 1 as usual; hymns would rather move by step.
    colour
        Share of chromatic neighbours and passing tones among those possible, 0 to 1.
    gaps
        Degrees of the scale, from 0, that the tune avoids: the fourth and seventh in tunes of gapped scales.
    chords
        How much the harmony binds the tune, 1 as usual; less where chords are chosen for the tune afterwards.
    """

    leaps: float = 1.0
    repeats: float = 0.3
    arc_semitones: float = 5.0
    lean_semitones: float = 3.0
    contrast: float = 0.2
    unity: float = 0.5
    plainness: float = 0.5
    shape: float = 1.0
    chords: float = 1.0
    colour: float = 0.0
    gaps: tuple[int, ...] = ()


USUAL = Character()

# Chromatic tones belong to music for instruments since the classics, hardly to folk tunes and hymns.
_COLOUR = {"classical": 0.5, "jazz": 0.25, "blues": 0.2}
# Folk tunes avoid the fourth or the seventh degree or both (Kolinski 1961, on pentatonic and hexatonic tunes).
_GAPS: tuple[tuple[int, ...], ...] = ((), (3,), (6,), (3, 6))
_GAPS_OF_FOLK = (6.0, 1.5, 1.5, 1.0)


def character_of(style: Style, *, identity: str, seed: int) -> Character:
    """Draw the leanings of a piece; tunes for a choir move by step (Jeppesen 1939, ch. 3)."""
    rng = stream(seed, "character", identity)
    # Themes for instruments range and contrast more than tunes for voices (Caplin 1998, ch. 2; von Hippel 2000).
    wide = style.dialect == "classical" and not style.satb and not is_song(style)
    quartet = style.writing == "quartet"
    return Character(
        leaps=2.2 + rng.random() if style.satb else (0.2 if wide else 0.45) + (0.8 if wide else 1.15) * rng.random(),
        repeats=rng.random() ** 2,
        arc_semitones=2.0 + (8.0 if wide else 5.0) * rng.random(),
        lean_semitones=(4.0 if wide else 2.0) + (8.0 if wide else 2.0) * rng.random(),
        contrast=(0.9 if quartet else 0.4 if wide else 0.1) + 0.3 * rng.random(),
        unity=(0.5 if is_song(style) else 0.0 if quartet else 0.25) + (0.2 if quartet else 0.5) * rng.random(),
        plainness=_plainness(style, rng.random()),
        shape=0.45 if style.satb else 1.0,
        chords=0.25 if style.satb else 1.0,
        colour=_colour(style) * (0.4 + rng.random()),
        gaps=pick(rng, _GAPS, _GAPS_OF_FOLK) if style.dialect == "folk" else (),
    )


def _colour(style: Style) -> float:
    """Return the usual share of chromatic tones: hymns, songs and marches have none, rags have."""
    plain = style.satb or (is_song(style) and style.rhythm != "rag")
    return 0.0 if plain else _COLOUR.get(style.dialect, 0.0)


def _plainness(style: Style, point: float) -> float:
    """Return the share of plain repetitions: hymns are repeated as they were, songs nearly, themes ornamented."""
    if style.satb:
        return 1.0
    return 0.75 + 0.25 * point if is_song(style) else 0.75 * point
