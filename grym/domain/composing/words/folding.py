"""One spelling for every word: small letters without accents, German umlauts written out, hyphens as spaces.

"Fröhlicher", "froehlicher" and "FRÖHLICHER" are one word then, and so are "lo-fi" and "lo fi".
"""

import re
import unicodedata

_UMLAUTS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "œ": "oe",
        "Œ": "Oe",
        "æ": "ae",
        "Æ": "Ae",
    }
)
_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": " - "})
# What French leaves out before a vowel: "l'orgue", "d'un", "qu'il".
_ELISION = re.compile(r"\b(?:[ldnscjm]|qu|jusqu)'(?=\w)", re.IGNORECASE)
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def plain(text: str) -> str:
    """Return a text in one line, without accents and invisible characters; capitals and hyphens stay."""
    composed = unicodedata.normalize("NFC", text).translate(_QUOTES).translate(_UMLAUTS)
    seen = "".join(" " if unicodedata.category(one) in _INVISIBLE else one for one in composed)
    parts = unicodedata.normalize("NFD", seen)
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    return " ".join(_ELISION.sub("", bare).split())


def folded(text: str) -> str:
    """Return a text as its words are compared: plain, in small letters, hyphens as spaces."""
    # Twice, since small letters of some capitals bring accents of their own.
    return " ".join(plain(plain(text).lower()).lower().replace("-", " ").split())
