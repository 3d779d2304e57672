"""The caches of pattern memory, and what each of them is given."""

from dataclasses import dataclass, field

from grym.memory.caching.foresight import ForesightSettings
from grym.memory.caching.sizing import SizingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSettings:
    """What is cached, and with how many bytes."""

    sizing: SizingSettings = field(default_factory=SizingSettings)
    """Bytes of decoded records in this process."""
    adapt: bool = True
    """Whether the balance of age and frequency follows what is asked for."""
    prefetch: bool = True
    """Whether what a session will ask for next is loaded before it does."""
    foresight: ForesightSettings = field(default_factory=ForesightSettings)
    """How much is remembered of what follows what."""
    beside_bytes: int = 16 * 1024
    """Bytes from which records are decoded in a thread: of imprints that is 0.3 ms, in which others can be answered."""
    prefetching: int = 4
    """Loads beforehand that may be under way at once; further guesses are dropped."""
