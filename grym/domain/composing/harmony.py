"""Harmony: from sections to chords in time.

A phrase is a bridge: its first chord and its cadence are given, and the chords between are drawn from the table of
the style's dialect conditioned on arriving there (a Markov bridge, so no phrase stumbles into its ending). Sections
of one name share their chords; only their last cadence depends on what follows, half where the music goes on and
authentic where it comes to rest. Conventions: `Slot.start_steps` counts sixteenths from the start of the section.
"""

from dataclasses import dataclass, replace

import numpy as np

from grym.domain.composing.bridging import walk
from grym.domain.composing.form import Passage, material
from grym.domain.composing.harmonic_rhythm import Span, even_spans, phrase_spans
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.plan import Plan
from grym.domain.composing.progressions import BLUES, CADENCES, SEVENTHS, TABLES, Table
from grym.domain.composing.scheme import PhrasePlan, is_song, scheme_of
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import MINOR_MODES, Chord, chord_of

# Degrees that have dominants of their own, the complexity above which they appear, and how often from there on.
_APPLIED_TO = frozenset({"V", "vi", "ii", "iv", "IV", "VI", "III", "vi7", "ii7"})
_PLAIN_UP_TO = 0.3
_APPLIED = {"classical": 0.7, "jazz": 0.35, "folk": 0.3, "loops": 0.3, "blues": 0.3}
# How often they do not begin on the tonic.
_DEPARTS = 0.35
# With which degrees contrasting phrases begin, and how often.
_DEPARTURES = {"vi": 2, "IV": 3, "ii": 1, "VI": 3, "iv": 2, "III": 2, "VII": 1, "II": 1, "v": 1, "IVmaj7": 3, "vi7": 2,
               "ii7": 1, "iv7": 3, "VImaj7": 2}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A chord and its span inside its section, in sixteenths; `tonality` where it belongs to another key."""

    start_steps: int
    length_steps: int
    chord: Chord
    tonality: Tonality | None = None

    @property
    def end_steps(self) -> int:
        """End of the span."""
        return self.start_steps + self.length_steps


def table_name(tonality: Tonality, style: Style) -> str:
    """Return the name of the vocabulary that a style speaks in a mode."""
    if tonality.mode not in {"major", "minor"}:
        return tonality.mode
    if style.dialect == "folk" or (style.dialect == "classical" and is_song(style) and style.rhythm != "rag"):
        return f"folk-{tonality.mode}"
    return f"jazz-{tonality.mode}" if style.dialect == "jazz" else tonality.mode


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
        The section with its phrases, its key and how it closes.
    identity
        What makes this piece itself; part of the purpose of every random stream.
    """
    home = passage.tonality or plan.tonality
    if passage.name in {"coda", "intro"}:
        numerals = (_coda if passage.name == "coda" else _intro)(passage.bars, home, style)
        spans = even_spans(len(numerals), passage.bars, plan.metre)
    else:
        numerals, spans = _body(passage, replace(plan, tonality=home), style, identity=identity, seed=seed)
    chords = [chord_of(numeral, home) for numeral in numerals]
    if passage.returns_to is not None and len(chords) > 1:
        chords[-1] = chord_of("V7", passage.returns_to)
    return _joined(tuple(Slot(start_steps=a, length_steps=b, chord=c) for (a, b), c in zip(spans, chords, strict=True)))


