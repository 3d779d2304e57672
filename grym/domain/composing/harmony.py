"""Harmony: from sections to chords in time.

A phrase is a bridge: its first chord and its cadence are given, and the chords between are drawn from the table of
the style's dialect conditioned on arriving there (a Markov bridge, so no phrase stumbles into its ending). Sections
of one name share their chords; only their last cadence depends on what follows, half where the music goes on and
authentic where it comes to rest. Conventions: `Slot.start_steps` counts sixteenths from the start of the section.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from grym.domain.composing.form import Closing, Passage
from grym.domain.composing.metrics import bar_groups, bar_steps
from grym.domain.composing.plan import Plan
from grym.domain.composing.progressions import BLUES, CADENCES, SEVENTHS, TABLES, Table
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import MINOR_MODES, Chord, chord_of

# Reachability of the bridge: chords absent from a table can still be passed, hardly ever are.
_RARE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A chord and its span inside its section, in sixteenths."""

    start_steps: int
    length_steps: int
    chord: Chord

    @property
    def end_steps(self) -> int:
        """End of the span."""
        return self.start_steps + self.length_steps


def table_name(tonality: Tonality, style: Style) -> str:
    """Return the name of the vocabulary that a style speaks in a mode."""
    if tonality.mode not in {"major", "minor"}:
        return tonality.mode
    return f"folk-{tonality.mode}" if style.dialect == "folk" else tonality.mode


def tonic_numeral(tonality: Tonality) -> str:
    """Return the numeral of the tonic chord of a mode."""
    if tonality.mode == "locrian":
        return "i°"
    return "i" if tonality.mode in MINOR_MODES else "I"


def harmonise(passage: Passage, plan: Plan, style: Style, *, identity: str, seed: int) -> tuple[Slot, ...]:
    """Return the chords of one section.

    Parameters
    ----------
    passage
        The section with its phrases and how it closes.
    identity
        What makes this piece itself; part of the purpose of every random stream.
    """
    if passage.name == "coda":
        numerals = _coda(passage.bars, plan.tonality, style)
        spans = _even_spans(len(numerals), passage.bars, plan.metre)
    elif passage.name == "intro":
        numerals = _intro(passage.bars, plan.tonality, style)
        spans = _even_spans(len(numerals), passage.bars, plan.metre)
    else:
        numerals, spans = _body(passage, plan, style, identity=identity, seed=seed)
    chords = [chord_of(numeral, plan.tonality) for numeral in numerals]
    return _joined(tuple(Slot(start_steps=a, length_steps=b, chord=c) for (a, b), c in zip(spans, chords, strict=True)))


def _body(
    passage: Passage, plan: Plan, style: Style, *, identity: str, seed: int
) -> tuple[list[str], list[tuple[int, int]]]:
    """Harmonise the phrases of a section one after the other."""
    numerals: list[str] = []
    spans: list[tuple[int, int]] = []
    bar = 0
    for index, bars in enumerate(passage.phrases):
        last = index == len(passage.phrases) - 1
        closing: Closing = passage.closing if last else "half"
        phrase_spans = _slot_spans(bars, closing, plan.metre, style)
        phrase = _Phrase(
            name=passage.name, index=index, count=len(passage.phrases), first_bar=bar, bars=bars, closing=closing
        )
        numerals.extend(_phrase_numerals(phrase, len(phrase_spans), plan, style, identity=identity, seed=seed))
        offset = bar * bar_steps(plan.metre)
        spans.extend((offset + start, length) for start, length in phrase_spans)
        bar += bars
    return numerals, spans


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """A phrase of a section: which one, where, how long, how it ends."""

    name: str
    index: int
    count: int
    first_bar: int
    bars: int
    closing: Closing


def _slot_spans(bars: int, closing: Closing, metre: Metre, style: Style) -> list[tuple[int, int]]:
    """Lay the chord rhythm of a phrase; a close gets its whole last bar, and a one-bar phrase two chords."""
    steps = bar_steps(metre)
    if style.chords_per_bar < 1 and bars > 2:
        pairs = [(at * steps, min(2, bars - at) * steps) for at in range(0, bars, 2)]
        if closing == "final" and pairs[-1][1] > steps:
            start, length = pairs.pop()
            pairs += [(start, steps), (start + steps, length - steps)]
        return pairs
    halves = style.chords_per_bar >= 2 or bars == 1
    spans: list[tuple[int, int]] = []
    for bar in range(bars):
        closes = bar == bars - 1 and closing == "final" and bars > 1
        cut = _half_bar(metre)
        if halves and not closes and 0 < cut < steps:
            spans += [(bar * steps, cut), (bar * steps + cut, steps - cut)]
        else:
            spans.append((bar * steps, steps))
    return spans


