"""Checks that a piece or a recording passes or fails, each with what was measured and what was required."""

from dataclasses import dataclass

ADVISORY = "advisory: "
"""How the requirement of a check begins that tells, and never fails anything."""


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
        What to change when it failed; empty when it passed, unless it is advisory.
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


def made_check(name: str, value: float | None, required: str, unit: str, *, passed: bool, advice: str) -> Check:
    """Return a check whose value is rounded to four places and whose advice is kept only where it failed."""
    rounded = None if value is None else round(value, 4)
    return Check(name=name, value=rounded, required=required, unit=unit, passed=passed, advice="" if passed else advice)


def advisory(check: Check) -> Check:
    """Return a check as advice: it passes whatever was measured, and keeps what it would have advised."""
    return Check(
        name=check.name,
        value=check.value,
        required=f"{ADVISORY}{check.required}",
        unit=check.unit,
        passed=True,
        advice=check.advice,
    )
