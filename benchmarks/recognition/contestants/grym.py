"""grym itself, by its own functions and a shelf in memory."""

from typing import Any

from benchmarks.recognition.contestants.base import Answer, Guess
from grym.domain.recognition.codec import encode
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.recognising import recognise
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import Signal


class Grym:
    """The contestant this is all about."""

    name = "grym"

    def __init__(self) -> None:
        self._names: list[str] = []
        self._shelf = Shelf()

    def take(self, signal: Signal) -> Imprint:
        """Return the imprint of a sound."""
        return take_imprint(signal)

    def bytes_of(self, taken: Imprint) -> int:
        """Return the length of the encoded imprint."""
        return len(encode(taken))

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Put every imprint on a new shelf."""
        self._names, self._shelf = names, Shelf()
        for imprint in taken:
            self._shelf.put(imprint)

    def ask(self, signal: Signal) -> Answer:
        """Recognise a sound, its imprint included."""
        findings = recognise(take_imprint(signal), self._shelf, top=5)
        return Answer(
            guesses=tuple(Guess(name=self._names[one.number], offset_s=one.offset_s) for one in findings),
            evidence=(),
            confidence=findings[0].confidence if findings else 0.0,
        )
