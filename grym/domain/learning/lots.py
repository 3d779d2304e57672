"""Chance without a secret: everything is drawn from the request's name and the learner's version.

So a request is dealt with the same way however often it is, and a new version draws anew. A share of all requests gets
the default by lot (the *holdout*): without it nobody could tell later what the learner was worth.
"""

from hashlib import sha256

import numpy as np

LEARNER = "gp-ucb/2"
HOLDOUT_SHARE = 0.1
HOLDOUT_FROM = 5
"""Opinions of the listener from which lots are drawn: below, the default is served often enough anyway."""
_BYTES = 8


def lot(request_id: str, purpose: str) -> float:
    """Return a number of at least 0 and under 1 for a purpose, which is independent of that for any other."""
    return _number(request_id, purpose) / 2.0 ** (8 * _BYTES)


def generator(request_id: str, purpose: str) -> np.random.Generator:
    """Return a source of chance for a purpose."""
    return np.random.default_rng(_number(request_id, purpose))


def _number(request_id: str, purpose: str) -> int:
    text = f"{LEARNER}\n{purpose}\n{request_id}".encode(errors="surrogatepass")
    return int.from_bytes(sha256(text).digest()[:_BYTES], "big")
