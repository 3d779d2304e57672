"""Patterns in a file, to be carried elsewhere: what is known of each, and its numbers as the journal keeps them.

A file is a line that names the format and frames behind it; a frame is the length of its JSON (four bytes, big-endian),
the JSON, and the bytes whose sizes it states. The first frame says what the file holds, each further one is a pattern,
and the last holds their number and the SHA-256 of everything before it: half a file is no file. Nothing is compressed:
imprints are already, and vectors hardly can be.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import isfinite
from typing import Any, BinaryIO, NoReturn

from grym.domain.patterns.checking import PATTERN_KINDS
from grym.domain.patterns.numbers import bytes_of, rows_of
from grym.domain.patterns.values import MAX_PATTERN_BYTES, Origin, Pattern, PatternFacts, Relation
from grym.errors import InvalidPatternError

MAGIC = b"grym patterns 1\n"
FAMILY = b"grym patterns "
MAX_FRAME_BYTES = 4 * 1024 * 1024
"""JSON of one pattern: with 64 tags of 2 × 4,096 characters, each an escape of six bytes, it takes some 3.5 MB."""
LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file says of itself.

    Parameters
    ----------
    collection
        Where the patterns come from; empty for all collections.
    as_of
        The seq of the journal they were taken at.
    """

    collection: str
    as_of: int
    written_at: datetime
    patterns: int


def archive_of(patterns: Iterable[Pattern], contents: Contents) -> bytes:
    """Return patterns as one file."""
    writer = ArchiveWriter()
    return b"".join([writer.begin(contents), *map(writer.add, patterns), writer.end()])


def read_archive(payload: bytes) -> tuple[Contents, tuple[Pattern, ...]]:
    """Return everything in a file.

    Raises
    ------
    InvalidPatternError
        ``archive.unreadable`` for a file that is damaged, cut short or none of grym's; ``archive.newer``.
    """
    contents = checked_archive(BytesIO(payload))
    return contents, tuple(patterns_in(BytesIO(payload)))


def checked_archive(source: BinaryIO) -> Contents:
    """Read a file to its end and return what it says of itself, once everything in it has proved to be whole."""
    contents, count = None, 0
    for part in _parts(source):
        if isinstance(part, Contents):
            contents = part
        else:
            count += 1
    if contents is None or contents.patterns != count:
        raise _unreadable("it does not hold as many patterns as it says")
    return contents


def patterns_in(source: BinaryIO) -> Iterator[Pattern]:
    """Yield the patterns of a file one by one; whether the file is whole shows only at its end."""
    return (part for part in _parts(source) if isinstance(part, Pattern))


class ArchiveWriter:
    """Turns patterns into the bytes of a file, piece by piece."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._count = 0

    def begin(self, contents: Contents) -> bytes:
        """Return the beginning."""
        written_at = contents.written_at.isoformat()
        said = {"collection": contents.collection, "as_of": contents.as_of, "patterns": contents.patterns}
        return self._counted(MAGIC + _frame({**said, "written_at": written_at}))

    def add(self, pattern: Pattern) -> bytes:
        """Return one pattern."""
        self._count += 1
        parts = (bytes_of(pattern.vectors), pattern.imprint, pattern.motif)
        dim = pattern.vectors.shape[1] if len(pattern.vectors) else 0
        said = {**_plain_facts(pattern.facts), "dim": dim, "sizes_bytes": [len(part) for part in parts]}
        return self._counted(b"".join([_frame(said), *parts]))

    def end(self) -> bytes:
        """Return the end."""
        return _frame({"patterns": self._count, "sha256": self._digest.hexdigest()})

    def _counted(self, piece: bytes) -> bytes:
        self._digest.update(piece)
        return piece


def _parts(source: BinaryIO) -> Iterator[Contents | Pattern]:
    """Yield what a file says of itself and its patterns; raise where it ends otherwise than it must."""
    try:
        yield from _read(_Reader(source.read))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def _read(reader: "_Reader") -> Iterator[Contents | Pattern]:
    reader.begin()
    yield _contents(reader.said())
    count = 0
    while True:
        digest = reader.hexdigest()
        said = reader.said()
        if "sha256" in said:
            break
        count += 1
        yield _pattern(said, [reader.take(size) for size in _sizes(said)])
    if said != {"patterns": count, "sha256": digest} or not reader.is_over():
        raise ValueError("what was read is not what was written")


class _Reader:
    """Takes a file apart and keeps count of what was read."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._source = read
        self._digest = hashlib.sha256()

    def begin(self) -> None:
        begin = self.take(len(MAGIC))
        if begin == MAGIC:
            return
        if begin.startswith(FAMILY):
            raise InvalidPatternError(
                "the patterns were written by a newer grym", code="archive.newer", hint="Import them with that version."
            )
        raise ValueError("it begins otherwise")

    def said(self) -> dict[str, Any]:
        length = int.from_bytes(self.take(LENGTH_BYTES), "big")
        if length > MAX_FRAME_BYTES:
            raise ValueError("a frame is too long")
        said: dict[str, Any] = json.loads(self.take(length))
        return said

    def take(self, size_bytes: int) -> bytes:
        piece = self._source(size_bytes)
        if len(piece) < size_bytes:
            raise ValueError("it ends too early")
        self._digest.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._digest.hexdigest()

    def is_over(self) -> bool:
        return not self._source(1)


