"""What holds for every style, ours and those that people bring: names that exist, numbers in bounds, no hostile sizes.

A style travels with a wish and inside a plan, so it is checked wherever it arrives. Bounds on numbers of entries keep
a definition small enough to read; they are far above what any style here uses.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import get_args

from grym.domain.composing.instruments import VOICES
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.naming import read_metre
from grym.domain.composing.patterns import BASS, CHORDS, DRUMS, FILLS, Pattern
from grym.domain.composing.patterns.kit import PIECES
from grym.domain.composing.patterns.pattern import BASS_TOKENS, CHORD_TOKENS, DRUM_TOKENS
from grym.domain.composing.rhythm import FAMILIES
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles.style import Dialect, FormFamily, Style, Writing
from grym.domain.composing.theory import SCALES, chord_of
from grym.errors import InvalidRequestError, InvariantError

MAX_ENTRIES = 40
MAX_PATTERNS, MAX_BARS = 24, 16
MAX_NUMERALS = 16
SLOWEST_BPM, FASTEST_BPM = 30.0, 260.0
LOWEST_TESSITURA, HIGHEST_TESSITURA = 36.0, 96.0
_NAME = re.compile(r"[a-zà-ÿ0-9][a-zà-ÿ0-9 '&/-]{0,39}")
_NUMERAL_CHARACTERS = 12
_ROLES = ("melody", "counter", "chords", "pad", "bass")
_FRACTIONS = ("swing", "density", "dynamics", "complexity", "humanise")


def require_sound(style: Style) -> None:
    """Refuse a style that breaks a rule.

    Raises
    ------
    InvalidRequestError
        With the code ``style.invalid``, the field in the message and in `details`, and a hint.
    """
    for field, message, hint in _faults(style):
        raise refusal(field, message, hint=hint)


def refusal(field: str, message: str, *, hint: str) -> InvalidRequestError:
    """Return the error for a field of a style."""
    return InvalidRequestError(
        f"Style, {field}: {message}.", code="style.invalid", hint=hint, details={"field": field[:80]}
    )


_Fault = tuple[str, str, str]


def _faults(style: Style) -> Iterator[_Fault]:
    """Yield what is wrong, as field, message and hint."""
    yield from _names(style)
    yield from _patterns(style)
    yield from _choices(style)
    yield from _numbers(style)
    yield from _harmony(style)


def _names(style: Style) -> Iterator[_Fault]:
    """Check the style's own name and words."""
    hint = "Use 1 to 40 small letters, digits, spaces and hyphens."
    for field, texts in (("name", (style.name,)), ("words", style.words), ("mood", (style.mood,))):
        if len(texts) > MAX_ENTRIES:
            yield field, f"{len(texts)} entries", f"Give at most {MAX_ENTRIES}."
        yield from ((field, f"{text[:40]!r} is no name", hint) for text in texts if not _NAME.fullmatch(text))


def _choices(style: Style) -> Iterator[_Fault]:
    """Check everything that is chosen from a table."""
    yield from _among("metres", style.metres, None, least=1)
    yield from _among("modes", style.modes, SCALES, least=1)
    yield from _among("dialect", (style.dialect,), get_args(Dialect))
    yield from _among("form", (style.form,), get_args(FormFamily))
    yield from _among("writing", (style.writing,), get_args(Writing))
    yield from _among("rhythm", (style.rhythm,), FAMILIES)
    for role in _ROLES:
        yield from _among(role, getattr(style, role), VOICES, least=int(role == "melody"))
    yield from _among("accompaniments", style.accompaniments, {*CHORDS, *style.chord_patterns}, least=1)
    yield from _among("basses", style.basses, {*BASS, *style.bass_patterns}, least=1)
    yield from _among("drums", (style.drums,), {"", *DRUMS, *style.drum_patterns})
    yield from _among("fills", style.fills, FILLS)
    for metre in style.metres:
        try:
            read_metre(metre)
        except InvalidRequestError as error:
            yield "metres", error.message.rstrip("."), error.hint


def _among(field: str, given: Sequence[str], known: Collection[str] | None, *, least: int = 0) -> Iterator[_Fault]:
    """Check that all entries of a field are known, and that there are neither too few nor too many."""
    if not least <= len(given) <= MAX_ENTRIES:
        yield field, f"{len(given)} entries", f"Give {least} to {MAX_ENTRIES}."
    unknown = [entry for entry in given if known is not None and entry not in known]
    if unknown:
        choices = ", ".join(sorted(filter(None, known or ())))
        yield field, f"{unknown[0][:40]!r} is not known", f"Choose from: {choices}."


