"""The heavy half of studying a source, loaded by worker processes only: read it, find out what it is made of.

The score travels packed, as notes are many; its packing is read back by `streams.generation.reworking`.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grym.domain.analysis import analyse
from grym.domain.composing.manner.traits import traits_of
from grym.domain.composing.reworking.reading import read_score
from grym.domain.composing.reworking.sounds import read_sound
from grym.domain.composing.reworking.source import Source
from grym.domain.composing.reworking.studying import study
from grym.errors import ContractError
from grym.ports.sound import AudioDoor
from schemas.reworking import SourceFacts
from streams.translate import facts_to_wire

MAX_UNPACKED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """What a worker process hands back: the facts, and the packed source."""

    facts: SourceFacts
    source: bytes


def study_score(data: bytes) -> Studied:
    """Read a MIDI or MusicXML file and study it; runs in a worker process."""
    return _studied(study(read_score(data)))


def study_sound(door: AudioDoor, path: Path, max_seconds: float) -> Studied:
    """Decode a sound, write its notes down and study them; runs in a worker process."""
    found = analyse(door.read_signal(path, max_seconds=max_seconds), full=True)
    read, sure = read_sound(found)
    return _studied(study(read, sure=sure, traits=traits_of(found)))


def _studied(source: Source) -> Studied:
    return Studied(facts=facts_to_wire(source.facts), source=pack(source))


def pack(source: Source) -> bytes:
    """Return a source as it travels between workers."""
    return zlib.compress(msgspec.msgpack.encode(source))


def unpack(kept: bytes) -> Source:
    """Return a packed source.

    Raises
    ------
    ContractError
        ``score.unreadable`` where these bytes are none.
    """
    unpacking = zlib.decompressobj()
    try:
        return msgspec.msgpack.decode(unpacking.decompress(kept, MAX_UNPACKED_BYTES), type=Source)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ContractError(
            "the source that was read cannot be read back", code="score.unreadable", hint="Send the request again."
        ) from error
