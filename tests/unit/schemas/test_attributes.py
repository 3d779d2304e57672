"""Tests of schemas.attributes: header values as bounded, printable text."""

import pytest

from grym.errors import ContractError
from schemas.attributes import check_text, read_headers, required, to_bytes

KNOWN = frozenset(("ce_id", "traceparent"))


def test_known_and_foreign_are_split() -> None:
    """Known headers become text, the others stay as they are and in order."""
    headers = (("z", b"\xff"), ("ce_id", "ü".encode()), ("a", b""))
    assert read_headers(headers, KNOWN) == ({"ce_id": "ü"}, (("z", b"\xff"), ("a", b"")))


@pytest.mark.parametrize("code_point", [0x00, 0x1F, 0x7F, 0x9F])
def test_control_characters_are_refused_both_ways(code_point: int) -> None:
    """The borders of both control blocks are refused in reading and writing."""
    text = f"a{chr(code_point)}b"
    with pytest.raises(ContractError, match="ce_id holds a control character"):
        read_headers((("ce_id", text.encode()),), KNOWN)
    with pytest.raises(ContractError, match="ce_id holds a control character"):
        to_bytes("ce_id", text)


@pytest.mark.parametrize("text", ["a b", "a\u00a0b", "\u2028", "音楽", "x" * 512, "é" * 256])
def test_text_up_to_the_limit_is_kept(text: str) -> None:
    """Spaces, other scripts and exactly 512 bytes pass both ways."""
    value = to_bytes("ce_id", text)
    assert read_headers((("ce_id", value),), KNOWN)[0] == {"ce_id": text}


@pytest.mark.parametrize("text", ["x" * 513, "é" * 257])
def test_text_over_the_limit_is_refused(text: str) -> None:
    """The limit counts bytes, not characters."""
    with pytest.raises(ContractError, match="longer than 512 bytes"):
        check_text("ce_id", text)
    with pytest.raises(ContractError, match="longer than 512 bytes"):
        read_headers((("ce_id", text.encode()),), KNOWN)


def test_required_names_what_is_missing() -> None:
    """A present attribute is returned; a missing one is named."""
    assert required({"ce_id": "1"}, "ce_id") == "1"
    with pytest.raises(ContractError, match="ce_source is missing"):
        required({"ce_id": "1"}, "ce_source")


def test_empty_is_written_only_where_allowed() -> None:
    """An empty attribute is refused unless the caller means it."""
    assert to_bytes("key", "", empty=True) == b""
    with pytest.raises(ContractError, match="ce_id is empty"):
        to_bytes("ce_id", "")


@pytest.mark.parametrize(("length", "foreign"), [(512, False), (513, True)])
def test_trace_up_to_the_limit_is_read(length: int, foreign: bool) -> None:
    """A trace header of 512 bytes is read; a longer one is foreign."""
    pair = ("traceparent", b"x" * length)
    attributes, others = read_headers((pair,), KNOWN)
    assert others == ((pair,) if foreign else ())
    assert ("traceparent" in attributes) is not foreign
