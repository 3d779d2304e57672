"""Imprints of what can be recognised: encoded ones at hand, the decoded ones that were asked for last in a cache.

An imprint is some 100 KB a minute encoded and takes about a millisecond to decode, so a question about a handful of
candidates is answered from memory. What is kept here is a copy of what the journal holds.
"""

from collections.abc import Callable
from typing import Protocol

from grym.domain.recognition.codec import decode
from grym.domain.recognition.imprint import Imprint


class ImprintCache(Protocol):
    """Keeps decoded imprints while there is room."""

    def get_or_make(self, number: int, make: Callable[[], Imprint]) -> Imprint:
        """Return what is kept under a number, made where nothing is."""
        ...


class Imprints:
    """The imprints of one collection by number.

    Parameters
    ----------
    cache
        Where decoded ones are kept; None decodes each time.
    """

    def __init__(self, cache: ImprintCache | None = None) -> None:
        self._encoded: dict[int, bytes] = {}
        self._cache = cache

    def keep(self, number: int, encoded: bytes) -> None:
        """Keep an imprint; numbers are never given twice, so nothing cached can become wrong."""
        self._encoded[number] = encoded

    def forget(self, number: int) -> None:
        """Give an imprint up; a reader that still asks for it finds nothing."""
        self._encoded.pop(number, None)

    def of(self, number: int) -> Imprint:
        """Return a decoded imprint.

        Raises
        ------
        KeyError
            Where it was given up.
        """
        encoded = self._encoded[number]
        return decode(encoded) if self._cache is None else self._cache.get_or_make(number, lambda: decode(encoded))
