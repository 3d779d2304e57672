"""What is told of a repair."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["clean", "planned", "kept", "undone"]
Measures = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage in one round.

    Parameters
    ----------
    outcome
        ``clean``: nothing to repair. ``planned``: only looked at. ``kept``. ``undone``: it did not help.
    found
        What was measured, by name, each in the unit its name ends in.
    why
        One sentence for a person.
    """

    stage: str
    round: int = 1
    outcome: Outcome = "clean"
    found: dict[str, float] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was wrong with a sound, what was done, and which of the two was kept."""

    kept: Literal["original", "enhanced"]
    before: Measures
    after: Measures
    steps: tuple[Step, ...]
