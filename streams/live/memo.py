"""What is kept of a stream besides the state of its sound, and what is kept of one that has ended."""

from datetime import UTC, datetime

import msgspec

from schemas.frames import SampleFormat
from streams.live.recognised import Sounding

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Over(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is kept of a stream that has ended, so that its id means no other one."""

    source: str = ""
    opened_id: str = ""
    end_s: float = 0.0
    correlation_id: str = ""
    tenant: str = "default"
    reason: str = ""
    last_id: str = ""
    ended_at: datetime = EPOCH


class Memo(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is kept of a stream besides the state of its sound.

    Parameters
    ----------
    last_id, last_at
        Of the newest record: id and log-append time.
    opened_id
        Of its opening; empty until there is one.
    end_s
        Up to where sound has come, in seconds of its own clock.
    counts
        What was refused, by name.
    patterns
        How often a pattern began to sound.
    soundings
        Patterns that sound.
    memory_away
        Whether memory did not answer when it was asked last.
    """

    source: str
    sample_rate_hz: int
    channels: int
    sample_format: SampleFormat
    correlation_id: str
    tenant: str
    last_at: datetime
    last_id: str = ""
    opened_id: str = ""
    end_s: float = 0.0
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    patterns: int = 0
    soundings: list[Sounding] = msgspec.field(default_factory=list)
    memory_away: bool = False
    sound: bytes = b""
