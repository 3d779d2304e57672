"""The small world of the examination in learning: who asks for what, and what a studio makes of the values it is given.

A listener hears what a piece really was. So between proposal and judgement stands a studio: it fills in what nobody
proposed with the style's own values, plays in one mode or the other, has whole players and no shares of them, and
follows the words of the request, which a tenth of all requests have. Everything is drawn from the seed and the number
of the request alone, so that every policy is asked the same and a policy that serves the default gets the same pieces
as the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, float]
FloatArray = NDArray[np.float64]

PARAMETERS = ("density", "brightness", "complexity", "swing", "dynamics", "humanise", "pace", "minor", "strings")

DEFAULTS: Mapping[str, Values] = {
    "nocturne": {"density": 0.45, "complexity": 0.45, "dynamics": 0.7, "minor": 0.7, "strings": 0.0},
    "waltz": {"density": 0.4, "complexity": 0.45, "minor": 0.3, "strings": 0.5},
    "pop": {"density": 0.5, "complexity": 0.45, "minor": 0.3, "strings": 0.0},
    "jazz": {"density": 0.55, "complexity": 0.6, "swing": 0.85, "minor": 0.5, "strings": 0.25},
}
"""The styles of the examination, with what is asked when nothing is proposed, where that is not `MIDDLE`."""

MIDDLE: Values = {**dict.fromkeys(PARAMETERS, 0.5), "swing": 0.0}
STYLES = tuple(DEFAULTS)
MOODS = ("calm", "happy")
STYLE_SHARES = (0.35, 0.3, 0.2, 0.15)
MOOD_SHARES = (0.6, 0.4)

WORDED_SHARE = 0.1
"""Requests whose words settle one value; what was proposed for it is then not what is heard."""

WORDED = ("density", "brightness", "dynamics", "pace", "minor", "strings")
TEMPO_WOBBLE = 0.02
PLAYERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish for a piece.

    Parameters
    ----------
    number
        Which one of the run, from 0.
    worded
        Values 0–1 that its words settle.
    """

    number: int
    user: str
    style: str
    mood: str
    worded: Values


def default_of(style: str) -> dict[str, float]:
    """Return every value 0–1 that a piece of a style is asked with when nothing is proposed."""
    return {**MIDDLE, **DEFAULTS[style]}


def requests_of(user: str, *, count: int, seed: int) -> list[Request]:
    """Return what a user asks for, in order."""
    chance = np.random.default_rng([seed, 1, *user.encode()])
    return [_request(number, user, chance) for number in range(count)]


def _request(number: int, user: str, chance: np.random.Generator) -> Request:
    style = str(chance.choice(STYLES, p=STYLE_SHARES))
    mood = str(chance.choice(MOODS, p=MOOD_SHARES))
    name, value, worded = str(chance.choice(WORDED)), round(float(chance.random()), 3), chance.random() < WORDED_SHARE
    return Request(number=number, user=user, style=style, mood=mood, worded={name: value} if worded else {})


def realised(request: Request, proposed: Values, *, seed: int) -> dict[str, float]:
    """Return what the piece really was, each value 0–1.

    Parameters
    ----------
    proposed
        Values 0–1 by name; names of no parameter have no effect.
    """
    chance = np.random.default_rng([seed, 2, request.number, *request.user.encode()])
    wanted = {name: value for name, value in proposed.items() if name in MIDDLE}
    values = {**default_of(request.style), **wanted, **request.worded}
    wobble, coin = chance.uniform(-TEMPO_WOBBLE, TEMPO_WOBBLE), chance.random()
    values["pace"] += wobble
    values["minor"] = 1.0 if coin < values["minor"] else 0.0
    values["strings"] = round(values["strings"] * PLAYERS) / PLAYERS
    return {name: round(min(1.0, max(0.0, value)), 4) for name, value in values.items()}


def quality_share(request: Request, *, seed: int) -> float:
    """Return the share 0–1 of the gate's checks that the piece passed; it says nothing about anybody's taste."""
    chance = np.random.default_rng([seed, 3, request.number, *request.user.encode()])
    return float(round(1.0 - 0.05 * chance.random(), 3))
