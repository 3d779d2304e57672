"""Key areas: contrasting sections in related keys, and the way home.

Classical middle sections go to the dominant or to the relative key, trios to the subdominant, bridges of songs to the
subdominant or the submediant; minor goes to its relative major before anything else. All of them share six of seven
tones with home, and no more than a third of a piece is away, so that the key of the whole stays what was asked for.

References
----------
Kostka and Payne 2008, ch. 18 (closely related keys, pivot chords); Caplin 1998, ch. 13 and 15; Forte 1995, "The
American Popular Ballad", ch. 2 (bridges).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grym.domain.composing.form import Passage
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import chord_of

Goals = Mapping[str, float]

_GOALS: Mapping[str, Mapping[str, Goals]] = {
    "major": {
        "B": {"V": 4, "vi": 3, "IV": 1},
        "C": {"IV": 4, "vi": 3, "V": 1},
        "bridge": {"IV": 3, "vi": 3},
    },
    "minor": {
        "B": {"III": 5, "v": 1.5, "VI": 1},
        "C": {"VI": 3, "III": 2, "iv": 2},
        "bridge": {"III": 3, "VI": 2},
    },
}
# How often a contrasting section leaves the key, by harmonic dialect.
_LEAVES = {"classical": 0.75, "jazz": 0.35, "folk": 0.1, "loops": 0.15, "blues": 0.0}
_AWAY_AT_MOST = 1 / 3
# Relative keys share all tones with home: a section that is longer than this share would be taken for it.
_MUCH = 0.27
_RELATIVES = frozenset({"vi", "III"})
_SHORTEST_BARS = 4
# A section that leaves the key ends on the dominant of home this often, and with a full close of its own otherwise.
_LEADS_BACK = 0.6


def in_keys(found: Sequence[Passage], plan: Plan, style: Style, *, identity: str, seed: int) -> tuple[Passage, ...]:
    """Put contrasting sections into related keys.

    Sections of one name are in one key. The first and the last section stay at home, modal pieces do altogether.
    """
    goals = _GOALS.get(plan.tonality.mode, {})
    body = [passage.name for passage in found if passage.name not in {"intro", "coda"}]
    total = sum(passage.bars for passage in found)
    room = _AWAY_AT_MOST * total
    away: dict[str, Tonality] = {}
    for name in dict.fromkeys(body):
        mine = [passage for passage in found if passage.name == name]
        bars = sum(passage.bars for passage in mine)
        fits = bars <= room and mine[0].bars >= _SHORTEST_BARS and body[0] != name != body[-1]
        rng = stream(seed, "keys", identity, name)
        if _kind(name) in goals and fits and chance(rng, _LEAVES[style.dialect]):
            options = goals[_kind(name)]
            if bars > _MUCH * total:
                options = {goal: weight for goal, weight in options.items() if goal not in _RELATIVES}
            away[name] = key_of(pick(rng, list(options), list(options.values())), plan.tonality)
            room -= bars
    return tuple(_placed(passage, away, plan.tonality, identity=identity, seed=seed) for passage in found)


def _kind(name: str) -> str:
    """Return which contrast a section is: further letters contrast as B and C do in turn."""
    return ("B", "C")[(ord(name) - ord("B")) % 2] if len(name) == 1 and name > "C" else name


def key_of(numeral: str, home: Tonality) -> Tonality:
    """Return the key whose tonic chord a numeral is: ``vi`` in C major is A minor."""
    chord = chord_of(numeral, home)
    return Tonality(tonic=chord.root, mode="minor" if chord.quality == "m" else "major")


def _placed(passage: Passage, away: Mapping[str, Tonality], home: Tonality, *, identity: str, seed: int) -> Passage:
    """Give a passage its key, and its way back where it has one."""
    if passage.name not in away:
        return passage
    rng = stream(seed, "keys", identity, passage.name, "back")
    if passage.closing == "authentic" and chance(rng, _LEADS_BACK):
        return replace(passage, tonality=away[passage.name], closing="half", returns_to=home)
    return replace(passage, tonality=away[passage.name])
