"""A style made from a recording: that of grym which sounds most like it, with what was measured in place of its own.

Where no style of grym is surely a recording's own, its name would promise too much. So the nearest one lends harmony,
form and players, and metre, mode, swing, drums or none and how much happens in a bar are the recording's. Patterns
are chosen among those of the three nearest styles and a few plain ones so that as many onsets are written as were
heard, told by how many of them are heard in pieces of that style.
"""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grym.domain.composing.manner.by_ear import ByEar
from grym.domain.composing.manner.heard_styles import BRIGHTNESS_HZ, HEARD_SHARE, VOICES_HZ
from grym.domain.composing.manner.traits import Traits
from grym.domain.composing.metrics import bar_steps, beat_steps, is_compound
from grym.domain.composing.patterns import BASS, CHORDS, DRUMS, Pattern
from grym.domain.composing.patterns.pattern import bar_text
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre
from grym.domain.composing.styles import STYLES, Style
from grym.domain.composing.styles.checking import FASTEST_BPM, SLOWEST_BPM

SURE = 0.7
"""From here on a style is taken for the recording's own: rendered pieces that are told so surely are right in nearly
four of five cases across renderers (`benchmarks.styles`)."""
DRUMS_FROM = 0.5
SWUNG = 0.4
"""From here on off-beats are nearer to the triplet than to the half."""
_NEAREST = 3
_PLAIN_CHORDS, _PLAIN_BASSES = ("halves", "quarters", "eighths", "arp", "arp-eighths"), ("hold", "halves", "quarters")
_PLAIN_DRUMS = ("rock", "brushes", "lofi", "folk")
_SWUNG_DRUMS = ("swing", "shuffle")
_FOREIGN = 0.12
"""What a pattern that is not of the nearest style costs, in octaves of onsets."""
_TEMPO_SPAN = 1.1
_OFFERED = 2
_BARS = 2
_EMPTY = frozenset(".,")


def style_after(traits: Traits, heard: ByEar, *, tempo_bpm: float, metre: Metre, mode: str) -> Style:
    """Return a style that has the traits of a recording.

    Parameters
    ----------
    tempo_bpm, metre, mode
        Of the recording as it will be written, in quarter notes a minute.
    """
    base = STYLES[heard.best]
    drummed = heard.drums >= DRUMS_FROM
    near = [STYLES[name] for name in itertools.islice(heard.styles, _NEAREST)]
    goal = written_hz(traits, base.name) * metre.bar_ticks / TICKS_PER_QUARTER * 60.0 / tempo_bpm
    chords, bass, drums = _patterns(base, near, _Wanted(traits=traits, metre=metre, onsets=goal), drummed=drummed)
    octaves = math.log2(traits.brightness_hz / BRIGHTNESS_HZ[base.name])
    return replace(
        base,
        name=f"{base.name}-like",
        words=(),
        tempo_bpm=_tempi(tempo_bpm),
        metres=(str(metre),),
        modes=(mode,),
        rhythm=_rhythm(base, traits.swing),
        swing=round(traits.swing, 2),
        accompaniments=(chords,),
        basses=(bass,),
        bass=base.bass or (("bass guitar",) if drummed else ()),
        drums=drums,
        drums_optional=False,
        fills=(base.fills or ("soft",)) if drums else (),
        crashes=base.crashes and bool(drums),
        satb=base.satb and not drummed,
        writing="" if drummed else base.writing,
        melody=_players("melody", base, near, octaves),
        chords=_players("chords", base, near, octaves),
        pad=_players("pad", base, near, octaves),
        counter=_players("counter", base, near, octaves),
    )


def written_hz(traits: Traits, style: str) -> float:
    """Return how many onsets a second have to be written for as many to be heard as in a recording."""
    return traits.onsets_hz / HEARD_SHARE[style]


