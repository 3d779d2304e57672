"""Form: which sections a piece has, how long they are, into which phrases they fall and how each comes to rest.

A form family is a cycle of section names that can be cut and repeated; the planner tries unit lengths and keeps the
layout that fills the bars with the least left over for an introduction and a coda. Sections of one name return with
their material, so the forms are those of the textbooks: period and sentence inside sections, ternary, song form,
bar form, strophes, verse and chorus (Caplin 1998; Stein 1979).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from grym.domain.composing.plan import SectionPlan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import FormFamily

Closing = Literal["half", "open", "deceptive", "authentic", "final"]

# Section names of each family: short layouts first, then the cycle that longer pieces repeat.
_SHORT: dict[FormFamily, tuple[str, ...]] = {
    "aba": ("A", "A A", "A B A", "A A B A"),
    "aaba": ("A", "A A", "A B A", "A A B A"),
    "strophic": ("A", "A A", "A A A", "A A B A"),
    "binary": ("A", "A A", "A B", "A A B B"),
    "rondo": ("A", "A A", "A B A", "A B A C A"),
    "variations": ("theme", "theme variation", "theme variation variation"),
    "through": ("A", "A B", "A B C", "A B C D"),
    "bar": ("A", "A A", "A A B"),
    "march": ("A", "A A", "A B A", "A A B B", "A A B B C A"),
    "verse": ("verse", "verse chorus", "verse chorus verse chorus", "verse verse chorus verse chorus"),
    "build": ("A", "A A", "A B A", "A A B A"),
    "chorus": ("A", "A A", "A A A"),
    "arc": ("A", "A A", "A B A", "A B C A"),
}
_CYCLE: dict[FormFamily, tuple[str, str]] = {
    # (what repeats, what closes)
    "aba": ("A A B A C", "A"),
    "aaba": ("A A B A C C", "A"),
    "strophic": ("A A B", "A"),
    "binary": ("A A B B", "B"),
    "rondo": ("A B A C", "A"),
    "variations": ("variation", "variation"),
    "through": ("A B C D E F", "G"),
    "bar": ("A A B", "A A B"),
    "march": ("A A B B C C", "A"),
    "verse": ("verse chorus verse chorus bridge chorus", "chorus"),
    "build": ("A A B B C", "A"),
    "chorus": ("A A B", "A"),
    "arc": ("A B A C", "A"),
}
PHRASE_BARS = 4
# What comes once before the cycle.
_HEAD: dict[FormFamily, str] = {"variations": "theme"}
# Families whose pieces begin with the theme.
_UNINTRODUCED = frozenset({"strophic", "bar", "binary", "rondo", "variations", "through", "march"})
# Ten minutes of the quickest music have so many sections at most.
_MAX_NAMES = 144
# Sections that contrast, and how many letters there are for them: B to Y.
_CONTRASTS = frozenset("BCDEFGH")
_MOST_LETTERS = 24
_MAX_INTRO = 4
_MAX_CODA = 4
_SHORTEST_UNIT = 4
# Bar form in bars: two Stollen of four and an Abgesang; stanzas of hymns have about sixteen.
_SHORTEST_STANZA = 12
_USUAL_STANZA = 17

# A section is best between a short period and a long one (seconds).
_IDEAL_SECTION_S = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A section in place.

    Parameters
    ----------
    start_bar
        Bar where it begins, from 0.
    phrases
        Lengths of its phrases in bars; their sum is `bars`.
    occurrence
        How many sections of this name came before.
    closing
        How its last phrase ends: half (goes on), authentic (rests), final (the piece ends here).
    tonality
        The key it is in, where it is not that of the piece.
    returns_to
        The key whose dominant its last chord is, where the piece goes home after it.
    """

    name: str
    start_bar: int
    bars: int
    phrases: tuple[int, ...]
    intensity: float
    occurrence: int
    closing: Closing
    tonality: Tonality | None = None
    returns_to: Tonality | None = None


