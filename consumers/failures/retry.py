"""How long a failing event waits before the next attempt: exponential, capped, spread without chance.

The spread comes from the event's identity, so the same history gives the same delays and equal failures of many
events do not come back at once.

References: M. Brooker (2015), "Exponential Backoff And Jitter" (equal jitter).
"""

import hashlib
import math
from dataclasses import dataclass

MAX_ASKED_S = 3600.0
"""Longest delay granted to a dependency that asks for one: an hour, so that a broken header cannot park for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When to try again, and when to give up."""

    max_attempts: int = 5
    """Attempts in all before a dead letter."""
    base_s: float = 0.5
    """Largest delay after the first failure."""
    factor: float = 2.0
    """Growth per attempt."""
    cap_s: float = 60.0
    """Largest delay of the policy."""

    def exhausted(self, attempts: int) -> bool:
        """Return whether that many failed attempts are enough."""
        return attempts >= self.max_attempts

    def delay_s(self, *, attempts: int, identity: str, asked_s: float | None = None) -> float:
        """Return seconds until the next attempt: between half and all of the capped exponential delay.

        Parameters
        ----------
        attempts
            Failed attempts so far, from 1.
        identity
            What is being retried; spreads the delay.
        asked_s
            Seconds the dependency asked for; never undercut.
        """
        exponent = min(attempts - 1, 64)  # beyond that any cap is reached; keeps the power finite
        full_s = min(self.base_s * self.factor**exponent, self.cap_s)
        delay_s = full_s * (0.5 + 0.5 * _share(f"{identity}\x1f{attempts}"))
        if asked_s is None or not math.isfinite(asked_s):
            return delay_s
        return max(delay_s, min(asked_s, MAX_ASKED_S))


def _share(text: str) -> float:
    """Return a number in [0, 1) that looks random and is always the same for a text."""
    return int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest()[:8], "big") / 2**64
