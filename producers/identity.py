"""Names of what comes from outside: request ids that sort by time, and event ids that make a repetition harmless.

The event id of a request follows from its request id. Publishing a request twice is therefore the same event twice,
which the inbox takes once, and publishing another wish under a known id is seen as a conflict (promise 1).

References: RFC 9562, section 5.7 (UUID version 7).
"""

import hashlib
import uuid
from datetime import datetime

SOURCE = "client"
"""Who the client says it is; not ``grym/…``, so its events are held against the digest of their data."""

_REQUESTS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:request")
_RANDOM_BYTES = 10


def uuid7(at: datetime, randomness: bytes) -> str:
    """Return a UUID of version 7.

    Parameters
    ----------
    at
        The instant it sorts by, to the millisecond.
    randomness
        Ten random bytes.
    """
    milliseconds = int(at.timestamp() * 1000)
    random_part = int.from_bytes(randomness[:_RANDOM_BYTES], "big")
    high, low = random_part >> 62 & 0xFFF, random_part & (1 << 62) - 1
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low))


def event_id(request_id: str, purpose: str) -> str:
    """Return the id of the event that says `purpose` of a request: always the same one."""
    return str(uuid.uuid5(_REQUESTS, f"{request_id}\x1f{purpose}"))


def variation_id(request_id: str, number: int) -> str:
    """Return the request id of a variation, `number` from 1."""
    return f"{request_id}-{number}"


def variation_seed(seed: int, number: int) -> int:
    """Return the seed of a variation: the given one for the first, one derived from it (32 bits) for the others."""
    if number == 1:
        return seed
    return int.from_bytes(hashlib.sha256(f"variation:{seed}:{number}".encode()).digest()[:4], "big")
