"""How many bytes a cache deserves: more while the next ones pay for themselves, fewer when memory is short.

A pure rule, applied again and again in small steps. What bytes are worth is read from miniatures of half and of twice
the budget; between giving and taking lies a gap, so that budgets do not swing.
"""

from dataclasses import dataclass

from grym.memory.caching.miniatures import Curve

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingSettings:
    """Where a budget begins, where it ends, and what a byte must bring."""

    first_bytes: int = 8 * MIB
    """Where it begins: the decoded imprints of some fifty sounds of half a minute."""
    least_bytes: int = 1 * MIB
    """Never less, however short memory is: the records of one question must fit."""
    most_bytes: int = 32 * MIB
    """Never more: a third of what pattern memory may use (100 MB)."""
    worth: float = 1.0
    """Hits of 1,000 requests that another MiB must bring. An imprint of half a minute takes 0.7 ms of processor time to
    load and decode, so where 500 are asked for each second, a MiB at that price saves a third of a millisecond."""
    keep: float = 0.5
    """Share of `worth` below which bytes are given back; in between, nothing changes."""
    step: float = 0.125
    """Share of the budget by which it changes at once."""
    full: float = 0.85
    """Share of the process's memory limit above which bytes are given back, whatever they bring."""
    roomy: float = 0.75
    """Share of the limit below which a budget may grow."""
    evidence: float = 1_000.0
    """Sampled requests without which nobody knows what bytes are worth."""


def next_budget(
    budget_bytes: int, curve: Curve | None, *, used_share: float, settings: SizingSettings | None = None
) -> int:
    """Return the budget to go on with, in bytes.

    Parameters
    ----------
    budget_bytes
        The present one.
    curve
        What bytes are worth; None while nobody knows.
    used_share
        Memory used by the process, as a share of its limit.
    """
    limits = settings or SizingSettings()
    step = int(budget_bytes * limits.step)
    if used_share > limits.full:
        return max(budget_bytes - step, limits.least_bytes)
    if curve is None or curve.requests < limits.evidence:
        return budget_bytes
    gain, loss = per_mib(curve, budget_bytes)
    if gain >= limits.worth and used_share < limits.roomy:
        return min(budget_bytes + step, max(limits.most_bytes, budget_bytes))
    if loss < limits.worth * limits.keep:
        return max(budget_bytes - step, min(limits.least_bytes, budget_bytes))
    return budget_bytes


def per_mib(curve: Curve, budget_bytes: int) -> tuple[float, float]:
    """Return what a MiB more would bring and what one less would cost, in hits of 1,000 requests.

    Averages over the way to twice and to half the budget. Since each further byte brings less than the one before, the
    first step up brings at least the one average, and the first step down costs at most the other.
    """
    thousand_per_mib = 1_000.0 * MIB / (curve.requests * budget_bytes)
    return (curve.double - curve.whole) * thousand_per_mib, 2.0 * (curve.whole - curve.half) * thousand_per_mib
