"""The numbers of a pattern as the journal keeps them, and the name that follows from them."""

import hashlib
import uuid
from dataclasses import dataclass

import msgspec
import numpy as np

from grym.domain.recognition.imprint import Imprint
from grym.errors import InvalidPatternError
from grym.ports.patterns import MAX_PATTERN_BYTES, PatternKind
from schemas.body import MotifData

LEAST_SECONDS = 1.0
"""A shorter sound would be found in everything that has the same note in it."""

SCORE_EXTRACTOR = "score/1"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:pattern")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What makes a pattern findable.

    Parameters
    ----------
    vectors
        float16 little-endian, `dim` values a row.
    imprint
        As encoded by `grym.domain.recognition`; empty for a motif.
    motif
        Intervals and durations as JSON bytes; empty for a recording.
    """

    extractor: str
    duration_s: float = 0.0
    vectors: bytes = b""
    dim: int = 0
    imprint: bytes = b""
    motif: bytes = b""

    @property
    def count(self) -> int:
        """How many vectors there are."""
        return len(self.vectors) // (2 * self.dim) if self.dim else 0


def size_bytes_of(imprint: Imprint, encoded: bytes) -> int:
    """Return what a recording takes in the journal, vectors and imprint together."""
    return 2 * imprint.windows.vectors.size + len(encoded)


def numbers_of(imprint: Imprint, encoded: bytes) -> Numbers:
    """Return the numbers of a recording.

    Raises
    ------
    InvalidPatternError
        ``pattern.nothing`` for a sound that leaves nothing, or next to nothing; ``pattern.too_large``.
    """
    if imprint.duration_s < LEAST_SECONDS or not (len(imprint.peaks.frames) or len(imprint.windows.vectors)):
        raise InvalidPatternError(
            f"{imprint.duration_s:.1f} s of this sound leave nothing to remember",
            code="pattern.nothing",
            hint=f"Send a sound that is not silent, of {LEAST_SECONDS:g} s or more.",
        )
    rows = np.ascontiguousarray(imprint.windows.vectors, dtype="<f2")
    numbers = Numbers(
        extractor=imprint.extractor,
        duration_s=round(imprint.duration_s, 4),
        vectors=rows.tobytes(),
        dim=rows.shape[1] if len(rows) else 0,
        imprint=encoded,
    )
    size_bytes = size_bytes_of(imprint, encoded)
    if size_bytes > MAX_PATTERN_BYTES:  # of a part, too: hardly possible
        raise InvalidPatternError(
            f"{imprint.duration_s:.0f} s of this sound leave {size_bytes} bytes; a pattern has at most "
            f"{MAX_PATTERN_BYTES}",
            code="pattern.too_large",
            hint="Cut the recording into parts and learn each.",
        )
    return numbers


def numbers_of_motif(motif: MotifData) -> Numbers:
    """Return the numbers of a melodic idea."""
    plain = msgspec.json.encode(msgspec.structs.replace(motif, pattern_id=""))
    return Numbers(extractor=SCORE_EXTRACTOR, motif=plain)


def motif_of(motif: bytes, *, pattern_id: str) -> MotifData:
    """Return a melodic idea with the pattern it comes from."""
    return msgspec.structs.replace(msgspec.json.decode(motif, type=MotifData), pattern_id=pattern_id)


def pattern_id_of(kind: PatternKind, collection: str, numbers: Numbers, *, owner: str = "") -> str:
    """Name a pattern by its content, so that the same sound is remembered once.

    Parameters
    ----------
    owner
        Whose favourite it is.
    """
    content = hashlib.sha256((numbers.imprint or numbers.motif) + owner.encode()).hexdigest()
    return str(uuid.uuid5(_NAMESPACE, f"{collection}/{kind}/{content}"))
