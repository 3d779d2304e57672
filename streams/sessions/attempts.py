"""An attempt as it is kept: only numbers that can be, and names of a bounded length."""

import math
from collections.abc import Mapping

from grym.domain.sessions.values import Attempt
from schemas.envelope import Envelope
from schemas.sessions import AttemptEnded
from streams.processor import instant_of

MOST_NAMES = 32
"""Twice as many parameters as any learner proposes."""
NAME_CHARACTERS = 64
MOST_SECONDS = 31 * 86_400.0
"""A month, longer than any deadline."""
MOST_ROUNDS = 1000
DIGITS = 5


def attempt_of(envelope: Envelope) -> Attempt:
    """Return the attempt that an event tells of; what is out of bounds is left out, never guessed."""
    told: AttemptEnded = envelope.body
    return Attempt(
        request_id=envelope.subject[:256],
        at=instant_of(envelope),
        outcome=told.outcome,
        style=_name(told.style),
        mode=_name(told.mode),
        backend=_name(told.backend),
        model=_name(told.model),
        input_sha256=_name(told.input_sha256),
        parameters=_numbers(told.parameters, low=0.0, high=1.0),
        settings=_numbers(told.settings, low=-1e3, high=1e3),
        metrics=_numbers(told.metrics, low=-1e6, high=1e6),
        passed=told.passed,
        rounds=min(MOST_ROUNDS, max(0, told.rounds)),
        wall_s=_seconds(told.wall_s),
        cpu_s=None if told.cpu_s is None else _seconds(told.cpu_s),
    )


def _name(text: str) -> str:
    return text[:NAME_CHARACTERS].replace("|", "/")


def _numbers(values: Mapping[str, float], *, low: float, high: float) -> dict[str, float]:
    """Return the finite values within bounds, by name in order."""
    fine = {
        _name(name): round(value, DIGITS)
        for name, value in sorted(values.items())
        if math.isfinite(value) and low <= value <= high
    }
    return dict(list(fine.items())[:MOST_NAMES])


def _seconds(value: float) -> float:
    return round(value, DIGITS) if math.isfinite(value) and 0.0 <= value <= MOST_SECONDS else 0.0
