"""In which style a score is: the one of grym's whose tempo, metre, players, drums, swing and density are nearest.

A style is data, so the distance is to what its data says; nothing is learned here. What the distance rests on is told
in words, and how sure it is: by how far the best style leads the second, and by how much of it was measured at all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grym.domain.composing.instruments import VOICES
from grym.domain.composing.reading import read
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score
from grym.domain.composing.styles import STYLES, Style

_WEIGHTS = {
    "tempo": 2.0,
    "metre": 2.0,
    "players": 3.0,
    "drums": 1.5,
    "swing": 1.5,
    "density": 1.0,
    "mode": 0.5,
    "title": 3.0,
}
_CLEAR_LEAD = 0.25
"""A lead of this share of the whole weight counts as sure."""
_OTHER_METRE = 0.35
_FULL_RATE = 4.0
"""Melody notes a second that density 1 means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The nearest style, how sure it is, why, and what was measured on the way."""

    style: str
    sure: float
    reasons: tuple[str, ...]
    swing: float
    density: float


def nearest_style(score: Score, tune: Sequence[Note]) -> Nearest:
    """Find the style nearest to a score that was read; that of a sound is told by ear (`composing.manner`)."""
    swing, density = swing_of(score), density_of(score, tune)
    drums = any(part.percussion for part in score.parts)
    costs = {name: _distance(style, score, swing=swing, density=density, drums=drums) for name, style in STYLES.items()}
    order = sorted(costs, key=lambda name: (costs[name], name))
    best, second = order[0], order[1]
    whole = sum(_WEIGHTS.values()) - _WEIGHTS["title"]
    return Nearest(
        style=best,
        sure=round(min(1.0, (costs[second] - costs[best]) / whole / _CLEAR_LEAD), 2),
        reasons=_reasons(STYLES[best], score, swing=swing, drums=drums, second=second),
        swing=round(swing, 2),
        density=round(density, 2),
    )


def swing_of(score: Score) -> float:
    """Measure how far off-beat eighths are late: 0 straight, 1 at the triplet."""
    places = [
        (note.start_ticks + note.onset_shift_ticks) % TICKS_PER_QUARTER for part in score.parts for note in part.notes
    ]
    off = [place for place in places if 200 <= place <= 360]
    sixteenths = sum(90 <= place < 200 for place in places)
    if len(off) < 8 or sixteenths > 0.3 * len(off):
        return 0.0
    late = sorted(off)[len(off) // 2] - TICKS_PER_QUARTER / 2
    return min(1.0, max(0.0, late / 80.0)) if late > 20 else 0.0


def titled(title: str) -> tuple[str, ...]:
    """Return the styles that a title names: a piece called a waltz is one."""
    return read(title).words.get("style", ()) if title.strip() else ()


def density_of(score: Score, tune: Sequence[Note]) -> float:
    """Return how dense a melody is, as the parameter of a plan."""
    seconds = score.duration_s
    return min(1.0, max(0.05, len(tune) / max(seconds, 1.0) / _FULL_RATE))


def _distance(style: Style, score: Score, *, swing: float, density: float, drums: bool) -> float:
    """Weigh how far a score is from a style."""
    slowest, usual, fastest = style.tempo_bpm
    away = abs(math.log2(score.tempo_bpm / usual)) / max(0.2, math.log2(fastest / slowest) / 2)
    cost = _WEIGHTS["tempo"] * min(1.0, away / 2)
    cost += _WEIGHTS["metre"] * _miscounted(style, score)
    cost -= _WEIGHTS["title"] * (style.name in titled(score.title))
    cost += _WEIGHTS["drums"] * (drums != bool(style.drums)) * (0.5 if style.drums_optional and not drums else 1.0)
    cost += _WEIGHTS["swing"] * abs(style.swing - swing)
    cost += _WEIGHTS["density"] * abs(style.density - density)
    cost += _WEIGHTS["mode"] * (score.tonality.mode not in style.modes)
    return cost + _WEIGHTS["players"] * _strangers(style, score.parts)


def _miscounted(style: Style, score: Score) -> float:
    """Return how little a metre is a style's: 0 its usual one, 0.35 another of its own, 1 a foreign one."""
    if str(score.metre) == style.metres[0]:
        return 0.0
    return _OTHER_METRE if str(score.metre) in style.metres else 1.0


def _strangers(style: Style, parts: Sequence[Part]) -> float:
    """Return the share of players that a style does not know, weighed with those of its own that are missing."""
    names = [*style.melody, *style.chords, *style.bass, *style.pad, *style.counter]
    programs = {VOICES[name].program for name in names}
    players = {part.program for part in parts if not part.percussion}
    if not players:
        return 0.5
    strange = len(players - programs) / len(players)
    groups = [group for group in (style.melody, style.chords, style.bass, style.pad, style.counter) if group]
    filled = sum(any(VOICES[name].program in players for name in group) for group in groups)
    missing = 1.0 - filled / len(groups) if groups else 0.0
    # A choir is no string quartet, however slow both are.
    return min(1.0, 0.65 * strange + 0.35 * missing)


def _reasons(style: Style, score: Score, *, swing: float, drums: bool, second: str) -> tuple[str, ...]:
    """Say in words what speaks for a style."""
    slowest, _, fastest = style.tempo_bpm
    inside = "within" if slowest <= score.tempo_bpm <= fastest else "outside"
    found = [
        f"{score.tempo_bpm:.0f} BPM is {inside} its {slowest:g} to {fastest:g}",
        f"{score.metre} {'is' if _miscounted(style, score) < 1 else 'is not'} one of its metres",
        "drums" if drums else "no drums",
        f"swing {swing:.2f}",
    ]
    if style.name in titled(score.title):
        found.append("its title says so")
    return (*found, f"{1 - _strangers(style, score.parts):.0%} of players agree", f"next: {second}")
