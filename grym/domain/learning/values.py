"""What the learner knows, is asked, and answers; frozen values, settings 0–1 by name.

A *stamp* orders what happened: the instant in UTC with microseconds, then the id of the event, as one text that sorts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Arm = Literal["learned", "trial", "holdout", "fallback", "default", ""]
"""What was served: what was learned, a careful try, the default by lot, by the guard or for want of any opinion; empty
where nobody knows."""

DEFAULT_ARMS: frozenset[str] = frozenset({"holdout", "fallback", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What reached a listener.

    Parameters
    ----------
    parameters
        What it really had.
    defaults
        What it would have had without the learner; empty where nobody said.
    propensity
        How likely its arm was, above 0 to 1.
    expected
        Utility 0–1 that was expected of it; None where nothing was.
    quality
        Share of its checks that it passed, 0–1.
    stamp
        When it reached them.
    """

    piece_id: str
    style: str
    parameters: Mapping[str, float]
    stamp: str
    mood: str = ""
    defaults: Mapping[str, float] = field(default_factory=dict)
    arm: str = ""
    propensity: float = 1.0
    expected: float | None = None
    quality: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the listener thought of one piece, 1–5 stars with aspects folded in."""

    piece_id: str
    stars: float
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Of two pieces, the one that the listener liked better."""

    better_id: str
    worse_id: str
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """Everything that is known of one listener, each part in the order of its stamps, one of each piece."""

    pieces: tuple[Piece, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    preferences: tuple[Preference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the next piece is to be.

    Parameters
    ----------
    request_id
        What lots are drawn from.
    defaults
        What it has without the learner; where empty, what such pieces had so far.
    fixed
        What the wish itself decides; nothing is proposed for these names.
    """

    request_id: str
    style: str
    mood: str = ""
    defaults: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard makes of the best that was found.

    Parameters
    ----------
    serving
        Whether it may be served.
    reason
        Why, in a few words.
    lower
        Lower confidence bound of its utility, 0–1.
    default
        Utility 0–1 that is expected of the default.
    evidence
        How much likelier the opinions are by a taste than by chance alone, as a natural logarithm.
    """

    serving: bool
    reason: str
    lower: float = 0.0
    default: float = 0.0
    evidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The answer to a question.

    Parameters
    ----------
    parameters
        Settings to be served, rounded to three digits; empty where the default is.
    sources
        Where each value comes from: learned, default, holdout or request.
    propensity
        How likely the arm was, above 0 to 1.
    candidates_sha256
        Digest of the settings that were compared; empty where none were.
    expected, expected_default
        Utility 0–1 expected of what is served, and of the default; None without an opinion to go by.
    """

    parameters: Mapping[str, float]
    sources: Mapping[str, str]
    arm: Arm
    propensity: float
    ratings: int
    verdict: Verdict
    candidates_sha256: str = ""
    expected: float | None = None
    expected_default: float | None = None