def material(name: str) -> str:
    """Return the name of the section whose material a section is made of: variations are made of the theme."""
    return "theme" if name == "variation" else name


def layout(bars: int, *, family: FormFamily, bar_s: float, dynamics: float) -> tuple[SectionPlan, ...]:
    """Divide a piece into sections.

    Parameters
    ----------
    bars
        Length of the piece in bars, ≥ 1.
    bar_s
        Length of a bar in seconds: long sections of fast music have more bars.
    dynamics
        0 (even) to 1 (large arcs of intensity).
    """
    if bars < _SHORTEST_UNIT:
        return (SectionPlan(name=_SHORT[family][0], bars=bars, intensity=0.5),)
    if family == "bar" and bars >= _SHORTEST_STANZA:
        return _shaped(_stanzas(bars), dynamics=dynamics)
    best = min(_layouts(bars, family), key=lambda found: _cost(found, bar_s=bar_s, family=family))
    names, unit, intro, coda = best
    body = [SectionPlan(name=name, bars=unit, intensity=0.0) for name in names]
    sections = [SectionPlan(name="intro", bars=intro, intensity=0.0)] * (intro > 0) + body
    sections += [SectionPlan(name="coda", bars=coda, intensity=0.0)] * (coda > 0)
    return _shaped(sections, dynamics=dynamics)


def _shaped(sections: list[SectionPlan], *, dynamics: float) -> tuple[SectionPlan, ...]:
    """Give sections their intensities."""
    return tuple(
        SectionPlan(name=section.name, bars=section.bars, intensity=_intensity(at, sections, dynamics=dynamics))
        for at, section in enumerate(sections)
    )