def _frame(said: Mapping[str, object]) -> bytes:
    encoded = json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    return len(encoded).to_bytes(LENGTH_BYTES, "big") + encoded


def _contents(said: Mapping[str, Any]) -> Contents:
    return Contents(
        collection=_text(said["collection"]),
        as_of=int(said["as_of"]),
        written_at=datetime.fromisoformat(said["written_at"]),
        patterns=int(said["patterns"]),
    )


def _sizes(said: Mapping[str, Any]) -> list[int]:
    sizes = [int(size) for size in said["sizes_bytes"]]
    if len(sizes) != 3 or min(sizes) < 0 or sum(sizes) > MAX_PATTERN_BYTES:  # noqa: PLR2004 - vectors, imprint, motif
        raise ValueError("a pattern has impossible sizes")
    return sizes


def _pattern(said: Mapping[str, Any], parts: list[bytes]) -> Pattern:
    vectors, imprint, motif = parts
    return Pattern(facts=_facts(said), vectors=rows_of(vectors, dim=said["dim"]), imprint=imprint, motif=motif)


def _plain_facts(facts: PatternFacts) -> dict[str, object]:
    origin = facts.origin
    return {
        "pattern_id": facts.pattern_id,
        "collection": facts.collection,
        "kind": facts.kind,
        "name": facts.name,
        "origin": {"extractor": origin.extractor, "event_id": origin.event_id, "request_id": origin.request_id},
        "duration_s": facts.duration_s,
        "tags": dict(facts.tags),
        "category": facts.category,
        "counts": [facts.count, facts.confirmed, facts.denied],
        "relations": [[one.other_id, one.kind, one.strength] for one in facts.relations],
        "seqs": [facts.first_seq, facts.last_seq],
        "at": [facts.stored_at.isoformat(), facts.last_heard_at.isoformat()],
    }


def _facts(said: Mapping[str, Any]) -> PatternFacts:
    count, confirmed, denied = said["counts"]
    first_seq, last_seq = said["seqs"]
    stored_at, last_heard_at = map(datetime.fromisoformat, said["at"])
    duration_s = float(said["duration_s"])
    if said["kind"] not in PATTERN_KINDS:
        raise ValueError("a pattern has an unknown kind")
    if not isfinite(duration_s) or stored_at.tzinfo is None or last_heard_at.tzinfo is None:
        raise ValueError("a pattern has no usable duration or instant")
    return PatternFacts(
        pattern_id=_text(said["pattern_id"]),
        collection=_text(said["collection"]),
        kind=said["kind"],
        name=_text(said["name"]),
        origin=Origin(**_texts(said["origin"])),
        duration_s=duration_s,
        tags=_texts(said["tags"]),
        category=_text(said["category"]),
        count=_whole(count),
        confirmed=_whole(confirmed),
        denied=_whole(denied),
        relations=tuple(_relation(*one) for one in said["relations"]),
        first_seq=_whole(first_seq),
        last_seq=_whole(last_seq),
        stored_at=stored_at,
        last_heard_at=last_heard_at,
    )


def _relation(other: Any, kind: Any, strength: Any) -> Relation:
    if not isfinite(strength):
        raise ValueError("a relation has no usable strength")
    return Relation(other_id=_text(other), kind=_text(kind), strength=float(strength))


def _texts(given: Any) -> dict[str, str]:
    """Return an object of texts by name; whatever else a file holds there is not ours."""
    return {_text(name): _text(value) for name, value in given.items()} if isinstance(given, dict) else _no("object")


def _text(given: Any) -> str:
    if not isinstance(given, str):
        _no("text")
    given.encode()  # half a character raises: it could not be written again
    return given


def _whole(given: Any) -> int:
    return given if type(given) is int else _no("number")


def _no(wanted: str) -> NoReturn:
    raise TypeError(f"what should be a {wanted} is none")


def _unreadable(cause: str) -> InvalidPatternError:
    return InvalidPatternError(
        "this is not a whole file of patterns",
        code="archive.unreadable",
        hint="Name a file that `grym patterns export` wrote.",
        details={"cause": cause[:200]},
    )
