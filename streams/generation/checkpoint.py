"""Where making a piece can go on after a crash: the score is written, its papers are stored, only the sound is missing.

Of a sound that a model makes piece by piece, the finished segments are stored as well. The score travels inside the
checkpoint, packed; the papers are named by it. A checkpoint of another version of this code that cannot be read is no
checkpoint: the seed gives the same piece again.
"""

import zlib

import msgspec

from grym.domain.composing.score import Score
from schemas.body import ArtifactRef
from schemas.events import MusicGenerated

MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""Far beyond ten minutes of six busy parts, which take about one megabyte."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A piece on paper: what is to be performed, and the answer as far as it is known.

    Parameters
    ----------
    segments
        What a model has made of the sound, each named by all that decides it.
    """

    score: Score
    body: MusicGenerated
    segments: tuple[ArtifactRef, ...] = ()


def pack(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint as it is kept."""
    return zlib.compress(msgspec.msgpack.encode(checkpoint))


def unpack(kept: bytes | None) -> Checkpoint | None:
    """Return what was kept; None where nothing was, or nothing that this code can go on from."""
    if kept is None:
        return None
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(kept, MAX_UNPACKED_BYTES)
        return msgspec.msgpack.decode(plain, type=Checkpoint)
    except (zlib.error, msgspec.MsgspecError):
        return None


def held_by(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Return the addresses of the artifacts a checkpoint refers to."""
    body = checkpoint.body
    return tuple(ref.uri for ref in (body.midi, body.musicxml, *body.pages, *checkpoint.segments))
