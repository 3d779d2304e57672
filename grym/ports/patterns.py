"""Reading pattern memory: windows to compare with, motifs to develop."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # many processes name patterns and never touch a vector
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredPattern:
    """A pattern as kept: windows of shape (windows, dim) float32, or a motif as JSON bytes."""

    pattern_id: str
    collection: str
    kind: str
    name: str
    extractor: str
    vectors: "NDArray[np.float32]"
    motif: bytes = b""
    tags: dict[str, str] = field(default_factory=dict)


class PatternStore(Protocol):
    """Read patterns."""

    async def patterns(self, collection: str, *, kind: str, limit: int) -> list[StoredPattern]:
        """Return the newest patterns of a kind (``windows`` or ``motif``), ordered by id among equals."""
        ...
