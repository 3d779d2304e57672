"""Numbers that sentences name: tempo, metre and length, in figures and in words of three languages.

All functions take folded text (`folding.folded`), except that `tempi` and `metres` also read it with hyphens.
"""

import re

_ONES = {
    1: "one ein eine einen einer un une", 2: "two zwei deux", 3: "three drei trois", 4: "four vier quatre",
    5: "five fuenf cinq", 6: "six sechs", 7: "seven sieben sept", 8: "eight acht huit", 9: "nine neun neuf",
    10: "ten zehn dix", 11: "eleven elf onze", 12: "twelve zwoelf douze", 14: "fourteen vierzehn quatorze",
    15: "fifteen fuenfzehn quinze", 16: "sixteen sechzehn seize", 18: "eighteen achtzehn",
    20: "twenty zwanzig vingt", 24: "vierundzwanzig", 25: "fuenfundzwanzig", 30: "thirty dreissig trente",
    32: "zweiunddreissig", 40: "forty vierzig quarante", 45: "fuenfundvierzig", 50: "fifty fuenfzig cinquante",
    60: "sixty sechzig soixante", 64: "vierundsechzig", 90: "ninety neunzig",
}  # fmt: skip
_PHRASES = {
    "twenty four": 24, "twenty five": 25, "thirty two": 32, "forty five": 45, "sixty four": 64, "vingt quatre": 24,
    "vingt cinq": 25, "trente deux": 32, "quarante cinq": 45, "soixante quatre": 64, "quatre vingt dix": 90,
    "half a": 0.5, "half": 0.5, "eine halbe": 0.5, "einer halben": 0.5, "halbe": 0.5, "une demi": 0.5, "demi": 0.5,
    "anderthalb": 1.5, "eineinhalb": 1.5, "one and a half": 1.5, "zweieinhalb": 2.5, "two and a half": 2.5,
    "dreieinhalb": 3.5, "three and a half": 3.5, "a couple of": 2, "a quarter of a": 0.25, "three quarters of a": 0.75,
    "eine dreiviertel": 0.75, "a": 1, "an": 1,
}  # fmt: skip
_NUMBERS: dict[str, float] = {
    **_PHRASES, **{word: float(number) for number, words in _ONES.items() for word in words.split()}
}  # fmt: skip
WORDS = frozenset(word for phrase in _NUMBERS for word in phrase.split())
"""Words that numbers are made of."""

_FIGURE = r"\d{1,6}(?:[.,]\d{1,3})?"
_WORDS = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
_NUMBER = rf"(?:{_FIGURE}|{_WORDS})"
# A number does not begin inside a word or behind the point of another number.
_BEFORE = r"(?<!\w)(?<!\d[.,])"

_BARS = r"(?:bars?|measures?|takte?n?|mesures?)"
_SECONDS = (
    rf"(?:{_FIGURE} ?(?:seconds?|secs?|s|sekunden?|sek|secondes?)|(?:{_WORDS}) (?:seconds?|secs|sekunden?|secondes?))"
)
_MINUTES = rf"(?:{_FIGURE} ?(?:minutes?|mins?|minuten?)|(?:{_WORDS}) (?:minutes?|minuten?))"
_HOURS = rf"(?:{_FIGURE} ?(?:hours?|hrs?|stunden?|heures?)|(?:{_WORDS}) (?:hours?|stunden?|heures?))"
_HOUR_LENGTH = re.compile(rf"{_BEFORE}{_HOURS}\b")
_MINUTE_LENGTH = re.compile(
    rf"{_BEFORE}(?P<minutes>{_MINUTES})\b(?P<half>(?: and a half| et demie?))?"
    rf"(?:,? (?:and |et |und )?(?P<seconds>{_SECONDS}\b|[1-5]?\d(?! ?(?:[\d./]|bpm|beats|{_BARS}))))?"
)
_SECOND_LENGTH = re.compile(rf"{_BEFORE}{_SECONDS}\b")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d)(?![\d:])")
_BAR_LENGTH = re.compile(
    rf"{_BEFORE}(?<!/)(?P<number>{_FIGURE} ?|(?:{_WORDS}) )(?:full |whole |ganze |volle )?"
    rf"{_BARS}\b(?! blues)(?! to the)"
    r"|(?<!\w)(?P<figures>\d{1,3}) ?taktig(?:e[rsnm]?)?\b"
    rf"|(?<!\w)(?P<word>{'|'.join(word for words in _ONES.values() for word in words.split())}) ?taktig(?:e[rsnm]?)?\b"
)

