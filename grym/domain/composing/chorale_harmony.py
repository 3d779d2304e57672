"""Harmony of a chorale: a chord on every beat under a given tune, each line in the key that suits it.

For every line the cheapest path through the vocabulary of `chorale_words` under the tune is found in the home key and
in each related one; the line takes the key in which it is set best, home having the advantage. Besides order and fit,
a path weighs what the outer voices do together, so that the bass makes a line against the tune. Conventions: steps
are sixteenths from the start of the section.
"""

from collections.abc import Sequence

import numpy as np

from grym.domain.composing.chorale_words import ENDINGS, WORDS
from grym.domain.composing.form import Closing, Passage
from grym.domain.composing.harmonising import Floats, cheapest, foreign, harmonise_tune, move_costs
from grym.domain.composing.harmony import Slot, tonic_numeral
from grym.domain.composing.keys import key_of
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import DOWNBEAT, bar_steps, beat_steps, strength
from grym.domain.composing.plan import Plan
from grym.domain.composing.scheme import PhrasePlan, scheme_of
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import stream
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import Chord, chord_of

# In the currency of `harmonising`: an error costs about ten.
_NO_ENDING = 12.0
_PARALLEL_OUTER = 3.0
_LEAP_OF_BASS = 0.25
_TRITONE_OF_BASS = 1.5
_BASS_REPEATS = 1.2
_STANDS_STILL = 1.5
_CHANCE = 1.6
_HOME = 4.0
# What a line in a related key costs, and how much of it is left to chance.
_AWAY = {"V": 1.2, "vi": 0.7, "ii": 1.5, "IV": 1.5, "III": 0.3, "VII": 1.5, "iv": 1.5, "v": 1.0, "VI": 1.5}
_AWAY_CHANCE = 6.0
# The Stollen, which is repeated, establishes the key: what more it costs there.
_IN_STOLLEN = 2.5
# So few bars have no time to go anywhere.
_SHORT_BARS = 12
_RELATED = {"major": ("V", "vi", "ii", "IV"), "minor": ("III", "v", "iv", "VII", "VI")}

Span = tuple[int, int]


def chorale_slots(
    melody: Sequence[MelodyNote], passage: Passage, plan: Plan, style: Style, *, identity: str, seed: int
) -> tuple[Slot, ...]:
    """Choose a chord for every beat of a section's tune.

    Parameters
    ----------
    melody
        The tune; a note that ends a line and lasts two beats or more has one chord.
    plan
        Metre and the key of the section; modes other than major and minor have the plain vocabulary of their table.

    Returns
    -------
    tuple of Slot
        Chords in time; those of a line in a related key say so.
    """
    scheme = scheme_of(passage, style, identity=identity, seed=seed)
    bar = bar_steps(plan.metre)
    found: list[Slot] = []
    for phrase in scheme:
        spans, arrival = line_spans(melody, plan.metre, first=phrase.first_bar * bar, bars=phrase.bars)
        rng = stream(seed, "chorale", identity, passage.name, str(phrase.index))
        found += _line(melody, phrase, spans, arrival, plan, stollen=passage.name == "A", rng=rng)
    return tuple(found)


def _line(
    melody: Sequence[MelodyNote],
    phrase: PhrasePlan,
    spans: Sequence[Span],
    arrival: int,
    plan: Plan,
    *,
    stollen: bool,
    rng: np.random.Generator,
) -> list[Slot]:
    """Set a line in the key in which it is set best."""
    home = plan.tonality
    if home.mode not in WORDS:
        kind = "half" if phrase.closing in {"half", "open"} else "authentic"
        return list(harmonise_tune(melody, home, plan.metre, spans=spans, closings={arrival: kind}))
    keys = [(0.0, home, phrase.closing)]
    short = sum(section.bars for section in plan.sections) <= _SHORT_BARS
    if phrase.closing != "final" and phrase.label != "a" and not short:
        for degree in _RELATED[home.mode]:
            price = _AWAY[degree] + _AWAY_CHANCE * (rng.random() - 0.5) + _IN_STOLLEN * stollen
            keys.append((price, key_of(degree, home), "authentic"))
    noise = _CHANCE * rng.random((len(spans), max(map(len, WORDS.values()))))
    settings = [
        (price + cost, at, key, chords)
        for at, (price, key, closing) in enumerate(keys)
        for cost, chords in [
            _set(melody, spans, key, closing, plan.metre, noise=noise, arrival=arrival, opens=phrase.index == 0)
        ]
    ]
    _, _, key, chords = min(settings, key=lambda setting: setting[:2])
    return [
        Slot(start_steps=start, length_steps=length, chord=chord, tonality=None if key == home else key)
        for (start, length), chord in zip(spans, chords, strict=True)
    ]


