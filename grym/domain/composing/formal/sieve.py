"""Sieves: sets of integers made of residue classes by union, intersection and complement.

Written as text: ``3@0`` is every integer that leaves 0 when divided by 3, ``|`` unites, ``&`` intersects and binds
closer, ``~`` complements and binds closest, brackets group: ``3@0 & 4@1 | ~5@2``. The integers are semitones or
sixteenths; a sieve repeats after its period.

References
----------
Xenakis 1992, ch. VII (towards a metamusic) and XI (sieves). Ariza 2005, The Xenakis sieve as object, Computer Music
Journal 29(2).
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from grym.errors import InvalidRequestError

MAX_MODULUS: Final = 128
MAX_PERIOD: Final = 20_000
MAX_CHARACTERS: Final = 200
_TOKEN: Final = re.compile(r"\s*(?:(\d{1,3})@(\d{1,3})|([|&~()]))")


@dataclass(frozen=True, slots=True)
class Sieve:
    """One period of a sieve: `pattern[n % period]` tells whether the integer n belongs to it."""

    pattern: tuple[bool, ...]

    @property
    def period(self) -> int:
        """After how many integers it repeats; the shortest such length."""
        return len(self.pattern)

    def __contains__(self, number: int) -> bool:
        return self.pattern[number % len(self.pattern)]

    def members(self, start: int, stop: int) -> tuple[int, ...]:
        """Return the integers of the sieve in [start, stop), rising."""
        return tuple(number for number in range(start, stop) if number in self)


def read_sieve(text: str) -> Sieve:
    """Read a sieve from its text.

    Raises
    ------
    InvalidRequestError
        With the code ``formal.sieve``: no such notation, a modulus out of 1 to 128, a period over 20,000.
    """
    return _Reader(_tokens(text)).whole()


def _tokens(text: str) -> list[tuple[int, int] | str]:
    """Split the text into residue classes and marks."""
    if len(text) > MAX_CHARACTERS:
        raise _refusal(f"is longer than {MAX_CHARACTERS} characters")
    found: list[tuple[int, int] | str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _refusal(f"cannot be read at character {at + 1}")
        found.append(match[3] or (int(match[1]), int(match[2])))
        at = match.end()
    return found


class _Reader:
    """Reads an expression by recursive descent; patterns are integers whose bit n stands for the number n."""

    def __init__(self, tokens: list[tuple[int, int] | str]) -> None:
        self._tokens = tokens
        self._at = 0
        moduli = [token[0] for token in tokens if not isinstance(token, str)]
        if not moduli or not all(1 <= modulus <= MAX_MODULUS for modulus in moduli):
            raise _refusal(f"needs residue classes with moduli from 1 to {MAX_MODULUS}")
        self._length = math.lcm(*moduli)
        if self._length > MAX_PERIOD:
            raise _refusal(f"repeats only after {self._length} numbers, more than {MAX_PERIOD}")

    def whole(self) -> Sieve:
        """Read all that is there."""
        bits = self._union()
        if self._at < len(self._tokens):
            raise _refusal("has something left over at its end")
        return Sieve(_shortest(tuple(bool(bits >> number & 1) for number in range(self._length))))

    def _union(self) -> int:
        bits = self._intersection()
        while self._next("|"):
            bits |= self._intersection()
        return bits

    def _intersection(self) -> int:
        bits = self._single()
        while self._next("&"):
            bits &= self._single()
        return bits

    def _single(self) -> int:
        if self._next("~"):
            return ~self._single() & ((1 << self._length) - 1)
        if self._next("("):
            bits = self._union()
            if not self._next(")"):
                raise _refusal("has a bracket that is not closed")
            return bits
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if isinstance(token, str):
            raise _refusal("lacks a residue class such as 3@0")
        self._at += 1
        return sum(1 << number for number in range(token[1] % token[0], self._length, token[0]))

    def _next(self, mark: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == mark
        self._at += found
        return found


def _shortest(pattern: tuple[bool, ...]) -> tuple[bool, ...]:
    """Return the shortest beginning of a pattern that gives it by repetition."""
    length = len(pattern)
    periods = (count for count in range(1, length + 1) if length % count == 0)
    return next(pattern[:count] for count in periods if pattern[:count] * (length // count) == pattern)


def _refusal(what: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The sieve {what}.", code="formal.sieve", hint="Write it like 3@0 | 4@1 & ~5@2, with brackets where needed."
    )
