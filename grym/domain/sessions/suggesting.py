"""Suggestions: what a person's liked pieces say about the next one, 0.7 of like wishes and 0.3 of all others.

*Specific* are the liked pieces of the very same wish where there are any, otherwise those of its style; *general* are
all other liked ones. Where one of the two is missing the other counts alone and the gap is named: a mean with zero in
place of what nobody knows would be a made-up number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from grym.domain.sessions.values import Attempt

SPECIFIC, GENERAL = 0.7, 0.3
DIGITS = 3

Missing = Literal["", "specific", "general"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Means of liked pieces by parameter, and of how many each is."""

    values: Mapping[str, float]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One suggested value 0–1, with what stands behind it."""

    value: float
    specific: int
    general: int
    missing: Missing


def liked_by_style(attempts: Iterable[Attempt]) -> dict[str, Means]:
    """Return the means of the liked pieces of each style."""
    styles: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        if attempt.liked:
            styles.setdefault(attempt.style, []).append(attempt)
    return {style: means_of(liked) for style, liked in sorted(styles.items())}


def means_of(liked: Iterable[Attempt]) -> Means:
    """Return the means of some pieces, each over those that tell the parameter."""
    told: dict[str, list[float]] = {}
    for attempt in liked:
        for name, value in attempt.parameters.items():
            told.setdefault(name, []).append(value)
    return Means(
        values={name: sum(values) / len(values) for name, values in sorted(told.items())},
        counts={name: len(values) for name, values in sorted(told.items())},
    )


def suggestions(attempts: Iterable[Attempt], *, style: str, input_sha256: str = "") -> dict[str, Suggestion]:
    """Return what liked pieces suggest for a wish, by parameter; empty where none was liked."""
    liked = [attempt for attempt in attempts if attempt.liked]
    same = [attempt for attempt in liked if input_sha256 and attempt.input_sha256 == input_sha256]
    specific = same or [attempt for attempt in liked if attempt.style == style]
    ids = {attempt.request_id for attempt in specific}
    return blended(means_of(specific), means_of(one for one in liked if one.request_id not in ids))


def suggested_for(styles: Mapping[str, Means], style: str) -> dict[str, Suggestion]:
    """Return the same from means by style, for whoever knows no more."""
    return blended(styles.get(style, NOTHING), _together(means for name, means in styles.items() if name != style))


def blended(specific: Means, general: Means) -> dict[str, Suggestion]:
    """Blend means of like pieces with those of all others."""
    return {name: _blend(name, specific, general) for name in sorted({*specific.values, *general.values})}


def _blend(name: str, specific: Means, general: Means) -> Suggestion:
    near, far = specific.values.get(name), general.values.get(name)
    if near is None or far is None:
        alone = near if near is not None else far
        assert alone is not None
        value, missing = alone, "specific" if near is None else "general"
    else:
        value, missing = SPECIFIC * near + GENERAL * far, ""
    return Suggestion(
        value=round(value, DIGITS),
        specific=specific.counts.get(name, 0),
        general=general.counts.get(name, 0),
        missing=missing,  # type: ignore[arg-type]  # one of the three, by the lines above
    )


def _together(parts: Iterable[Means]) -> Means:
    """Return the means over several styles, each piece counting once."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for part in parts:
        for name, value in part.values.items():
            sums[name] = sums.get(name, 0.0) + value * part.counts[name]
            counts[name] = counts.get(name, 0) + part.counts[name]
    return Means(values={name: sums[name] / counts[name] for name in sums}, counts=counts)


NOTHING = Means(values={}, counts={})
