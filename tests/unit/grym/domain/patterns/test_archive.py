"""Patterns in a file: everything comes back, and nothing from a file that is not whole."""

import hashlib
import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.archive import (
    LENGTH_BYTES,
    MAGIC,
    ArchiveWriter,
    archive_of,
    checked_archive,
    patterns_in,
    read_archive,
)
from grym.errors import InvalidPatternError
from tests.unit.grym.domain.patterns.patterns_to_carry import CONTENTS, FACTS, MOTIF, RECORDING, VECTORS

FILE = archive_of([RECORDING, MOTIF], CONTENTS)


def code_of(payload: bytes) -> str:
    """Return why a file cannot be read."""
    with pytest.raises(InvalidPatternError) as raised:
        read_archive(payload)
    return raised.value.code


def test_patterns_come_back_as_they_were() -> None:
    """Facts, vectors, imprints and motifs, in their order."""
    contents, (recording, motif) = read_archive(FILE)
    assert contents == CONTENTS
    assert (recording.facts, recording.imprint, recording.motif) == (FACTS, b"\x00imprint", b"")
    np.testing.assert_array_equal(recording.vectors, VECTORS)
    assert (motif.facts, motif.imprint, motif.motif, len(motif.vectors)) == (MOTIF.facts, b"", b"{}", 0)


def test_an_empty_file_of_patterns_is_whole() -> None:
    """It says so itself."""
    contents = replace(CONTENTS, patterns=0)
    assert read_archive(archive_of([], contents)) == (contents, ())


def test_patterns_are_read_one_by_one() -> None:
    """The first is there before the second is read."""
    source = BytesIO(FILE)
    assert next(patterns_in(source)).facts.pattern_id == "p"
    assert source.tell() < len(FILE) - 100


@given(cut=st.integers(0, len(FILE) - 1))
def test_half_a_file_is_none(cut: int) -> None:
    """Wherever it was cut."""
    assert code_of(FILE[:cut]) == "archive.unreadable"


@given(at=st.integers(0, len(FILE) - 1), bit=st.integers(0, 7))
def test_one_wrong_bit_is_found(at: int, bit: int) -> None:
    """Whatever it would have meant."""
    damaged = bytearray(FILE)
    damaged[at] ^= 1 << bit
    assert code_of(bytes(damaged)) in {"archive.unreadable", "archive.newer"}


@given(tail=st.binary(min_size=1, max_size=40))
def test_nothing_may_follow_the_end(tail: bytes) -> None:
    """Two files in one are none."""
    assert code_of(FILE + tail) == "archive.unreadable"


@given(payload=st.binary(max_size=200))
def test_foreign_bytes_are_refused(payload: bytes) -> None:
    """With or without the right beginning."""
    assert code_of(payload) == "archive.unreadable"
    assert code_of(MAGIC + payload) == "archive.unreadable"


def test_the_number_of_patterns_must_be_right() -> None:
    """Even where every byte is as it was written."""
    with pytest.raises(InvalidPatternError):
        checked_archive(BytesIO(archive_of([MOTIF], CONTENTS)))


def test_a_file_of_a_later_format_is_told_apart() -> None:
    """It is not damaged."""
    assert code_of(FILE.replace(MAGIC, b"grym patterns 2\n")) == "archive.newer"


def test_the_largest_pattern_that_may_be_kept_can_be_carried() -> None:
    """Tags at their limits, of characters that take the most room in a file."""
    tags = {f"{number:02}" + "\x01" * 4094: "\x01" * 4096 for number in range(64)}
    large = replace(RECORDING, facts=replace(FACTS, tags=tags))
    _, (read,) = read_archive(archive_of([large], replace(CONTENTS, patterns=1)))
    assert read.facts.tags == tags


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pattern_id", ["a"]),
        ("collection", 5),
        ("name", {}),
        ("name", "half \ud800"),
        ("category", None),
        ("tags", {"a": 1}),
        ("origin", {"extractor": 5, "event_id": "", "request_id": ""}),
        ("relations", [[["x"], "similar", 1.0]]),
        ("relations", [["x", "similar", float("nan")]]),
        ("duration_s", float("inf")),
        ("counts", [True, 0, 0]),
        ("at", ["2026-01-01", "2026-01-01"]),
    ],
)
def test_a_whole_file_of_foreign_values_is_refused(field: str, value: object) -> None:
    """Its digest fits, since whoever wrote it made one; what it says could never be kept."""
    begin = ArchiveWriter()
    pieces = [begin.begin(replace(CONTENTS, patterns=1)), begin.add(MOTIF)]
    length = int.from_bytes(pieces[1][:LENGTH_BYTES], "big")
    said = json.loads(pieces[1][LENGTH_BYTES : LENGTH_BYTES + length]) | {field: value}
    frame = json.dumps(said).encode()
    pieces[1] = len(frame).to_bytes(LENGTH_BYTES, "big") + frame + pieces[1][LENGTH_BYTES + length :]
    end = json.dumps({"patterns": 1, "sha256": hashlib.sha256(b"".join(pieces)).hexdigest()}).encode()
    assert code_of(b"".join([*pieces, len(end).to_bytes(LENGTH_BYTES, "big"), end])) == "archive.unreadable"
