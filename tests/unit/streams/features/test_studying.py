"""Packing a source for its travel between workers."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.compose import compose
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.reading import read_score
from grym.domain.composing.reworking.studying import study
from grym.domain.composing.styles import STYLES
from grym.errors import ContractError
from streams.features.studying import pack, study_score, unpack
from streams.translate import facts_from_wire

PIECE = compose(plan(Wish(prompt="a folk song with drums", seconds=8.0), seed=2), seed=2)


@pytest.mark.parametrize("data", [score_to_midi(PIECE), score_to_musicxml(PIECE).encode()], ids=["midi", "musicxml"])
def test_a_source_comes_back_as_it_was(data: bytes) -> None:
    """Notes to the tick, and facts equal to those that travel in the log."""
    source = study(read_score(data))
    found = study_score(data)
    assert unpack(found.source) == source
    assert facts_from_wire(found.facts) == source.facts


def test_a_made_style_travels_with_its_facts() -> None:
    """Patterns and all."""
    from dataclasses import replace

    source = study(read_score(score_to_midi(PIECE)))
    made = replace(STYLES["funk"], name="funk-like")
    source = replace(source, facts=replace(source.facts, definition=made, traits={"swing": 0.3}, styles={"funk": 0.4}))
    assert unpack(pack(source)) == source


@pytest.mark.parametrize("kept", [b"", b"broken", zlib.compress(b"broken"), zlib.compress(b"\x80")])
def test_what_cannot_be_read_back_is_refused(kept: bytes) -> None:
    """By code and with a remedy."""
    with pytest.raises(ContractError) as refusal:
        unpack(kept)
    assert refusal.value.code == "score.unreadable"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kept: bytes) -> None:
    """Nothing else comes out, compressed or not."""
    for data in (kept, zlib.compress(kept)):
        with pytest.raises(ContractError):
            unpack(data)