def _stanzas(bars: int) -> list[SectionPlan]:
    """Lay out bar form: two equal Stollen and an Abgesang that is longer, in as many stanzas as there is time for."""
    count = max(1, round(bars / _USUAL_STANZA))
    lengths = [bars // count // 2 * 2] * count
    lengths[-1] += bars - sum(lengths)
    sections: list[SectionPlan] = []
    for length in lengths:
        stollen = 4 if length < 22 else 6 if length < 30 else 8
        for name, part in (("A", stollen), ("A", stollen), ("B", length - 2 * stollen)):
            sections.append(SectionPlan(name=name, bars=part, intensity=0.0))
    return sections


_Layout = tuple[tuple[str, ...], int, int, int]


def _layouts(bars: int, family: FormFamily) -> Iterator[_Layout]:
    """Yield every way to fill the bars: names, unit length, intro and coda."""
    cycle, close = _CYCLE[family]
    words = cycle.split()
    whole = [name for turn in range(_MAX_NAMES // len(words)) for name in _turn(words, turn)]
    head = _HEAD.get(family, "").split()
    cut = [(*head, *whole[:count], *close.split()) for count in range(2, len(whole))]
    for names in (*(tuple(text.split()) for text in _SHORT[family]), *cut):
        for unit in (_SHORTEST_UNIT, 6, 8, 12, 16):
            rest = bars - unit * len(names)
            if 0 <= rest <= _MAX_INTRO + _MAX_CODA:
                for coda in range(max(0, rest - _MAX_INTRO), min(_MAX_CODA, rest) + 1):
                    yield names, unit, rest - coda, coda


def _turn(words: Sequence[str], turn: int) -> list[str]:
    """Return the sections of a cycle's later turn: contrasting sections are new ones, the first returns (rondo).

    Long pieces would say the same four things for ten minutes otherwise. Names that are words (``chorus``) return too.
    """
    fresh = len({name for name in words if name in _CONTRASTS})
    return [
        chr(ord("B") + (ord(name) - ord("B") + turn * fresh) % _MOST_LETTERS) if name in _CONTRASTS else name
        for name in words
    ]


def _cost(found: _Layout, *, bar_s: float, family: FormFamily) -> float:
    """Weigh a layout: sections of a good length, even phrases, contrast and return, short margins."""
    names, unit, intro, coda = found
    cost = abs(unit * bar_s - _IDEAL_SECTION_S) / _IDEAL_SECTION_S
    # Strains of dances and marches are eight bars long and repeated.
    long = 0.7 if family in {"binary", "march"} else 0.1
    cost += {4: 0.35, 8: 0.0, 16: long, 12: 0.0 if family == "chorus" else 0.6, 6: 0.9}.get(unit, 3.0)
    cost += (
        0.15 * (len(names) > 4 and names[-1] == names[-2])
        + 0.5 * (len(names) == 1)
        + 0.25 * (len(set(names)) == 1) * (family != "chorus")
    )
    cost += {0: 0.15, 1: 0.0, 2: 0.0}.get(coda, 0.25 * coda - 0.3)
    cost += {0: 0.0, 1: 0.35, 2: 0.05, 3: 0.4, 4: 0.1}[intro] + 0.5 * (intro * bar_s > 9)
    cost += 1.0 * (intro > 0 and family in _UNINTRODUCED)
    return cost


def _intensity(at: int, sections: list[SectionPlan], *, dynamics: float) -> float:
    """Shape the whole: rising to about two thirds of the piece, choruses above verses, ends calmer."""
    name = sections[at].name
    if name == "intro":
        return 0.3
    if name == "coda":
        return 0.35
    place = at / max(1, len(sections) - 1)
    arc = 1.0 - abs(place - 0.65) / 0.65
    lift = {"chorus": 0.2, "B": 0.08, "C": 0.15, "bridge": -0.1}.get(name, 0.0)
    return round(min(1.0, max(0.1, 0.5 + (arc - 0.5) * 0.6 * dynamics + lift * (0.5 + dynamics))), 3)


def passages(
    sections: tuple[SectionPlan, ...], *, loop: bool = False, phrase_bars: int = PHRASE_BARS
) -> tuple[Passage, ...]:
    """Place the sections one after the other and decide their phrases and closings.

    Parameters
    ----------
    loop
        The piece goes round: its last section stays open, so that it leads to the first.
    phrase_bars
        Usual length of a phrase, 2 or 4 bars.
    """
    seen: dict[str, int] = {}
    found: list[Passage] = []
    bar = 0
    last_body = max((at for at, section in enumerate(sections) if section.name not in {"intro", "coda"}), default=0)
    for at, section in enumerate(sections):
        following = sections[at + 1].name if at + 1 < len(sections) else None
        found.append(
            Passage(
                name=section.name,
                start_bar=bar,
                bars=section.bars,
                phrases=phrase_lengths(section.bars, phrase_bars=phrase_bars),
                intensity=section.intensity,
                occurrence=seen.get(section.name, 0),
                closing="half"
                if loop and following is None
                else _closing(section.name, following, is_last_body=at == last_body),
            )
        )
        seen[section.name] = seen.get(section.name, 0) + 1
        bar += section.bars
    return tuple(found)


def _closing(name: str, following: str | None, *, is_last_body: bool) -> Closing:
    """Decide how a section ends: openly before its own return or after an introduction, at rest otherwise."""
    if following is None or (is_last_body and following == "coda"):
        return "final"
    if name in ("intro", following):
        return "half"
    return "authentic"


def phrase_lengths(bars: int, *, phrase_bars: int = PHRASE_BARS) -> tuple[int, ...]:
    """Divide a section into phrases of four bars (or two), the last of which takes what is left over."""
    if bars < phrase_bars + phrase_bars // 2:
        return (bars,)
    count = bars // phrase_bars
    lengths = [phrase_bars] * count
    rest = bars - phrase_bars * count
    if rest == 3:
        return (*lengths, 3)
    lengths[-1] += rest
    return tuple(lengths)
