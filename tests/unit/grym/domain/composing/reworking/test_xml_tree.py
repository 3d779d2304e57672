"""Trees of XML that nobody has vouched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.reworking.xml_tree import MOST_DEPTH, MOST_TEXT, number_of, parse_xml
from grym.errors import ContractError


def test_elements_are_found_by_path() -> None:
    """Tags, texts, numbers and attributes stand where they were written."""
    root = parse_xml(b"<score><part id='P1'><note> C </note><note>D</note><staves>2</staves></part></score>")
    part = root.find("part")
    assert part is not None
    assert part.attributes == {"id": "P1"}
    assert [note.text for note in part.all("note")] == [" C ", "D"]
    assert (root.word("part", "note"), root.word("part", "rest")) == ("C", "")
    assert (part.number("staves"), part.number("voices", default=1.0)) == (2.0, 1.0)
    assert root.find("part", "note", "pitch") is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "score.unreadable"),
        (b"<score>", "score.unreadable"),
        (b"<a></b>", "score.unreadable"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "score.unreadable"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "score.entities"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "score.entities"),
        (b"<a>" * (MOST_DEPTH + 1) + b"</a>" * (MOST_DEPTH + 1), "score.too_large"),
    ],
)
def test_hostile_and_broken_xml_is_refused(data: bytes, code: str) -> None:
    """Nothing is expanded and nothing fetched."""
    with pytest.raises(ContractError) as refusal:
        parse_xml(data)
    assert refusal.value.code == code


def test_long_text_is_cut() -> None:
    """A text is kept up to its bound."""
    assert len(parse_xml(b"<a>" + b"x" * 3 * MOST_TEXT + b"</a>").text) <= 2 * MOST_TEXT


@pytest.mark.parametrize("text", ["one", "1e12", "nan", "inf"])
def test_numbers_stay_finite(text: str) -> None:
    """What is no number of a score is refused."""
    with pytest.raises(ContractError):
        number_of(text)


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_tree_or_a_refusal(data: bytes) -> None:
    """No other error comes out, and no refusal without a code of its own."""
    codes = []
    try:
        parse_xml(data)
    except ContractError as error:
        codes.append(error.code)
    assert all(code.startswith("score.") for code in codes)
