"""Reading a sentence in English, German or French: what it names, what it refuses, and the numbers in it.

Reading decides nothing; it returns what was asked, contradictions included, in the order of the sentence. Words in
the scope of a negation ("no drums", "ohne Bass und Schlagzeug", "pas trop vite") are returned as refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grym.domain.composing.score import Tonality
from grym.domain.composing.vocabulary import IGNORED, NEGATIONS
from grym.domain.composing.words import french, german, keys, numbers
from grym.domain.composing.words.folding import folded, plain
from grym.domain.composing.words.lexicon import LONGEST_PHRASE, Meaning, meanings

_WORD = re.compile(r"[,.;:!?]|[a-z0-9#&♯♭][a-z0-9'#&♯♭]*")
_STOPS = frozenset(".;:!?")
# What says "without" in more than one word.
_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|anstelle von|au lieu d[eu']?|plutot que|a la place d[eu]|free of)\b"
)
_WITHOUT = "without"


def _set(*groups: Sequence[str]) -> frozenset[str]:
    return frozenset(folded(word) for group in groups for word in group)


_NEGATIONS = _set(NEGATIONS, german.NEGATIONS, french.NEGATIONS)
# A negation reaches over small words to the next phrase of the vocabulary, and over lists.
_BRIDGES = _set(
    (",", "and", "or", "any", "a", "an", "the", "too", "very", "so", "nor", "use", "include", "want", "add", "have"),
    german.BRIDGES,
    french.BRIDGES,
)
_OR, _AND = _set(("or", "nor", "oder", "noch", "ou", "ni")), _set(("and", "und", "et"))
_ARTICLES = _set(("a", "an", "with"), german.ARTICLES, french.ARTICLES)
_FOR = _set(("for",), german.FOR, french.FOR)
_BEFORE_PLAYER = _set(
    ("solo", "two", "one", "a", "an", "the"), german.ARTICLES, french.ARTICLES, ("le", "la", "les", "the", "une", "das")
)
_ONLY = _set(("only", "just", "nothing but", "solely"), german.ONLY, french.ONLY)
_SOLO = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted(_set(("unaccompanied", "alone", "solo"), german.ALONE, french.ALONE))) + r")(?!\w)"
)
_LOOP = _set(("loop", "loops", "looped", "looping", "loopable"), german.LOOPS, french.LOOPS)
_FUNCTION = _set(IGNORED, german.FUNCTION, french.FUNCTION, ("loop", "free")) | numbers.WORDS
_FREE = frozenset({"less", "free", "frei", "los"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a sentence asks for.

    Parameters
    ----------
    words
        Vocabulary words by kind (``style``, ``mood``, ``tempo``, ``slow``, ``fast``, ``metre``, ``instrument``,
        ``role``, ``character``, ``ensemble``), as names, in order.
    refused
        The same for negated words.
    lengths_s, lengths_bars
        Lengths that are named, in seconds and in bars.
    unknown
        How many content words are not in the vocabulary.
    solo
        Whether a soloist was asked for.
    only
        Whether nobody but the instruments named is to play: "only piano".
    written_for
        Whether the piece is *for* the instruments named: "for piano and violin".
    loop
        Whether the piece is to go round.
    """

    words: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, tuple[str, ...]]
    tonalities: tuple[Tonality, ...] = ()
    modes: tuple[str, ...] = ()
    metres: tuple[str, ...] = ()
    tempi_bpm: tuple[float, ...] = ()
    lengths_s: tuple[float, ...] = ()
    lengths_bars: tuple[int, ...] = ()
    unknown: int = 0
    solo: bool = False
    only: bool = False
    written_for: bool = False
    loop: bool = False


@dataclass(slots=True)
class _Found:
    """Words found so far."""

    words: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    unknown: int = 0
    only: bool = False
    written_for: bool = False

    def add(self, found: Sequence[Meaning], *, negated: bool) -> None:
        """Note what a phrase stands for."""
        target = self.refused if negated else self.words
        for kind, name in found:
            target.setdefault(kind, []).append(name)


