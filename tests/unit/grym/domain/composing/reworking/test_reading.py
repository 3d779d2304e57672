"""Reading by what bytes are, not by what a file is called."""

import pytest

from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.reworking.reading import is_score, read_score
from grym.domain.composing.score import Score
from grym.errors import ContractError


def test_bytes_tell_their_kind(scale_score: Score) -> None:
    """MIDI and MusicXML, with a byte order mark too."""
    midi, xml = score_to_midi(scale_score), score_to_musicxml(scale_score).encode()
    for data, kind in ((midi, "midi"), (xml, "musicxml"), (b"\xef\xbb\xbf" + xml, "musicxml")):
        assert is_score(data)
        assert read_score(data).made_of == kind


def test_anything_else_is_refused() -> None:
    """By code."""
    assert not is_score(b"RIFF....WAVE")
    with pytest.raises(ContractError) as caught:
        read_score(b"RIFF....WAVE")
    assert caught.value.code == "score.unknown"