def _numbers(style: Style) -> Iterator[_Fault]:
    """Check numbers against their bounds."""
    slowest, usual, fastest = style.tempo_bpm
    if not SLOWEST_BPM <= slowest <= usual <= fastest <= FASTEST_BPM:
        yield "tempo_bpm", "no slowest, usual and fastest tempo", f"Give three, {SLOWEST_BPM:g} to {FASTEST_BPM:g}."
    for field in _FRACTIONS:
        value = getattr(style, field)
        if not (math.isfinite(value) and 0 <= value <= 1):
            yield field, f"{value:g} is out of bounds", "Give 0 to 1."
    if style.chords_per_bar not in {0.5, 1.0, 2.0}:
        yield "chords_per_bar", f"{style.chords_per_bar:g} is out of bounds", "Give 0.5, 1 or 2."
    if style.voices not in {3, 4}:
        yield "voices", f"{style.voices} is out of bounds", "Give 3 or 4."
    if style.tessitura and not LOWEST_TESSITURA <= style.tessitura <= HIGHEST_TESSITURA:
        yield "tessitura", f"{style.tessitura:g} is out of bounds", "Give a MIDI pitch from 36 to 96, or 0."
    if style.satb and not (style.counter and style.chords and style.bass):
        yield "satb", "four voices need players", "Name instruments for counter, chords and bass."


def _harmony(style: Style) -> Iterator[_Fault]:
    """Check the loops: chords that exist, from home and not too many."""
    for field, mode, loops in (
        ("major_loops", "major", style.major_loops),
        ("minor_loops", "minor", style.minor_loops),
    ):
        if style.dialect == "loops" and not loops:
            yield field, "no loop", "A style of the dialect 'loops' needs one for major and one for minor."
        if len(loops) > MAX_ENTRIES:
            yield field, f"{len(loops)} entries", f"Give at most {MAX_ENTRIES}."
        for loop in loops:
            yield from ((field, message, hint) for message, hint in _loop(loop.split(), mode))


def _loop(numerals: list[str], mode: str) -> Iterator[tuple[str, str]]:
    """Check one loop of numerals."""
    if not 1 <= len(numerals) <= MAX_NUMERALS:
        yield f"{len(numerals)} chords", f"A loop has 1 to {MAX_NUMERALS} chords."
        return
    home = Tonality(tonic=0, mode=mode)
    for numeral in numerals:
        try:
            root = chord_of(numeral[:_NUMERAL_CHARACTERS], home).root
        except (InvariantError, KeyError):
            yield f"{numeral[:40]!r} is no chord", "Write Roman numerals: 'i VII VI V7', 'Imaj7 vi7 ii7 V7'."
            return
        if numeral is numerals[0] and root != 0:
            yield "does not begin at home", "Begin every loop with the tonic, or the key is not heard."


def _patterns(style: Style) -> Iterator[_Fault]:
    """Check the patterns that a style brings along."""
    drums = {
        f"{name}.{piece}": pattern for name, groove in style.drum_patterns.items() for piece, pattern in groove.items()
    }
    for name, groove in style.drum_patterns.items():
        yield from _among(f"drum_patterns.{name}", [str(key) for key in groove], {str(key) for key in PIECES.values()})
    tables: Iterable[tuple[str, Mapping[str, Pattern], frozenset[str]]] = (
        ("chord_patterns", style.chord_patterns, CHORD_TOKENS),
        ("bass_patterns", style.bass_patterns, BASS_TOKENS),
        ("drum_patterns", drums, DRUM_TOKENS),
    )
    for field, table, tokens in tables:
        if len(table) > MAX_PATTERNS * (len(PIECES) if field == "drum_patterns" else 1):
            yield field, f"{len(table)} patterns", f"Give at most {MAX_PATTERNS}."
        for name, pattern in table.items():
            yield from _pattern(f"{field}.{name[:40]}", pattern, tokens)


def _pattern(field: str, pattern: Pattern, tokens: frozenset[str]) -> Iterator[_Fault]:
    """Check one pattern: bars of the right length, in the characters of its kind."""
    if not (math.isfinite(pattern.short) and 0.05 <= pattern.short <= 1):
        yield field, f"short is {pattern.short:g}", "Give 0.05 to 1."
    whole = [(bar_steps(read_metre(metre)), bars) for metre, bars in pattern.metres.items()]
    whole += [(int(steps), bars) for steps, bars in pattern.bars.items()]
    cells = [(int(steps), cell) for steps, cell in pattern.cells.items()]
    if not whole and (not cells or 8 not in pattern.cells):
        yield field, "no bars", 'Give bars by metre: bars = {"4/4" = ["X...x...X...x..."]}.'
    for steps, texts in chain(whole, cells):
        if not 1 <= len(texts) <= MAX_BARS:
            yield field, f"{len(texts)} bars", f"Give 1 to {MAX_BARS}."
        for text in texts:
            if len(text) != steps:
                yield field, f"{text[:40]!r} has {len(text)} characters", f"This bar has {steps} sixteenths."
            elif not set(text) <= tokens:
                strange = min(set(text) - tokens)
                yield field, f"{strange!r} means nothing here", f"Use {' '.join(sorted(tokens))}."