def _half_bar(metre: Metre) -> int:
    """Return where a bar divides in two, in sixteenths: at a group, or after two thirds of a bar of three."""
    groups = bar_groups(metre)
    if len(groups) > 1:
        return sum(groups[: (len(groups) + 1) // 2])
    return 8 if groups[0] == 12 else groups[0] // 2 if groups[0] == 8 else groups[0]


def _even_spans(count: int, bars: int, metre: Metre) -> list[tuple[int, int]]:
    """Give every one of `count` chords its bar; a bar that is shared is divided."""
    steps = bar_steps(metre)
    if count <= bars:
        edges = [round(at * bars / count) * steps for at in range(count + 1)]
        return [(a, b - a) for a, b in itertools.pairwise(edges)]
    cut = _half_bar(metre) if 0 < _half_bar(metre) < steps else steps // 2
    return [(0, cut), (cut, bars * steps - cut)]


def _coda(bars: int, tonality: Tonality, style: Style) -> list[str]:
    """Return the closing chords: a last cadence over the tonic, then the tonic alone."""
    tonic = tonic_numeral(tonality)
    if bars == 1:
        return [tonic]
    ending = CADENCES[table_name(tonality, style)]["authentic"][0]
    return [*[tonic] * (bars - len(ending)), *ending[-bars:]]


def _intro(bars: int, tonality: Tonality, style: Style) -> list[str]:
    """Return the opening vamp: the tonic, and its dominant before the music begins."""
    tonic = tonic_numeral(tonality)
    if bars == 1:
        return [tonic]
    half = CADENCES[table_name(tonality, style)]["half"][0][-1]
    vamp = [tonic] * bars
    vamp[-1] = half
    if bars >= 4:
        vamp[bars // 2 - 1] = half
    return vamp


def _phrase_numerals(phrase: _Phrase, count: int, plan: Plan, style: Style, *, identity: str, seed: int) -> list[str]:
    """Choose the numerals of a phrase's slots in the style's dialect."""
    rng = stream(seed, "harmony", identity, phrase.name, str(phrase.index))
    modal = plan.tonality.mode not in {"major", "minor"}
    if style.dialect == "blues" and not modal:
        numerals = _blues(phrase, count, plan.tonality)
    elif style.dialect == "loops" and not modal:
        numerals = _loop(phrase, count, plan.tonality, style, rng=stream(seed, "loop", identity, phrase.name))
    else:
        numerals = _bridge(phrase, count, plan, style, rng=rng)
    if style.dialect == "jazz" or (style.dialect == "loops" and modal and style.voices > 3):
        colours = SEVENTHS.get(plan.tonality.mode, {})
        final = phrase.closing == "final"
        numerals = [
            "i6" if final and at == count - 1 and numeral == "i" else colours.get(numeral, numeral)
            for at, numeral in enumerate(numerals)
        ]
    complexity = plan.parameters.get("complexity", 0.5)
    return _with_applied_dominants(numerals, plan.tonality, complexity=complexity, rng=rng)


def _blues(phrase: _Phrase, count: int, tonality: Tonality) -> list[str]:
    """Take the bars of the chorus that this phrase covers; a close ends on the tonic."""
    total = 12 if phrase.count == 3 else 8 if phrase.count == 2 else 4
    chorus = BLUES[tonality.mode][total].split()
    per_bar = max(1, count // max(1, phrase.bars))
    numerals = [chorus[(phrase.first_bar + at // per_bar) % total] for at in range(count)]
    if phrase.closing in {"final", "authentic"}:
        ending = ["V7", tonic_numeral(tonality) + "7"] if count > 1 else [tonic_numeral(tonality) + "7"]
        numerals[-len(ending) :] = ending
    return numerals


def _loop(phrase: _Phrase, count: int, tonality: Tonality, style: Style, *, rng: np.random.Generator) -> list[str]:
    """Repeat the section's loop; a close replaces its last chords by a cadence."""
    pool = style.minor_loops if tonality.mode == "minor" else style.major_loops
    # Sections of one name keep one loop; the tonic loops stand first, so that A is usually plain.
    loop = pick(rng, pool).split()
    numerals = [loop[at % len(loop)] for at in range(count)]
    if phrase.closing == "final":
        tonic = tonic_numeral(tonality)
        dominant = "v" if "v" in loop else "V7" if style.voices > 3 else "V"
        cadence = [dominant, tonic] if count > 1 else [tonic]
        numerals[-len(cadence) :] = cadence
    elif phrase.closing == "half" and phrase.index == phrase.count - 1 and count >= 4:
        numerals[-1] = "V"
    return numerals


def _bridge(phrase: _Phrase, count: int, plan: Plan, style: Style, *, rng: np.random.Generator) -> list[str]:
    """Draw the chords between a given beginning and the cadence, conditioned on reaching it."""
    table = TABLES[table_name(plan.tonality, style)]
    cadence = _cadence(phrase, count, plan.tonality, style, rng=rng)
    free = count - len(cadence)
    if free <= 0:
        return list(cadence[-count:])
    start = _opening(phrase, plan.tonality, table, rng=rng)
    return _walk(table, start, cadence[0], free, rng=rng) + list(cadence)


def _cadence(
    phrase: _Phrase, count: int, tonality: Tonality, style: Style, *, rng: np.random.Generator
) -> tuple[str, ...]:
    """Choose how the phrase ends, no longer than what leaves room for a beginning."""
    cadences = CADENCES[table_name(tonality, style)]
    kind = "half" if phrase.closing == "half" else "authentic"
    if kind == "half" and phrase.index < phrase.count - 1 and "deceptive" in cadences and chance(rng, 0.15):
        kind = "deceptive"
    chosen = pick(rng, cadences[kind])
    # A phrase of two chords that ends the piece is its cadence; longer ones leave room for a beginning.
    return chosen[-2:] if count == 2 and phrase.closing == "final" else chosen[-max(1, count - 1) :]


def _opening(phrase: _Phrase, tonality: Tonality, table: Table, *, rng: np.random.Generator) -> str:
    """Choose a phrase's first chord: the tonic, or another degree in contrasting sections."""
    tonic = tonic_numeral(tonality)
    contrasting = phrase.name[:1] in {"B", "C", "b"} or phrase.name == "bridge"
    if not contrasting or phrase.index % 2:
        return tonic
    others = {"vi": 2, "IV": 3, "ii": 1, "VI": 3, "iv": 2, "III": 2, "VII": 1, "II": 1, "v": 1}
    options = [numeral for numeral in others if numeral in table]
    return pick(rng, options, [others[numeral] for numeral in options])


def _walk(table: Table, start: str, goal: str, count: int, *, rng: np.random.Generator) -> list[str]:
    """Draw `count` chords from `start` such that `goal` follows the last one plausibly.

    The chance of a step is its weight in the table times the chance of still reaching the goal in the steps left
    (backward messages of the chain).

    References
    ----------
    Pachet, Roy and Barbieri 2011, "Finite-length Markov processes with constraints", section 3.
    """
    names = sorted(table)
    place = {numeral: at for at, numeral in enumerate(names)}
    matrix = np.full((len(names), len(names)), _RARE)
    for source, targets in table.items():
        for target, weight in targets.items():
            if target in place:
                matrix[place[source], place[target]] = weight
    matrix /= matrix.sum(axis=1, keepdims=True)
    message = matrix[:, place[goal]] if goal in place else np.ones(len(names))
    messages = [message]
    for _ in range(count - 1):
        messages.append(matrix @ messages[-1])
    path = [start]
    for left in range(count - 2, -1, -1):
        weights = matrix[place[path[-1]]] * messages[left]
        path.append(pick(rng, names, [float(weight) for weight in weights]))
    return path


def _with_applied_dominants(
    numerals: list[str], tonality: Tonality, *, complexity: float, rng: np.random.Generator
) -> list[str]:
    """Replace some chords by the dominant of what follows, in the measure of complexity (Aldwell 2011, ch. 26)."""
    if tonality.mode not in {"major", "minor"}:
        return numerals
    targets = {"V", "vi", "ii", "iv", "IV", "VI", "vi7", "ii7"}
    out = list(numerals)
    for at in range(1, len(numerals) - 2):
        target = numerals[at + 1]
        plain = numerals[at] not in {"V", "V7", "V9"} and numerals[at] != target
        if target in targets and plain and chance(rng, max(0.0, complexity - 0.45) * 0.7):
            out[at] = f"V7/{target.rstrip('79')}"
    return out


def _joined(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Join neighbouring slots of one chord inside a bar pair, so that a held chord is one chord."""
    joined: list[Slot] = []
    for slot in slots:
        if joined and joined[-1].chord == slot.chord and joined[-1].length_steps <= slot.length_steps:
            previous = joined.pop()
            joined.append(replace(previous, length_steps=previous.length_steps + slot.length_steps))
        else:
            joined.append(slot)
    return tuple(joined)
