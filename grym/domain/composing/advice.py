"""Advice: choices that somebody else, such as a language model, suggests for a piece; bounded, and the weaker voice.

Whatever the person said counts, in the request or in the sentence; advice fills in what was left open. It speaks the
vocabulary of the planner, so the plan that comes of it keeps every bound of a plan by rules, and the length of the
piece is never its to choose. A title is the only free text: since plans travel and sentences are private, it may
repeat no word of the sentence that is not one of music.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grym.domain.composing.choices import PARAMETERS
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM, Plan, SectionPlan
from grym.domain.composing.reading import Reading
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.vocabulary import CHARACTERS, MOODS
from grym.errors import InvalidRequestError

SECTION_NAMES = ("intro", "A", "B", "C", "D", "E", "F", "theme", "variation", "verse", "chorus", "bridge", "coda")
"""Names a section may have; sections of one name share their material."""
MAX_SECTIONS = 16
MAX_PLAYERS = 8
MAX_TITLE_CHARACTERS = 80

_SHORTEST_STEM = 4
"""Letters that two words share before one counts as the other with an ending."""
_TITLE_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is suggested; None or empty leaves a choice to the rules.

    Parameters
    ----------
    style, mood
        Names of the vocabulary.
    tempo_bpm
        Quarter notes a minute.
    sections
        Their bars say how long they are beside each other.
    instruments
        Names of `VOICES`: all who play.
    parameters
        0–1 by name.
    """

    title: str = ""
    style: str = ""
    mood: str = ""
    tempo_bpm: float | None = None
    tonality: Tonality | None = None
    metre: Metre | None = None
    sections: tuple[SectionPlan, ...] = ()
    instruments: tuple[str, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)


def require_known(advice: Advice) -> None:
    """Refuse advice outside the vocabulary or the bounds.

    Raises
    ------
    InvalidRequestError
        ``advice.unknown`` or ``advice.bounds``, with the names or numbers to choose from as the hint.
    """
    _require_one_of("style", [advice.style], ("", *STYLES))
    _require_one_of("mood", [advice.mood], ("", *MOODS))
    _require_one_of("instrument", advice.instruments, tuple(VOICES))
    _require_one_of("section", [section.name for section in advice.sections], SECTION_NAMES)
    _require_one_of("parameter", advice.parameters, PARAMETERS)
    _require_within("tempo_bpm", advice.tempo_bpm or MIN_TEMPO_BPM, MIN_TEMPO_BPM, MAX_TEMPO_BPM)
    _require_within("number of sections", len(advice.sections), 0, MAX_SECTIONS)
    _require_within("number of instruments", len(advice.instruments), 0, MAX_PLAYERS)
    for section in advice.sections:
        _require_within("intensity", section.intensity, 0.0, 1.0)
        _require_within("bars", section.bars, 1, 1_000)
    for name, value in advice.parameters.items():
        _require_within(name, value, 0.0, 1.0)


def filled(reading: Reading, advice: Advice | None) -> Reading:
    """Return what a sentence asks for, with advice where it leaves a choice open."""
    if advice is None:
        return reading
    words = {**_words(reading, advice), **reading.words}
    return replace(
        reading,
        words=words,
        tonalities=reading.tonalities or _key(reading, advice),
        metres=reading.metres or _metre(reading, advice),
        tempi_bpm=reading.tempi_bpm or _tempo(reading, advice),
        unknown=0,  # whoever advises has read them
        only=reading.only or ("instrument" in words and "instrument" not in reading.words),
    )


def unlearned(advice: Advice | None, learned: Mapping[str, float]) -> Advice | None:
    """Return advice without what ratings have taught: a listener knows better what pleases than whoever guesses."""
    if advice is None:
        return None
    return replace(
        advice,
        tempo_bpm=None if "pace" in learned else advice.tempo_bpm,
        tonality=None if "minor" in learned else advice.tonality,
        instruments=() if "strings" in learned else advice.instruments,
        parameters={name: value for name, value in advice.parameters.items() if name not in learned},
    )


def advised_parameters(reading: Reading, advice: Advice | None) -> dict[str, float]:
    """Return the parameters that are suggested and that no word of the sentence decides."""
    said = {name for word in reading.words.get("character", ()) for name in CHARACTERS[word]}
    return {} if advice is None else {name: value for name, value in advice.parameters.items() if name not in said}


def followed(plan: Plan, advice: Advice | None, *, prompt: str, fixed_form: bool) -> Plan:
    """Return a plan with the title and the form that are suggested.

    Parameters
    ----------
    prompt
        The sentence, whose words a title may not repeat.
    fixed_form
        Whether the form is part of what was asked for, as in a loop or a chorale.
    """
    if advice is None:
        return plan
    title = told_title(advice.title, prompt=prompt) or plan.title
    if fixed_form or not advice.sections:
        return replace(plan, title=title)
    bars = sum(section.bars for section in plan.sections)
    return replace(plan, title=title, sections=fitted(advice.sections, bars))


