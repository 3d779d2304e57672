"""Style profiles: clusters of what a person liked, and which of them a wish is near to.

A liked piece moves the nearest profile towards itself (exponential moving average, α = 0.3), or founds one where none
is alike by 0.8 or more; a piece that was rated and not liked counts as a use without success. Likeness is one minus the
root mean square difference over the names both know. The cosine, which an earlier design used, says little of values
that are never negative: of random pairs of nine such values every third is alike by 0.8.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grym.domain.sessions.values import Attempt

ALPHA = 0.3
LIKENESS = 0.8
MOST_PROFILES = 8
LEAST_SHARED = 3
"""Names both must know: two values alike say nothing of a taste."""
DIGITS = 4

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One cluster.

    Parameters
    ----------
    vector
        Its centre, each 0–1 by name.
    uses, successes
        Rated pieces near it, and how many of them were liked.
    styles
        How often each style was among the liked ones.
    """

    name: str
    vector: Vector
    uses: int
    successes: int
    styles: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The profile a wish is near to; None with the likeness of the nearest where none is near enough.

    Parameters
    ----------
    likeness
        Of the nearest profile, 0–1; 0 without one.
    """

    profile: Profile | None
    likeness: float


def likeness(one: Vector, other: Vector) -> float:
    """Return how alike two vectors are, 0–1; 0 where they share too few names.

    >>> likeness({"pace": 0.1, "minor": 1.0, "strings": 0.9}, {"pace": 0.1, "minor": 1.0, "strings": 0.9})
    1.0
    """
    shared = one.keys() & other.keys()
    if len(shared) < LEAST_SHARED:
        return 0.0
    total = sum((one[name] - other[name]) ** 2 for name in sorted(shared))
    return max(0.0, 1.0 - math.sqrt(total / len(shared)))


def profiles_of(rated: Iterable[Attempt]) -> tuple[Profile, ...]:
    """Return the profiles of rated attempts, folded in the order of their time.

    Where a ninth is founded, the one with the fewest liked pieces goes, of equals the oldest.
    """
    profiles: list[Profile] = []
    for founded, attempt in enumerate(rated, start=1):
        place = _nearest(profiles, attempt.parameters)
        if place is not None:
            profiles[place] = _used(profiles[place], attempt)
        elif attempt.liked and len(attempt.parameters) >= LEAST_SHARED:
            if len(profiles) == MOST_PROFILES:
                profiles.remove(min(profiles, key=lambda profile: profile.successes))
            profiles.append(_founded(attempt, number=founded))
    return tuple(profiles)


def recommended(profiles: Iterable[Profile], wish: Vector) -> Recommendation:
    """Return the profile that a wish is near to."""
    ranked = sorted(profiles, key=lambda profile: -likeness(profile.vector, wish))
    if not ranked:
        return Recommendation(profile=None, likeness=0.0)
    found = likeness(ranked[0].vector, wish)
    return Recommendation(profile=ranked[0] if found >= LIKENESS else None, likeness=round(found, DIGITS))


def profile_near(profiles: Iterable[Profile], wish: Vector) -> str:
    """Return the name of the profile that a wish is near to; empty where there is none."""
    found = recommended(profiles, wish).profile
    return "" if found is None else found.name


def _nearest(profiles: list[Profile], vector: Vector) -> int | None:
    ranked = sorted(range(len(profiles)), key=lambda place: -likeness(profiles[place].vector, vector))
    return ranked[0] if ranked and likeness(profiles[ranked[0]].vector, vector) >= LIKENESS else None


def _used(profile: Profile, attempt: Attempt) -> Profile:
    if not attempt.liked:
        return replace(profile, uses=profile.uses + 1)
    moved = {
        name: round(profile.vector.get(name, value) * (1.0 - ALPHA) + value * ALPHA, DIGITS)
        for name, value in attempt.parameters.items()
    }
    styles = {**profile.styles, attempt.style: profile.styles.get(attempt.style, 0) + 1}
    vector = {**profile.vector, **moved}
    return replace(profile, vector=vector, uses=profile.uses + 1, successes=profile.successes + 1, styles=styles)


def _founded(attempt: Attempt, *, number: int) -> Profile:
    """Return a new profile, called after its first piece: the name stays while later pieces join."""
    return Profile(
        name=f"{attempt.style or 'any'}-{number}",
        vector={name: round(value, DIGITS) for name, value in attempt.parameters.items()},
        uses=1,
        successes=1,
        styles={attempt.style: 1},
    )