def _set(
    melody: Sequence[MelodyNote],
    spans: Sequence[Span],
    key: Tonality,
    closing: Closing,
    metre: Metre,
    *,
    noise: Floats,
    arrival: int,
    opens: bool,
) -> tuple[float, list[Chord]]:
    """Return what the best path under a line costs in a key, and its chords."""
    words = WORDS[key.mode]
    numerals = sorted(words)
    chords = [chord_of(numeral, key) for numeral in numerals]
    local = np.array([[foreign(melody, span, chord, key, metre) for chord in chords] for span in spans])
    local += noise[:, : len(chords)]
    if opens:
        local[0] -= _HOME * np.array([numeral == tonic_numeral(key) for numeral in numerals])
    moves = np.repeat((move_costs(words, numerals) + _bass_moves(chords))[None], max(0, len(spans) - 1), axis=0)
    for at in range(1, len(spans)):
        moves[at - 1] += _outer(melody, spans[at - 1], spans[at], chords)
        if strength(spans[at][0], metre) == DOWNBEAT:
            moves[at - 1] += _STANDS_STILL * np.eye(len(chords))
    if arrival > 0:
        moves[arrival - 1] += _ending(key.mode, closing, numerals)
    path = cheapest(local, moves)
    cost = sum(local[at, place] for at, place in enumerate(path))
    cost += sum(moves[at, path[at], path[at + 1]] for at in range(len(path) - 1))
    return float(cost), [chords[place] for place in path]


def line_spans(melody: Sequence[MelodyNote], metre: Metre, *, first: int, bars: int) -> tuple[tuple[Span, ...], int]:
    """Return (start, length) of every beat of a line, and the index of the one on which it arrives.

    The line arrives on the longest note of its last bar, which has one chord for as long as it and the rest after it
    last; notes after that are the upbeat of the next line.
    """
    beat, bar = beat_steps(metre), bar_steps(metre)
    last, end = first + (bars - 1) * bar, first + bars * bar
    closing = [note for note in melody if last <= note.start_steps < end]
    goal = max(closing, key=lambda note: (note.length_steps, note.start_steps), default=None)
    goal_start = last if goal is None else goal.start_steps // beat * beat
    upbeat = min((note.start_steps for note in closing if note.start_steps > goal_start), default=end)
    held = range(goal_start + 1, upbeat // beat * beat if upbeat < end else end)
    starts = [start for at in range(bars) for start in range(first + at * bar, first + (at + 1) * bar, beat)]
    starts = [start for start in starts if start not in held]
    return tuple((a, b - a) for a, b in zip(starts, [*starts[1:], end], strict=True)), starts.index(goal_start)


def _bass_moves(chords: Sequence[Chord]) -> Floats:
    """Return what the bass pays for its moves, shape (from, to): tritones, leaps and standing still against steps."""
    bass = np.array([chord.bass for chord in chords])
    size = np.abs((bass[None, :] - bass[:, None] + 6) % 12 - 6)
    cost = _LEAP_OF_BASS * np.maximum(0, size - 2) + _TRITONE_OF_BASS * (size == 6) + _BASS_REPEATS * (size == 0)
    return np.asarray(cost, dtype=np.float64)


def _outer(melody: Sequence[MelodyNote], before: Span, after: Span, chords: Sequence[Chord]) -> Floats:
    """Return what parallel fifths and octaves of tune and bass cost, shape (from, to)."""
    one, other = _sung(melody, before[0]), _sung(melody, after[0])
    bass = np.array([chord.bass for chord in chords])
    if one is None or other is None or one == other:
        return np.zeros((len(chords), len(chords)))
    old, new = (one - bass) % 12, (other - bass) % 12
    moves = bass[:, None] != bass[None, :]
    same = (old[:, None] == new[None, :]) & np.isin(old, (0, 7))[:, None]
    return np.asarray(_PARALLEL_OUTER * (same & moves), dtype=np.float64)


def _sung(melody: Sequence[MelodyNote], step: int) -> int | None:
    """Return the pitch of the tune at a place."""
    found = (n.midi_pitch for n in melody if n.start_steps <= step < n.start_steps + n.length_steps)
    return next(found, None)


def _ending(mode: str, closing: Closing, numerals: Sequence[str]) -> Floats:
    """Return what each last move of a line costs, by how it closes."""
    cost = np.full((len(numerals), len(numerals)), _NO_ENDING)
    place = {numeral: at for at, numeral in enumerate(numerals)}
    for (before, last), price in ENDINGS[mode][_KIND[closing]].items():
        cost[place[before], place[last]] = price
    return cost


_KIND: dict[Closing, str] = {
    "half": "half",
    "open": "half",
    "deceptive": "deceptive",
    "authentic": "authentic",
    "final": "authentic",
}
