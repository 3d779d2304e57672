"""What a contestant does: take what it needs from a sound, keep it under a name, and say what an excerpt is."""

from dataclasses import dataclass
from typing import Any, Protocol

from grym.domain.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One name for an excerpt.

    Parameters
    ----------
    offset_s
        Where the excerpt begins within the learned sound.
    """

    name: str
    offset_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a contestant says about an excerpt.

    Parameters
    ----------
    guesses
        Best first; empty when nothing is alike.
    evidence
        Numbers for and against the best guess, always as many.
    confidence
        0–1 where the contestant itself says how sure it is; None leaves that to a logistic model of its evidence, which
        is then fitted on the other half of the tunes, to the peers' advantage.
    """

    guesses: tuple[Guess, ...]
    evidence: tuple[float, ...]
    confidence: float | None = None


class Asking(Protocol):
    """Whoever can be asked."""

    def ask(self, signal: Signal) -> Answer:
        """Say what a sound is."""
        ...


class Contestant(Asking, Protocol):
    """A method of recognising."""

    name: str

    def take(self, signal: Signal) -> Any:
        """Return what is kept of a sound; pure, so that several processes may do it."""
        ...

    def bytes_of(self, taken: Any) -> int:
        """Return how much memory that needs at rest."""
        ...

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Keep everything under its name, replacing what was there."""
        ...