def _tempi(tempo_bpm: float) -> tuple[float, float, float]:
    """Return tempi around one, within bounds."""
    slow, fast = max(SLOWEST_BPM, tempo_bpm / _TEMPO_SPAN), min(FASTEST_BPM, tempo_bpm * _TEMPO_SPAN)
    return round(slow, 1), round(min(fast, max(slow, tempo_bpm)), 1), round(fast, 1)


def _players(role: str, base: Style, near: Iterable[Style], octaves: float) -> tuple[str, ...]:
    """Return who may play a role, of those the nearest styles give it to: the one whose brightness suits first.

    Parameters
    ----------
    octaves
        How much brighter the recording is than pieces of the nearest style.
    """
    own: tuple[str, ...] = getattr(base, role)
    if not own:
        return ()
    usual = math.fsum(math.log2(VOICES_HZ[name]) for name in own) / len(own)
    known = dict.fromkeys((*own, *(name for one in near for name in getattr(one, role))))
    return tuple(sorted(known, key=lambda name: abs(math.log2(VOICES_HZ[name]) - usual - octaves)))[:_OFFERED]


def _rhythm(base: Style, swing: float) -> str:
    """Return the family of rhythms: a swung one where off-beats are late, a straight one where they are not."""
    if swing >= SWUNG:
        return "swing"
    return "syncopated" if base.rhythm == "swing" else base.rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Onsets a bar that are to be written, and the recording whose beats they are to divide alike."""

    traits: Traits
    metre: Metre
    onsets: float

    def away(self, patterns: Iterable[Pattern]) -> float:
        """Return how far patterns are from that: octaves of onsets, and shares that lie elsewhere in the beat."""
        steps = strokes(patterns, self.metre)
        octaves = abs(math.log2(max(0.5, len(steps) / _BARS) / max(0.5, self.onsets)))
        pulse = beat_steps(self.metre)
        on_beat = sum(step % pulse == 0 for _, step in steps) / max(1, len(steps))
        off_grid = sum(step % 2 for _, step in steps) / max(1, len(steps)) if is_compound(self.metre) else 0.0
        return octaves + abs(on_beat - self.traits.on_beat) + off_grid


def _patterns(base: Style, near: list[Style], wanted: _Wanted, *, drummed: bool) -> tuple[str, str, str]:
    """Choose accompaniment, bass and drums that together sound as often, and where, as the recording does."""
    chords = _choices(base.accompaniments, (name for one in near for name in one.accompaniments), _PLAIN_CHORDS)
    basses = _choices(base.basses, (name for one in near for name in one.basses), _PLAIN_BASSES)
    grooves: Mapping[str, float] = {"": 0.0}
    if drummed:
        own = (base.drums,) if base.drums else ()
        plain = _SWUNG_DRUMS if wanted.traits.swing >= SWUNG else _PLAIN_DRUMS
        grooves = _choices(own, (one.drums for one in near if one.drums), plain)

    def cost(names: tuple[str, str, str]) -> float:
        chord, bass, groove = names
        played = (CHORDS[chord], BASS[bass], *(DRUMS[groove].values() if groove else ()))
        return wanted.away(played) + chords[chord] + basses[bass] + grooves[groove]

    return min(itertools.product(chords, basses, grooves), key=cost)


def _choices(own: Iterable[str], near: Iterable[str], plain: Iterable[str]) -> dict[str, float]:
    """Return what each pattern costs for not being the style's own."""
    found = dict.fromkeys(plain, 2 * _FOREIGN) | dict.fromkeys(near, _FOREIGN)
    return found | dict.fromkeys(own, 0.0)


def strokes(patterns: Iterable[Pattern], metre: Metre) -> set[tuple[int, int]]:
    """Return on which sixteenths any of some patterns begins something, as (bar, step) of two bars."""
    patterns = list(patterns)
    return {
        (bar, step)
        for bar in range(_BARS)
        for pattern in patterns
        for step, token in enumerate(bar_text(pattern, metre, bar)[: bar_steps(metre)])
        if token not in _EMPTY
    }
