"""Any record comes out of an archive as it went in, and an archive that was touched is refused."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.archive.lines import FORMAT, MAX_LINE_BYTES, Lines, Opening, RecordLine, read_lines, record_line
from grym.adapters.archive_files import lines_of, writing
from grym.errors import InvalidRequestError
from schemas.records import Record

RAW = st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode))
RECORDS = st.builds(
    Record,
    topic=st.sampled_from(["grym.requests.v1", "grym.audio-frames.v1"]),
    partition=st.integers(0, 7),
    position=st.integers(1, 2**62),
    key=st.none() | RAW,
    headers=st.lists(st.tuples(st.text(max_size=12), RAW), max_size=4).map(lambda found: (*found, *found[:1])),
    value=st.none() | RAW,
    appended_at=st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
OPENING = Opening(format=FORMAT, grym="1", topics=("grym.requests.v1",))
MIB = 1024 * 1024


def _archive(records: list[Record]) -> list[bytes]:
    lines = Lines()
    return [lines.line(OPENING), *(lines.line(record_line(record)) for record in records), lines.closing()]


def _records(written: list[bytes]) -> list[Record]:
    return [line.record() for line in read_lines(written) if isinstance(line, RecordLine)]


@given(st.lists(RECORDS, max_size=8))
def test_a_record_comes_back_byte_for_byte(records: list[Record]) -> None:
    """Null values, doubled headers, bytes that are no text, and times to the microsecond."""
    assert _records(_archive(records)) == records


@given(st.lists(RECORDS, max_size=5))
@settings(max_examples=20)
def test_a_file_holds_what_was_written(records: list[Record]) -> None:
    """Through zstandard and the disk, too."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.grym"
        with writing(file, force=False) as write:
            for line in _archive(records):
                write(line)
        assert _records(list(lines_of(file, max_line_bytes=MAX_LINE_BYTES))) == records


@given(st.lists(RECORDS, min_size=1, max_size=4), st.data())
def test_no_change_goes_unnoticed(records: list[Record], data: st.DataObject) -> None:
    """One byte changed, removed or doubled anywhere, a line less, or a cut anywhere."""
    whole = b"".join(_archive(records))
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    touched = data.draw(
        st.sampled_from(
            [
                whole[:place] + bytes([other]) + whole[place + 1 :],
                whole[:place] + whole[place + 1 :],
                whole[:place] + whole[place : place + 1] + whole[place:],
                whole[:place],
                whole + whole[place:],
            ]
        ).filter(lambda found: found != whole)
    )
    with pytest.raises(InvalidRequestError, match="archive"):
        _records(touched.splitlines(keepends=True))


@pytest.mark.parametrize("byte", [b"\x01", b'"', b"a", b"\xff"])
def test_a_large_record_is_read_again(byte: bytes) -> None:
    """Foreign clients compress: a broker takes values far beyond the catalogue's limit, of any characters."""
    [*_, large] = records = [_record(b"before"), _record(byte * 3 * MIB)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.grym"
        with writing(file, force=False) as write:
            for line in _archive(records):
                write(line)
        assert _records(list(lines_of(file, max_line_bytes=MAX_LINE_BYTES)))[-1] == large


def test_what_could_not_be_read_again_is_not_written() -> None:
    """An export must not end well and leave a file that no import takes."""
    with pytest.raises(InvalidRequestError) as caught:
        _archive([_record(b"x" * MAX_LINE_BYTES)])
    assert caught.value.code == "archive.too_long"


def _record(value: bytes) -> Record:
    return Record(
        topic="grym.requests.v1",
        partition=0,
        position=1,
        key=b"k",
        headers=(),
        value=value,
        appended_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
