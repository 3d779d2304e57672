"""Values: one attempt, and the session that keeps the last ones of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

KEPT_ATTEMPTS = 100
"""A hundred pieces are months of one listener; at about 700 bytes each the state stays below 70 kB."""
KEPT_EARLY = 50
"""Opinions that came before their pieces: later than fifty others nobody waits for a piece any more."""
LIKED_STARS = 4.0
"""From here on a piece counts as a success with its listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a person thought of one piece.

    Parameters
    ----------
    stars
        1–5, aspects folded in.
    feedback_id
        Event id, which decides between two of one instant.
    """

    stars: float
    at: datetime
    feedback_id: str

    @property
    def order(self) -> tuple[datetime, str]:
        """What puts two opinions of one piece in order; the later one counts."""
        return self.at, self.feedback_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One wish that came to its end (see `schemas.sessions.AttemptEnded` for the fields).

    Parameters
    ----------
    opinion
        What its listener thought; None while unknown, which is no zero.
    """

    request_id: str
    at: datetime
    outcome: str
    style: str = ""
    mode: str = ""
    backend: str = ""
    model: str = ""
    input_sha256: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    passed: bool = False
    rounds: int = 0
    wall_s: float = 0.0
    cpu_s: float | None = None
    opinion: Opinion | None = None

    @property
    def succeeded(self) -> bool:
        """Whether there is a piece, and it passed every check."""
        return self.outcome == "completed" and self.passed

    @property
    def stars(self) -> float | None:
        """What its listener thought of it, 1–5; None while unknown."""
        return None if self.opinion is None else self.opinion.stars

    @property
    def liked(self) -> bool:
        """Whether its listener liked it."""
        return self.opinion is not None and self.opinion.stars >= LIKED_STARS

    @property
    def order(self) -> tuple[datetime, str]:
        """What puts attempts in order, the same on every machine."""
        return self.at, self.request_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Counts of attempts that are no longer kept one by one.

    Parameters
    ----------
    wall_s, cpu_s
        Sums, in seconds; `cpu_s` of those where it was measured.
    """

    attempts: int = 0
    successes: int = 0
    rated: int = 0
    stars: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything kept of a person in a tenant.

    Parameters
    ----------
    attempts
        The last ones, in the order of their time.
    early
        Opinions of pieces that are not known yet, by request id.
    preferences
        What the person set by hand, by backend and setting.
    past
        What older attempts came to, by ``style|backend|model``.
    """

    attempts: tuple[Attempt, ...] = ()
    early: Mapping[str, Opinion] = field(default_factory=dict)
    preferences: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    past: Mapping[str, Account] = field(default_factory=dict)

    @property
    def rated(self) -> tuple[Attempt, ...]:
        """Attempts with an opinion, in the order of their time."""
        return tuple(attempt for attempt in self.attempts if attempt.opinion is not None)
