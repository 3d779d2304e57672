"""What the processor keeps of one piece besides its patterns, until somebody likes it."""

import msgspec

from schemas.body import MotifData


class Remembered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The motifs of one piece and where they belong."""

    style: str
    mode: str
    name: str
    collection: str
    motifs: tuple[MotifData, ...] = ()
