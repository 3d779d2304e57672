"""Text likeness without a model: hashed character trigrams, compared by cosine.

It finds shared words and parts of words, not shared meaning, and is named so. Every store scores with the same
function, so that results of several stores have one ranking.

Convention: text is NFKC, lower case; each word is padded (`` word ``) and cut into trigrams; the weight of a trigram is
1 + log(count); a signed hash puts it into one of 1,024 places (Weinberger et al. 2009, "Feature hashing for large scale
multitask learning"), so that collisions cancel out on average instead of adding up.
"""

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

NAME = "lexical/1"
DIM = 1024
KEPT_TEXTS = 1024
KEPT_CHARACTERS = 500
"""A text of this length takes some 60 kB as a vector, so those that are kept take 60 MB at most, and mostly a tenth."""

_WORD = re.compile(r"\w+")
_SPAN = 40
_MOST_HIGHLIGHTS = 3


def weights(text: str) -> Mapping[int, float]:
    """Return the unit vector of a text as its values by place 0–1023, without zeros; empty for a text without words."""
    return _kept_weights(text) if len(text) <= KEPT_CHARACTERS else _weights(text)


def _weights(text: str) -> Mapping[int, float]:
    vector: dict[int, float] = {}
    for gram, count in Counter(_trigrams(text)).items():
        hashed = zlib.crc32(gram.encode())
        sign = 1.0 if hashed & 0x8000_0000 else -1.0
        vector[hashed % DIM] = vector.get(hashed % DIM, 0.0) + sign * (1.0 + math.log(count))
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {place: value / length for place, value in vector.items() if value} if length > 0.0 else {}


_kept_weights = lru_cache(maxsize=KEPT_TEXTS)(_weights)


def dense(text: str) -> list[float]:
    """Return the same as 1,024 values."""
    known = weights(text)
    return [known.get(place, 0.0) for place in range(DIM)]


def likeness(query: str, text: str) -> float:
    """Return the cosine of two texts, 0–1."""
    fewer, more = sorted((weights(query), weights(text)), key=len)
    return clipped(sum(value * more.get(place, 0.0) for place, value in fewer.items()))


def clipped(cosine: float) -> float:
    """Return a cosine as a score: 0–1, rounded to what does not depend on the order in which it was summed."""
    return round(min(1.0, max(0.0, cosine)), 5)


def words(text: str) -> list[str]:
    """Return the words of a text in their normal form."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def highlights(query: str, text: str) -> tuple[str, ...]:
    """Return up to three places of a text where a word of the query begins a word."""
    wanted = [re.escape(word) for word in words(query)]
    if not wanted:
        return ()
    found = re.finditer(rf"\b(?:{'|'.join(wanted)})", text, re.IGNORECASE)
    return tuple(_around(text, match.start()) for match, _ in zip(found, range(_MOST_HIGHLIGHTS), strict=False))


def _trigrams(text: str) -> list[str]:
    padded = (f" {word} " for word in words(text))
    return [word[at : at + 3] for word in padded for at in range(len(word) - 2)]


def _around(text: str, at: int) -> str:
    return text[max(0, at - _SPAN) : at + _SPAN].strip()
