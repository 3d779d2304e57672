"""Files of patterns: there whole or not at all, and parts that one request can import."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from grym.adapters import pattern_files
from grym.adapters.pattern_files import parts_of, write_patterns
from grym.domain.patterns.archive import archive_of, read_archive
from grym.errors import AdapterError, InvalidPatternError, InvalidRequestError
from tests.unit.grym.domain.patterns.patterns_to_carry import CONTENTS, MOTIF, RECORDING

PATTERNS = [RECORDING, MOTIF, replace(MOTIF, facts=replace(MOTIF.facts, pattern_id="n"))]


async def pieces(*, fail: bool = False) -> AsyncIterator[bytes]:
    """Yield three pieces, or fail after the first."""
    yield b"one "
    if fail:
        raise OSError(28, "No space left on device")
    yield b"two "
    yield b"three"


def lying_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_a_file_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    """And replaces the one of before."""
    (tmp_path / "p").write_bytes(b"before")
    assert await write_patterns(tmp_path / "p", pieces()) == 13
    assert lying_in(tmp_path) == {"p": b"one two three"}


async def test_a_full_disk_leaves_the_file_of_before(tmp_path: Path) -> None:
    """What fails half way has no name."""
    (tmp_path / "p").write_bytes(b"before")
    with pytest.raises(AdapterError) as raised:
        await write_patterns(tmp_path / "p", pieces(fail=True))
    assert raised.value.code == "export.failed"
    assert lying_in(tmp_path) == {"p": b"before"}


async def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Nothing is left behind."""
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "nowhere" / "p", tmp_path / "folder"):
        with pytest.raises(InvalidRequestError) as raised:
            await write_patterns(place, pieces())
        assert raised.value.code == "export.unwritable"
    (tmp_path / "folder").rmdir()
    assert lying_in(tmp_path) == {}


def test_a_large_file_is_imported_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a whole file; together they hold everything once."""
    (tmp_path / "p").write_bytes(archive_of(PATTERNS, replace(CONTENTS, patterns=3)))
    monkeypatch.setattr(pattern_files, "MAX_PART_PATTERNS", 2)
    parts = [read_archive(part) for part in parts_of(tmp_path / "p")]
    assert [[pattern.facts.pattern_id for pattern in patterns] for _, patterns in parts] == [["p", "m"], ["n"]]
    assert [contents.patterns for contents, _ in parts] == [2, 1]
    monkeypatch.setattr(pattern_files, "MAX_PART_BYTES", 1)
    assert len(list(parts_of(tmp_path / "p"))) == 3


def test_nothing_of_a_damaged_file_is_imported(tmp_path: Path) -> None:
    """It is read to its end before its first part is given out."""
    (tmp_path / "p").write_bytes(archive_of(PATTERNS, replace(CONTENTS, patterns=3))[:-1])
    with pytest.raises(InvalidPatternError) as raised:
        next(parts_of(tmp_path / "p"))
    assert raised.value.code == "archive.unreadable"
    with pytest.raises(InvalidRequestError) as missing:
        next(parts_of(tmp_path / "nowhere"))
    assert missing.value.code == "import.unreadable"