def _body(passage: Passage, plan: Plan, style: Style, *, identity: str, seed: int) -> tuple[list[str], list[Span]]:
    """Harmonise the phrases of a section one after the other; a phrase that returns keeps its chords to the close."""
    numerals: list[str] = []
    spans: list[Span] = []
    models: dict[str, list[str]] = {}
    words = _Words(plan=plan, style=style, section=material(passage.name), identity=identity, seed=seed)
    for phrase in scheme_of(passage, style, identity=identity, seed=seed):
        laid = phrase_spans(phrase.bars, phrase.closing, plan.metre, style)
        found = words.of(phrase, len(laid), models.get(phrase.label))
        models.setdefault(phrase.label, found)
        numerals.extend(found)
        offset = phrase.first_bar * bar_steps(plan.metre)
        spans.extend((offset + start, length) for start, length in laid)
    return numerals, spans


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """Chooses the numerals of phrases in the style's dialect."""

    plan: Plan
    style: Style
    section: str
    identity: str
    seed: int

    def of(self, phrase: PhrasePlan, count: int, model: list[str] | None) -> list[str]:
        """Return as many numerals as a phrase has chords.

        Parameters
        ----------
        model
            The chords of the first phrase of this letter, if there was one.
        """
        rng = stream(self.seed, "harmony", self.identity, self.section, phrase.label)
        modal = self.plan.tonality.mode not in {"major", "minor"}
        if self.style.dialect == "blues" and not modal:
            return self._applied(_blues(phrase, count, self.plan.tonality, first_bar=phrase.first_bar), rng)
        if self.style.dialect == "loops" and not modal:
            loop_rng = stream(self.seed, "loop", self.identity, self.section)
            return self._applied(self._coloured(self._loop(phrase, count, rng=loop_rng), phrase), rng)
        if model is not None and len(model) == count:
            return self._answered(phrase, model)
        return self._applied(self._coloured(self._bridge(phrase, count, rng=rng), phrase), rng)

    def _answered(self, phrase: PhrasePlan, model: list[str]) -> list[str]:
        """Repeat a phrase's chords and close as this phrase is to close."""
        rng = stream(self.seed, "harmony", self.identity, self.section, phrase.label, phrase.closing)
        cadence = self._coloured(list(self._cadence(phrase, len(model), rng=rng)), phrase)
        return model[: len(model) - len(cadence)] + cadence

    def _coloured(self, numerals: list[str], phrase: PhrasePlan) -> list[str]:
        """Give chords the sevenths of jazz, where the style has them."""
        modal = self.plan.tonality.mode not in {"major", "minor"}
        if self.style.dialect != "jazz" and not (self.style.dialect == "loops" and modal and self.style.voices > 3):
            return numerals
        colours = SEVENTHS.get(self.plan.tonality.mode, {})
        last = len(numerals) - 1 if phrase.closing == "final" else -1
        return [
            "i6" if at == last and numeral == "i" else colours.get(numeral, numeral)
            for at, numeral in enumerate(numerals)
        ]

    def _applied(self, numerals: list[str], rng: np.random.Generator) -> list[str]:
        """Set dominants of other degrees before them, in the measure of complexity."""
        complexity = self.plan.parameters.get("complexity", 0.5)
        amount = max(0.0, complexity - _PLAIN_UP_TO) * _APPLIED.get(self.style.dialect, 0.0)
        return _with_applied_dominants(numerals, self.plan.tonality, amount=amount, rng=rng)

    def _loop(self, phrase: PhrasePlan, count: int, *, rng: np.random.Generator) -> list[str]:
        """Repeat the section's loop; a close replaces its last chords by a cadence."""
        tonality = self.plan.tonality
        pool = self.style.minor_loops if tonality.mode == "minor" else self.style.major_loops
        # Sections of one name keep one loop; the tonic loops stand first, so that A is usually plain.
        loop = pick(rng, pool).split()
        numerals = [loop[at % len(loop)] for at in range(count)]
        if phrase.closing == "final":
            tonic = tonic_numeral(tonality)
            dominant = "v" if "v" in loop else "V7" if self.style.voices > 3 else "V"
            cadence = [dominant, tonic] if count > 1 else [tonic]
            numerals[-len(cadence) :] = cadence
        elif phrase.closing == "half" and phrase.is_last and count >= 4:
            numerals[-1] = "V"
        return numerals

    def _bridge(self, phrase: PhrasePlan, count: int, *, rng: np.random.Generator) -> list[str]:
        """Draw the chords between a given beginning and the cadence, conditioned on reaching it."""
        table = TABLES[table_name(self.plan.tonality, self.style)]
        cadence = self._cadence(phrase, count, rng=rng)
        free = count - len(cadence)
        if free <= 0:
            return list(cadence[-count:])
        start = self._opening(phrase, table, rng=rng)
        goal = cadence[0] if cadence else self._tonic(table)
        return walk(table, start, goal, free, rng=rng) + list(cadence)

    def _cadence(self, phrase: PhrasePlan, count: int, *, rng: np.random.Generator) -> tuple[str, ...]:
        """Choose how the phrase ends, no longer than what leaves room for a beginning."""
        cadences = CADENCES[table_name(self.plan.tonality, self.style)]
        if phrase.closing == "open":
            return ()
        kind = "authentic" if phrase.closing == "final" else phrase.closing
        plain = self.plan.parameters.get("complexity", 0.5) <= _PLAIN_UP_TO
        options = cadences.get(kind, cadences["authentic"])
        chosen = pick(rng, [one for one in options if not (plain and "/" in one[0])])
        # A phrase of two chords that ends the piece is its cadence; longer ones leave room for a beginning.
        return chosen[-2:] if count == 2 and phrase.closing == "final" else chosen[-max(1, count - 1) :]

    def _tonic(self, table: Table) -> str:
        """Return the tonic chord of a table: with its sixth or seventh in jazz."""
        tonic = tonic_numeral(self.plan.tonality)
        return next(name for name in (tonic, f"{tonic}maj7", f"{tonic}6") if name in table)

    def _opening(self, phrase: PhrasePlan, table: Table, *, rng: np.random.Generator) -> str:
        """Choose a phrase's first chord: the tonic, or another degree where a section or phrase contrasts."""
        tonic = self._tonic(table)
        departs = phrase.label not in {"a", "p"} and chance(rng, _DEPARTS)
        if not departs and (self.section in {"A", "theme", "verse", "chorus"} or phrase.index % 2):
            return tonic
        options = [numeral for numeral in _DEPARTURES if numeral in table]
        return pick(rng, options, [_DEPARTURES[numeral] for numeral in options])


def _blues(phrase: PhrasePlan, count: int, tonality: Tonality, *, first_bar: int) -> list[str]:
    """Take the bars of the chorus that this phrase covers; a close ends on the tonic."""
    total = phrase.chorus_bars
    chorus = BLUES[tonality.mode][total].split()
    per_bar = max(1, count // max(1, phrase.bars))
    numerals = [chorus[(first_bar + at // per_bar) % total] for at in range(count)]
    if phrase.is_last and phrase.closing in {"final", "authentic"}:
        ending = ["V7", tonic_numeral(tonality) + "7"] if count > 1 else [tonic_numeral(tonality) + "7"]
        numerals[-len(ending) :] = ending
    return numerals


def _with_applied_dominants(
    numerals: list[str], tonality: Tonality, *, amount: float, rng: np.random.Generator
) -> list[str]:
    """Replace a share of chords by the dominant of what follows (Aldwell 2011, ch. 26).

    Some are in first inversion, so that the bass leads up by a semitone, some diminished sevenths.
    """
    if tonality.mode not in {"major", "minor"}:
        return numerals
    out = list(numerals)
    for at in range(1, len(numerals) - 2):
        target = numerals[at + 1]
        plain = numerals[at] not in {"V", "V7", "V9"} and numerals[at] != target
        if target in _APPLIED_TO and plain and chance(rng, amount):
            degree = target.rstrip("79")
            out[at] = pick(rng, (f"V7/{degree}", f"V7/{degree}:1", f"vii°7/{degree}"), (4.0, 3.0, 2.0))
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