_NOTES = {
    1.5: r"dotted (?:quarter|crotchet)s?(?: notes?)?|noires? pointees?|punktierte viertel(?:note)?",
    1.0: r"quarter(?: notes?)?|crotchet|viertel(?:note)?n?|noires?",
    0.5: r"eighth(?: notes?)?|quaver|achtel(?:note)?n?|croches?",
    2.0: r"half(?: notes?)?|minim|halbe(?: note)?n?|blanches?",
}
_TEMPO = re.compile(
    rf"({_FIGURE}) ?(?:bpm|b\.p\.m|(?:beats?|schlaegen?|battements|pulsations|temps|viertel|quarters?|noires|clicks?)"
    r" ?(?:per|a|each|pro|in der|je|par|la|/) ?min)"
    rf"|(?<!\w)(?:bpm|mm|m\.m\.|metronome?|metronom|tempo|♩)(?: marking)? ?[=:]? ?"
    rf"(?:is |of |von |de |di |at |bei |a |about |around |etwa |ca\.? |circa |environ )*({_FIGURE})(?![\d/])"
)
_NOTE_TEMPO = tuple(
    (factor, re.compile(rf"(?<!\w)(?:{words}) ?(?:=|:|equals|at|gleich|a|bei) ?({_FIGURE})(?![\d/])"))
    for factor, words in _NOTES.items()
)
_PER_NOTE = re.compile(rf"({_FIGURE}) a la noire")
_METRE = re.compile(r"(?<![\d/.])(\d{1,3}) ?/ ?(\d{1,3})(?![\d/])")
_BEATS = re.compile(
    rf"(?<!\w)({_NUMBER}) beats? (?:to|per|in|in each|to each) (?:the |a |each |every )?(?:bar|measure)"
)


def _value(text: str) -> float:
    """Return the number that a text begins with, in figures or as the longest number word."""
    figure = re.match(_FIGURE, text)
    if figure:
        return float(figure[0].replace(",", "."))
    word = re.match(rf"(?:{_WORDS})(?!\w)", text)
    return _NUMBERS[word[0]] if word else 0.0


def lengths_s(text: str) -> tuple[float, ...]:
    """Return the lengths of time that are named, in seconds and in their order: ``1:30``, ``zwei Minuten``."""
    minutes = list(_MINUTE_LENGTH.finditer(text))
    found = [(match.start(), _minutes_s(match)) for match in minutes]
    found += [
        (match.start(), _value(match[0]))
        for match in _SECOND_LENGTH.finditer(text)
        if not any(start <= match.start() < end for start, end in (one.span() for one in minutes))
    ]
    found += [(match.start(), 3600 * _value(match[0])) for match in _HOUR_LENGTH.finditer(text)]
    found += [(match.start(), int(match[1]) * 60 + int(match[2])) for match in _CLOCK.finditer(text)]
    return tuple(length for _, length in sorted(found))


def _minutes_s(match: re.Match[str]) -> float:
    """Return the length that minutes and what belongs to them stand for, in seconds."""
    minutes = _value(match["minutes"]) + 0.5 * bool(match["half"])
    return minutes * 60 + (_value(match["seconds"]) if match["seconds"] else 0.0)


def lengths_bars(text: str) -> tuple[int, ...]:
    """Return the numbers of bars that are named: ``16 bars``, ``achttaktig``, ``quatre mesures``."""
    numbers = (match["number"] or match["figures"] or match["word"] for match in _BAR_LENGTH.finditer(text))
    return tuple(int(value) for value in map(_value, numbers) if value >= 1 and value == int(value))


def tempi_bpm(text: str) -> tuple[float, ...]:
    """Return the tempi that are named in numbers, as quarter notes a minute."""
    found = [(match.start(), _value(match[1] or match[2])) for match in _TEMPO.finditer(text)]
    taken: set[int] = set()
    for factor, pattern in _NOTE_TEMPO:
        for match in pattern.finditer(text):
            if match.end() not in taken:
                taken.add(match.end())
                found.append((match.start(), factor * _value(match[1])))
    found += [(match.start(), _value(match[1])) for match in _PER_NOTE.finditer(text)]
    return tuple(dict.fromkeys(tempo for _, tempo in sorted(found)))


def metres(text: str) -> tuple[str, ...]:
    """Return the metres that are named in numbers: ``6/8``, ``five beats to the bar``."""
    found = [(match.start(), f"{match[1]}/{match[2]}") for match in _METRE.finditer(text)]
    found += [(match.start(), _beats(_value(match[1]))) for match in _BEATS.finditer(text)]
    return tuple(metre for _, metre in sorted(found))


def _beats(number: float) -> str:
    """Return the usual metre of a number of beats."""
    return f"{int(number)}/4"
