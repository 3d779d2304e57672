"""Archive files: complete or not there, never replaced by accident, and refused where they are something else."""

import os
from pathlib import Path

import pytest
import zstandard

from grym.adapters.archive_files import lines_of, writing
from grym.errors import InvalidRequestError

LIMIT = 1_000_000


def _code(work: object) -> str:
    assert isinstance(work, pytest.ExceptionInfo)
    assert isinstance(work.value, InvalidRequestError)
    return work.value.code


def test_lines_come_back(tmp_path: Path) -> None:
    """Each with its line break, also one that is longer than what is read at once."""
    file, lines = tmp_path / "a", [b"one\n", os.urandom(400_000).hex().encode() + b"\n", b"\n"]
    with writing(file, force=False) as write:
        for line in lines:
            write(line)
    assert list(lines_of(file, max_line_bytes=LIMIT)) == lines


def test_a_file_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    """Whatever ends the block early leaves neither the file nor a piece of it."""
    with pytest.raises(KeyboardInterrupt), writing(tmp_path / "a", force=False) as write:  # noqa: PT012
        write(b"begun\n")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_replaced_by_accident(tmp_path: Path) -> None:
    """Only with force, and then whole."""
    file = tmp_path / "a"
    file.write_bytes(b"precious")
    with pytest.raises(InvalidRequestError) as caught, writing(file, force=False):
        pass
    assert (_code(caught), file.read_bytes()) == ("archive.exists", b"precious")
    with writing(file, force=True) as write:
        write(b"new\n")
    assert list(lines_of(file, max_line_bytes=LIMIT)) == [b"new\n"]


@pytest.mark.parametrize("place", ["missing/a", "file/a", "."])
def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path, place: str) -> None:
    """A folder that is none, and a name that is a folder."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InvalidRequestError) as caught, writing(tmp_path / place, force=True) as write:
        write(b"x")
    assert _code(caught) == "archive.unwritable"


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + b"\x00" * 100])
def test_another_file_is_foreign_or_empty(tmp_path: Path, content: bytes) -> None:
    """What does not unpack is no archive; an empty file has no lines."""
    file = tmp_path / "a"
    file.write_bytes(content)
    if content:
        with pytest.raises(InvalidRequestError) as caught:
            list(lines_of(file, max_line_bytes=LIMIT))
        assert _code(caught) == "archive.foreign"
    else:
        assert list(lines_of(file, max_line_bytes=LIMIT)) == []


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    """The system's reason is told."""
    with pytest.raises(InvalidRequestError) as caught:
        list(lines_of(tmp_path / "nothing", max_line_bytes=LIMIT))
    assert _code(caught) == "archive.unreadable"


def test_a_file_made_to_unpack_without_end_is_refused_soon(tmp_path: Path) -> None:
    """A line that is too long ends the reading, however much would come."""
    file = tmp_path / "bomb"
    file.write_bytes(zstandard.ZstdCompressor().compress(b"\x00" * 50_000_000))
    with pytest.raises(InvalidRequestError) as caught:
        list(lines_of(file, max_line_bytes=LIMIT))
    assert _code(caught) == "archive.damaged"
