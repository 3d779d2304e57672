"""Pages of music."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from grym.adapters.engraving import engrave
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.score import ChordSpan, Score
from grym.errors import InvariantError

SVG = "{http://www.w3.org/2000/svg}"


def test_a_score_becomes_pages_of_svg(score: Score, capfd: pytest.CaptureFixture[str]) -> None:
    """Every page parses as SVG, every note is on them, and nothing is printed."""
    pages = engrave(score_to_musicxml(score))
    roots = [ET.fromstring(page) for page in pages]
    notes = [group for root in roots for group in root.iter(f"{SVG}g") if "note" in group.get("class", "").split()]
    assert all(root.tag == f"{SVG}svg" for root in roots)
    assert len(notes) == sum(len(part.notes) for part in score.parts)
    assert capfd.readouterr() == ("", "")


def test_signs_in_text_are_letters_every_viewer_has(score: Score) -> None:
    """The tempo mark and the flat of a chord symbol are Unicode letters, and no page carries a font."""
    chord = ChordSpan(
        start_ticks=0, duration_ticks=1_920, symbol="Bbmaj7", numeral="bVII7", pitch_classes=(10, 2, 5, 9)
    )
    page = "".join(engrave(score_to_musicxml(replace(score, chords=(chord,)))))
    assert "♩" in page
    assert "♭" in page
    assert "font-face" not in page
    assert not any("\ue000" <= letter <= "\uf8ff" for letter in page)


def test_engraving_repeats_exactly(score: Score) -> None:
    """One score, one set of bytes."""
    assert engrave(score_to_musicxml(score)) == engrave(score_to_musicxml(score))


@pytest.mark.parametrize("document", ["", "hello", "<html/>", '<?xml version="1.0"?><score-partwise/>'])
def test_what_is_no_score_is_our_own_fault(document: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A document that cannot be engraved is a typed error, quietly."""
    with pytest.raises(InvariantError) as raised:
        engrave(document)
    assert raised.value.code == "engraving.failed"
    assert capfd.readouterr() == ("", "")
