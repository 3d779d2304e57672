"""Broken sequences: in some topics the records behind one that became a dead letter are useless without it.

How far a key's sequence is broken is kept as a state, in the transaction of the letter, so a crash does not forget it.
Records that come later, such as the redriven sequence itself, are whole again.
"""

import hashlib

import msgspec

from grym.ports.work import OpenWork, States
from schemas.records import Record


async def break_sequence(work: OpenWork, states: States, processor: str, record: Record, *, up_to: int) -> None:
    """Note that the records of this key in this partition are useless up to a position."""
    stored = await states.load(_owner(processor), _key(record))
    version = 0 if stored is None else stored.version
    await work.save(_owner(processor), _key(record), msgspec.json.encode(up_to), expected_version=version)


async def is_broken(states: States, processor: str, record: Record) -> bool:
    """Return whether an earlier record of this sequence became a letter while this one waited."""
    stored = await states.load(_owner(processor), _key(record))
    return stored is not None and record.position <= msgspec.json.decode(stored.value, type=int)


def _owner(processor: str) -> str:
    return f"{processor}.sequences"


def _key(record: Record) -> str:
    place = f"{record.topic}\x1f{record.partition}\x1f".encode() + (record.key or b"")
    return hashlib.sha256(place).hexdigest()
