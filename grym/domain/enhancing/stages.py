"""The stages: who surveys, how large each fault is, and which of them only ever take something away."""

from collections.abc import Callable, Mapping

from grym.domain.enhancing.rumble import survey_rumble
from grym.domain.enhancing.sound import Survey

Fault = Callable[[Mapping[str, float]], float]
"""How large a fault is, ≥ 0, from what a survey found."""

SURVEYS: Mapping[str, Survey] = {
    "rumble": survey_rumble,
}

FAULTS: Mapping[str, Fault] = {
    "rumble": lambda found: found["offset"] + 10.0 ** (found["rumble_dbfs"] / 20.0),
}

REMOVING = frozenset({"hum", "rumble", "denoise"})
"""What these take away must know nothing of the music."""
