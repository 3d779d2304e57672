"""What an opinion is worth: stars and aspects as one number, and that with a piece's quality as a utility 0–1.

A piece without an opinion has no utility: nobody said that it was bad.
"""

from collections.abc import Mapping

ASPECTS = ("melody", "harmony", "rhythm", "form", "sound", "mood")
MIN_STARS = 1.0
MAX_STARS = 5.0
NEUTRAL_STARS = 3.0
"""Neither liked nor disliked: the middle of the scale."""
_STARS_SHARE = 0.7
RATING_SHARE = 0.9
"""The rest is the quality that was measured: a tie between equal stars, and no match for them."""


def overall_stars(stars: int | None, aspects: Mapping[str, int]) -> float | None:
    """Return one number 1–5 for stars and aspects (7 : 3); None when neither was given."""
    if not aspects:
        return None if stars is None else float(stars)
    mean = sum(aspects.values()) / len(aspects)
    return mean if stars is None else _STARS_SHARE * stars + (1.0 - _STARS_SHARE) * mean


def pleasure_of(stars: float) -> float:
    """Return stars 1–5 as a number 0–1."""
    return (stars - MIN_STARS) / (MAX_STARS - MIN_STARS)


def utility_of(stars: float, quality: float) -> float:
    """Return what a rated piece was worth, 0–1: nine parts the stars 1–5, one part its quality 0–1."""
    return RATING_SHARE * pleasure_of(stars) + (1.0 - RATING_SHARE) * quality
