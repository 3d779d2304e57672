"""Themes: how the phrases of a section belong together.

A scheme names the phrases of a section by letters and says how each closes. Phrases of one letter share rhythm,
chords and tune up to their endings, so a period is ``a; a.`` (the same opening answered by a stronger close) and a
song form ``a. a. b; a.``; ``p`` presents a basic idea twice and ``q`` breaks it up and cadences, which together is a
sentence. Closing marks: ``;`` half, ``,`` open (goes on without a cadence), ``.`` authentic.

References
----------
Caplin 1998, ch. 3 (sentence), 4 (period), 5 (hybrid themes); Stein 1979, ch. 3 to 5 (phrase groups, song forms);
Jaffe 1996, ch. 5 (the three phrases of a blues chorus).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grym.domain.composing.form import Closing, Passage, material
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style

_MARKS: dict[str, Closing] = {";": "half", ",": "open", ".": "authentic"}

Schemes = tuple[tuple[float, str], ...]

# Schemes by number of phrases. Song-like music repeats whole phrases, classical themes answer and develop them.
SONG: Mapping[int, Schemes] = {
    1: ((1, "a."),),
    2: ((3, "a; a."), (3, "a; b."), (1, "a. b.")),
    3: ((2, "a; a; b."), (1, "a; b; a."), (1, "a; b; b.")),
    4: ((4, "a; a. b; a."), (2, "a; b; a; b."), (2, "a; a. b; b."), (2, "a; b; a; c."), (1, "a; a. b; c.")),
}
CLASSICAL: Mapping[int, Schemes] = {
    1: ((1, "a."),),
    2: ((3, "a; a."), (3, "p, q."), (2, "a; b."), (1.5, "a; q.")),
    3: ((2, "a; a; b."), (2, "p, q; b."), (1, "a; b; a.")),
    4: ((2, "a; b; a; c."), (2, "a; a. b; a."), (2, "p, q; p, q."), (1, "a; a. b; q."), (1, "a; b; a; b.")),
}
# Quartets go on to something else rather than repeat a phrase at once.
DEVELOPED: Mapping[int, Schemes] = {
    1: ((1, "a."),),
    2: ((1.5, "a; a."), (3, "p, q."), (3, "a; b."), (1.5, "a; q.")),
    3: ((2, "a; b; c."), (2, "p, q; b."), (1, "a; b; a.")),
    4: ((3, "a; b; c; d."), (2, "a; b; a; c."), (2, "p, q; b; q."), (1, "a; b; c; q.")),
}
LOOPED: Mapping[int, Schemes] = {
    1: ((1, "a."),),
    2: ((4, "a, a."), (2, "a, b."), (1, "a; a.")),
    3: ((2, "a, a, b."), (1, "a, b, a.")),
    4: ((3, "a, a, b, a."), (2, "a, b, a, b."), (2, "a, a, b, b."), (1, "a, b, a, c.")),
}
BLUES: Mapping[int, Schemes] = {**SONG, 3: ((4, "a, a, b."), (1, "a, b, c."))}
# Lines of a hymn are all different but for the repeated Stollen, which are sections here.
HYMN: Mapping[int, Schemes] = {
    1: ((1, "a."),),
    2: ((1, "a; b."),),
    3: ((3, "a; b; c."), (1, "a; b; b.")),
    4: ((4, "a; b; c; d."), (1, "a; b; c; b."), (1, "a; b; a; c.")),
}
_BY_DIALECT: Mapping[str, Mapping[int, Schemes]] = {
    "classical": CLASSICAL,
    "folk": SONG,
    "jazz": SONG,
    "loops": LOOPED,
    "blues": BLUES,
}
_SONGS = frozenset({"folk", "loops", "blues"})
_SONG_FORMS = frozenset({"march", "binary", "strophic"})
_LONGEST = 4
# Share of inner full closes that turn out deceptive.
_AVOIDED = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class PhrasePlan:
    """One phrase of a section.

    Parameters
    ----------
    label
        Its letter; ``p`` is a presentation and ``q`` a continuation.
    index, first_bar, bars
        Which one it is, where in the section it begins and how long it is.
    statement
        How many phrases of its letter came before in this section.
    closing
        How it ends; the section's own closing for the last one.
    is_last
        Whether the section ends with it.
    chorus_bars
        Length of the blues chorus it would be part of: 12, 8 or 4 bars.
    """

    label: str
    index: int
    first_bar: int
    bars: int
    statement: int
    closing: Closing
    is_last: bool
    chorus_bars: int = 4


def is_song(style: Style) -> bool:
    """Tell whether a style's tunes say the same again rather than develop it: songs, dances, marches."""
    return style.dialect in _SONGS or style.form in _SONG_FORMS


def schemes_of(style: Style) -> Mapping[int, Schemes]:
    """Return the schemes that a style's sections follow."""
    if style.satb:
        return HYMN
    if style.writing == "quartet":
        return DEVELOPED
    return SONG if style.dialect == "classical" and is_song(style) else _BY_DIALECT[style.dialect]


def scheme_of(passage: Passage, style: Style, *, identity: str, seed: int) -> tuple[PhrasePlan, ...]:
    """Plan the phrases of a section; sections of one name have one scheme."""
    rng = stream(seed, "scheme", identity, material(passage.name))
    words = _words(len(passage.phrases), schemes_of(style), rng=rng)
    found: list[PhrasePlan] = []
    for index, (bars, word) in enumerate(zip(passage.phrases, words, strict=True)):
        is_last = index == len(words) - 1
        found.append(
            PhrasePlan(
                label=word[0],
                index=index,
                first_bar=sum(passage.phrases[:index]),
                bars=bars,
                statement=sum(one.label == word[0] for one in found),
                closing=passage.closing if is_last else _closing(word, style, rng=rng),
                is_last=is_last,
                chorus_bars={2: 8, 3: 12}.get(len(words), 4),
            )
        )
    return tuple(found)


def _closing(word: str, style: Style, *, rng: np.random.Generator) -> Closing:
    """Read how an inner phrase closes; now and then a classical full close is avoided."""
    closing = _MARKS[word[-1]]
    avoided = chance(rng, _AVOIDED) and style.dialect == "classical" and closing == "authentic"
    return "deceptive" if avoided else closing


def _words(count: int, schemes: Mapping[int, Schemes], *, rng: np.random.Generator) -> list[str]:
    """Choose the scheme of so many phrases; long sections are groups of four, and the last two groups share the rest.

    A last phrase of its own would hang in the air, so five are three and two.
    """
    lengths: list[int] = []
    while count > 0:
        lengths.append(3 if count == _LONGEST + 1 else min(count, _LONGEST))
        count -= lengths[-1]
    words: list[str] = []
    for length in lengths:
        rows = schemes[length]
        words += pick(rng, [text for _, text in rows], [weight for weight, _ in rows]).split()
    return words
