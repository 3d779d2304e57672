"""Checks that a piece or a recording passes or fails, each with what was measured and what was required."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One measured requirement.

    Parameters
    ----------
    name
        Dotted name, ``signal.clipping`` or ``music.in_key``.
    value
        What was measured, in `unit`; None where it cannot be measured (silence has no loudness).
    required
        The requirement in words and numbers, ``<= -1``.
    unit
        Unit of `value` (``dBTP``, ``share``, ``BPM``).
    advice
        What to change when it failed; empty when it passed.
    """

    name: str
    value: float | None
    required: str
    unit: str
    passed: bool
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """All checks of one sound; it passes when every check passes."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)