def read(prompt: str) -> Reading:
    """Read a sentence."""
    text = plain(prompt)
    lower = folded(prompt)
    found = _words(_INSTEAD.sub(_WITHOUT, lower))
    return Reading(
        words={kind: tuple(dict.fromkeys(names)) for kind, names in found.words.items()},
        refused={kind: tuple(dict.fromkeys(names)) for kind, names in found.refused.items()},
        tonalities=keys.keys(text),
        modes=keys.modes(text),
        metres=numbers.metres(lower),
        tempi_bpm=numbers.tempi_bpm(lower),
        lengths_s=numbers.lengths_s(lower),
        lengths_bars=numbers.lengths_bars(lower),
        unknown=found.unknown,
        solo=bool(_SOLO.search(lower)),
        only=found.only,
        written_for=found.written_for,
        loop=not _LOOP.isdisjoint(_WORD.findall(lower)),
    )


def both_ways(reading: Reading) -> tuple[str, ...]:
    """Return what a sentence asks for and refuses: styles, moods, players and roles, each once."""
    kinds = ("style", "mood", "instrument", "role", "ensemble")
    found = (name for kind in kinds for name in reading.words.get(kind, ()) if name in reading.refused.get(kind, ()))
    return tuple(dict.fromkeys(found))


def _words(lower: str) -> _Found:
    """Match the longest phrases of the vocabulary from left to right, minding negations."""
    tokens = _WORD.findall(lower)
    found = _Found()
    at, negated = 0, False
    while at < len(tokens):
        size, meant = _phrase(tokens, at)
        if size:
            # "drum free", "schlagzeugfrei" as two words: what follows negates.
            refused = negated or _is_freed(tokens, at + size)
            found.add(meant, negated=refused)
            _note_company(found, tokens, at, size, meant)
            at += size
            negated = negated and _list_goes_on(tokens, at)
            continue
        negated = tokens[at] in _NEGATIONS or (negated and tokens[at] in _BRIDGES)
        suffixed = _suffix_negated(tokens[at])
        found.add(suffixed, negated=True)
        found.unknown += not suffixed and _is_content(tokens[at])
        at += 1
    return found


def _phrase(tokens: Sequence[str], at: int) -> tuple[int, tuple[Meaning, ...]]:
    """Return how many tokens the longest phrase at a place takes and what it stands for; 0 where there is none."""
    for size in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
        meant = meanings(" ".join(tokens[at : at + size]), before_noun=_goes_on(tokens, at + size))
        if meant:
            return size, meant
    return 0, ()


def _goes_on(tokens: Sequence[str], at: int) -> bool:
    """Tell whether another word follows that an adjective could belong to."""
    return at < len(tokens) and tokens[at] not in _STOPS | _OR | _AND | {",", "aber", "bitte", "but", "please"}


def _is_freed(tokens: Sequence[str], at: int) -> bool:
    return at < len(tokens) and tokens[at] in _FREE


def _suffix_negated(token: str) -> tuple[Meaning, ...]:
    """Return what a token refuses by its ending: "drumless", "schlagzeuglos"."""
    for ending in _FREE:
        stem = token.removesuffix(ending)
        if stem != token:
            found = meanings(stem, before_noun=False)
            if found:
                return found
    return ()


def _note_company(found: _Found, tokens: Sequence[str], at: int, size: int, meant: Sequence[Meaning]) -> None:
    """Note whether players are named as the only ones, or as those the piece is for."""
    if not any(kind in {"instrument", "ensemble"} for kind, _ in meant):
        return
    before = at - 1
    while before >= 0 and tokens[before] in _BEFORE_PLAYER:
        before -= 1
    found.written_for |= before >= 0 and tokens[before] in _FOR
    after = tokens[at + size] if at + size < len(tokens) else ""
    but = tokens[max(0, before - 1) : before + 1] == ["nothing", "but"]
    found.only |= but or (before >= 0 and tokens[before] in _ONLY) or after in _ONLY


def _list_goes_on(tokens: Sequence[str], at: int) -> bool:
    """Tell whether a negated list continues: by "or", by "and" without an article, or by a comma before an "or"."""
    if at >= len(tokens):
        return False
    if tokens[at] in _AND:
        return at + 1 < len(tokens) and tokens[at + 1] not in _ARTICLES
    if tokens[at] != ",":
        return tokens[at] in _OR
    while at < len(tokens) and (tokens[at] == "," or _phrase(tokens, at)[0]):
        at += max(1, _phrase(tokens, at)[0])
    return at < len(tokens) and tokens[at] in _OR | _AND


def _is_content(token: str) -> bool:
    """Tell whether a word of no meaning here would mean something to a person."""
    if len(token) <= 2 or token[0].isdigit() or keys.is_tonal(token):
        return False
    return token not in _FUNCTION and token not in _NEGATIONS and token not in _ONLY
