"""The archive: a piece of the log as JSON lines, byte for byte, in the order of appending.

The first line says what the file is, then comes a line for each record, and the last line holds their number and a
SHA-256 over all lines before it: a file that ends early or was touched is refused as a whole, before anything of it is
used. Keys, header values and values are text where they are UTF-8 and ``{"b64": …}`` where they are not (frames of
sound), so any bytes come back as they were; null stays null. An artifact comes before the first record that refers to
it, in pieces of bounded size.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from grym.errors import InvalidRequestError
from schemas.body import ARTIFACT_ADDRESS
from schemas.records import Message, Record

FORMAT = 1
CHUNK_BYTES = 256 * 1024
"""Bytes of an artifact in one line."""

MAX_LINE_BYTES = 64 * 1024 * 1024
"""Longest line that is written and read: far beyond the largest record of the catalogue, since foreign clients compress
and a broker's limit is for what is compressed. A file made to unpack without end is refused after that much."""

HINT = "Name a file that `grym events export FILE` wrote, and copy it again if it was cut off."


class Base64(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that are no UTF-8 text."""

    b64: bytes


Content = str | Base64


class Opening(msgspec.Struct, frozen=True, kw_only=True, tag="archive", tag_field="kind"):
    """The first line: what the file is and what it was asked to hold."""

    format: int
    grym: str
    topics: tuple[str, ...]
    begin: datetime | None = None
    end: datetime | None = None


class RecordLine(msgspec.Struct, frozen=True, kw_only=True, tag="record", tag_field="kind"):
    """One record, and where it lay."""

    topic: str
    partition: int
    position: int
    appended_at: datetime
    key: Content | None
    headers: tuple[tuple[str, Content], ...]
    value: Content | None

    def record(self) -> Record:
        """Return the record as it was."""
        return Record(
            topic=self.topic,
            partition=self.partition,
            position=self.position,
            key=None if self.key is None else _bytes(self.key),
            headers=tuple((name, _bytes(content)) for name, content in self.headers),
            value=None if self.value is None else _bytes(self.value),
            appended_at=self.appended_at,
        )


class ArtifactLine(msgspec.Struct, frozen=True, kw_only=True, tag="artifact", tag_field="kind"):
    """The lines after this one hold an artifact of so many bytes."""

    uri: str
    size_bytes: int
    media_type: str


class ChunkLine(msgspec.Struct, frozen=True, kw_only=True, tag="chunk", tag_field="kind"):
    """A piece of an artifact."""

    data: bytes


class Closing(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="kind"):
    """The last line: what must have come before."""

    records: int
    artifacts: int
    sha256: str


Line = Opening | RecordLine | ArtifactLine | ChunkLine | Closing
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def record_line(record: Record) -> RecordLine:
    """Return the line of a record."""
    return RecordLine(
        topic=record.topic,
        partition=record.partition,
        position=record.position,
        appended_at=record.appended_at,
        key=None if record.key is None else _content(record.key),
        headers=tuple((name, _content(value)) for name, value in record.headers),
        value=None if record.value is None else _content(record.value),
    )


def message_of(record: Record) -> Message:
    """Return a record as it is published again: under the same ids, at a new position."""
    return Message(topic=record.topic, key=record.key, headers=record.headers, value=record.value)


class Lines:
    """Counts and hashes the lines of an archive as they are written, and ends it."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.records = 0
        self.artifacts = 0

    def line(self, line: Line) -> bytes:
        """Return a line as it goes into the file.

        Raises
        ------
        InvalidRequestError
            ``archive.too_long`` for one that nobody would read again.
        """
        written = msgspec.json.encode(line) + b"\n"
        if len(written) > MAX_LINE_BYTES:
            raise InvalidRequestError(
                "a record is too long for an archive",
                code="archive.too_long",
                hint="Choose the topics to export with --topic.",
                details={"bytes": len(written), "limit_bytes": MAX_LINE_BYTES},
            )
        self.count(line, written)
        return written

    def count(self, line: Line, written: bytes) -> None:
        """Take in a line as it lies in the file."""
        self._sha256.update(written)
        self.records += isinstance(line, RecordLine)
        self.artifacts += isinstance(line, ArtifactLine)

    def closing(self) -> bytes:
        """Return the last line."""
        end = Closing(records=self.records, artifacts=self.artifacts, sha256=self._sha256.hexdigest())
        return msgspec.json.encode(end) + b"\n"


def read_lines(lines: Iterable[bytes]) -> Iterator[Line]:
    """Yield the lines of an archive, the opening first; whoever acts on them must have read all of them once before.

    Parameters
    ----------
    lines
        As they lie in the file, each with its line break.

    Raises
    ------
    InvalidRequestError
        ``archive.foreign`` for a file that is no archive, ``archive.newer`` for one of a later format,
        ``archive.damaged`` for one that ends early, does not add up, or goes on after its end.
    """
    checked, seen, open_bytes = Lines(), 0, 0
    ended = False
    for written in lines:
        if ended:
            raise damaged("it goes on after its end")
        line = _decoded(written, first=not seen)
        seen += 1
        if isinstance(line, Closing):
            if open_bytes or written != checked.closing():
                raise damaged("its lines do not add up")
            ended = True
            continue
        open_bytes = _still_open(line, open_bytes)
        checked.count(line, written)
        yield line
    if not ended:
        raise damaged("it ends early")


def _decoded(written: bytes, *, first: bool) -> Line:
    try:
        line = _DECODER.decode(written)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if first:
            raise foreign() from error
        raise damaged("a line cannot be read") from error
    if first != isinstance(line, Opening):
        raise foreign() if first else damaged("it has two beginnings")
    if isinstance(line, Opening) and line.format != FORMAT:
        raise InvalidRequestError(
            f"the archive has format {line.format}, and this grym reads {FORMAT}",
            code="archive.newer",
            hint=f"Import it with grym {line.grym} or a later one.",
        )
    return line


def _still_open(line: Line, open_bytes: int) -> int:
    """Return how many bytes of an artifact are still to come."""
    if isinstance(line, ArtifactLine) and not open_bytes:
        if not ARTIFACT_ADDRESS.fullmatch(line.uri) or line.size_bytes < 0:
            raise damaged("an artifact has no address")
        return line.size_bytes
    if isinstance(line, ChunkLine) and 0 < len(line.data) <= open_bytes:
        return open_bytes - len(line.data)
    if open_bytes or isinstance(line, (ArtifactLine, ChunkLine)):
        raise damaged("an artifact is not whole")
    return 0


def foreign() -> InvalidRequestError:
    """Return what is said of a file that is something else."""
    return InvalidRequestError("the file is no archive of grym", code="archive.foreign", hint=HINT)


def damaged(why: str) -> InvalidRequestError:
    """Return what is said of an archive that is not whole."""
    return InvalidRequestError(f"the archive is damaged: {why}", code="archive.damaged", hint=HINT)


def _content(raw: bytes) -> Content:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return Base64(b64=raw)


def _bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content.b64


def references(value: Any) -> Iterator[tuple[str, int, str]]:
    """Yield address, size and media type of every artifact that a JSON value refers to."""
    if isinstance(value, dict):
        uri, size_bytes = value.get("uri"), value.get("size_bytes")
        if isinstance(uri, str) and ARTIFACT_ADDRESS.fullmatch(uri) and isinstance(size_bytes, int):
            yield uri, size_bytes, str(value.get("media_type", ""))
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)