def fitted(sections: Sequence[SectionPlan], bars: int) -> tuple[SectionPlan, ...]:
    """Return sections that fill so many bars in about the given proportions, each of them at least a bar long.

    Lengths are of four bars, of two or of one, the longest that leave every section room; where there are more sections
    than bars, the last ones are left out. A variation without a theme before it is one.
    """
    sections = _themed(sections[:bars])
    unit = next(unit for unit in (4, 2, 1) if bars >= unit * len(sections))
    shares = _apportioned([section.bars for section in sections], bars // unit)
    lengths = [share * unit for share in shares]
    lengths[-1] += bars - sum(lengths)
    return tuple(replace(section, bars=length) for section, length in zip(sections, lengths, strict=True))


def told_title(title: str, *, prompt: str) -> str:
    """Return a title as it may be told: one line, short, and without a word of the sentence that is not of music.

    Returns
    -------
    str
        Empty where nothing can be told.
    """
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())
    private = {word for word in _title_words(prompt) if len(word) >= _SHORTEST_STEM} - _public()
    if any(_is_like(word, other) for word in _title_words(text) for other in private):
        return ""
    return text[:MAX_TITLE_CHARACTERS].rstrip()


def _words(reading: Reading, advice: Advice) -> dict[str, tuple[str, ...]]:
    """Return the words that advice adds, by kind."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, name in (("style", advice.style), ("mood", advice.mood)):
        if name and name not in reading.refused.get(kind, ()):
            found[kind] = (name,)
    if reading.words.get("leaning"):
        found.pop("style", None)
    cast = tuple(name for name in advice.instruments if not _is_refused(name, reading))
    if cast and not reading.solo and not any(reading.words.get(kind) for kind in ("instrument", "ensemble", "role")):
        found["instrument"] = cast
    return found


def _is_refused(name: str, reading: Reading) -> bool:
    """Tell whether a sentence refuses an instrument, itself or its role."""
    refused = reading.refused
    return name in refused.get("instrument", ()) or VOICES[name].role in refused.get("role", ())


def _key(reading: Reading, advice: Advice) -> tuple[Tonality, ...]:
    """Return the key that is suggested, in the mode that was asked for."""
    if advice.tonality is None:
        return ()
    mode = reading.modes[0] if reading.modes else advice.tonality.mode
    return (Tonality(tonic=advice.tonality.tonic, mode=mode),)


def _metre(reading: Reading, advice: Advice) -> tuple[str, ...]:
    """Return the metre that is suggested, where no word names one; a waltz has three beats without being asked."""
    if advice.metre is None or reading.words.get("metre") or "waltz" in reading.words.get("style", ()):
        return ()
    return (str(advice.metre),)


def _tempo(reading: Reading, advice: Advice) -> tuple[float, ...]:
    """Return the tempo that is suggested, where no word is about tempo."""
    said = any(reading.words.get(kind) for kind in ("tempo", "slow", "fast"))
    denied = any(reading.refused.get(kind) for kind in ("slow", "fast"))
    return () if advice.tempo_bpm is None or said or denied else (advice.tempo_bpm,)


def _themed(sections: Sequence[SectionPlan]) -> list[SectionPlan]:
    """Return sections whose variations follow a theme."""
    found: list[SectionPlan] = []
    for section in sections:
        known = any(other.name == "theme" for other in found)
        found.append(replace(section, name="theme") if section.name == "variation" and not known else section)
    return found


def _apportioned(weights: Sequence[int], total: int) -> list[int]:
    """Divide a total in proportion, at least one each, by largest remainders (Hamilton's method)."""
    spare = total - len(weights)
    exact = [spare * weight / sum(weights) for weight in weights]
    shares = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda at: (shares[at] - exact[at], at))
    for at in order[: spare - sum(shares)]:
        shares[at] += 1
    return [1 + share for share in shares]


def _title_words(text: str) -> set[str]:
    return {word.casefold() for word in _TITLE_WORD.findall(text)}


def _public() -> set[str]:
    """Return the words of music, which name nobody."""
    phrases: list[str] = [*STYLES, *MOODS, *VOICES]
    for words in ([row.words for row in STYLES.values()], [row.words for row in MOODS.values()]):
        phrases += [phrase for group in words for phrase in group]
    phrases += [phrase for voice in VOICES.values() for phrase in voice.words]
    return {word for phrase in phrases for word in _title_words(phrase)}


def _is_like(word: str, other: str) -> bool:
    """Tell whether two words are one, but for an ending."""
    shorter, longer = sorted((word, other), key=len)
    return len(shorter) >= _SHORTEST_STEM and longer.startswith(shorter)


def _require_one_of(what: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise InvalidRequestError(
            f"{unknown[:40]!r} is no {what} here",
            code="advice.unknown",
            hint=f"Choose among: {', '.join(name for name in known if name)}.",
        )


def _require_within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidRequestError(
            f"{what} is {value:g}", code="advice.bounds", hint=f"Choose a number from {low:g} to {high:g}."
        )
