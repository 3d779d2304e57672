"""From what was read to a source."""

from dataclasses import asdict, replace

import pytest

from grym.domain.composing.manner.heard_styles import BRIGHTNESS_HZ, MEANS
from grym.domain.composing.manner.traits import COMPARED, Traits
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.reworking.reading import read_score
from grym.domain.composing.reworking.source import Source
from grym.domain.composing.reworking.studying import study
from grym.domain.composing.score import Score, Tonality


def traits_of_style(style: str, **changed: float) -> Traits:
    """Return the traits of the usual piece of a style."""
    known = dict(zip(COMPARED, MEANS[style], strict=True))
    return replace(Traits(**known, onsets_hz=4.0, brightness_hz=BRIGHTNESS_HZ[style], swing=0.0), **changed)


def test_a_score_is_studied_by_what_is_written(waltz: Source, piece: Score) -> None:
    """Tempo, metre, key and bars are those of the piece; its style is told by its players, and nothing was heard."""
    facts = waltz.facts
    assert (facts.tempo_bpm, str(facts.metre), str(facts.tonality)) == (150.0, "3/4", "G minor")
    assert facts.bars == piece.length_ticks // piece.metre.bar_ticks
    assert facts.style == "waltz"
    assert facts.sure["tempo"] == facts.sure["metre"] == 1.0
    assert (facts.styles, facts.definition, facts.traits) == ({}, None, {})
    assert facts.motifs


def test_a_sound_is_studied_by_its_traits(piece: Score) -> None:
    """Its style is told by ear, with what was measured, whatever the notes look like."""
    read = replace(read_score(score_to_midi(piece)), made_of="sound")
    traits = traits_of_style("blues", swing=0.7)
    facts = study(read, sure={"key": 0.4}, traits=traits).facts
    assert (facts.style, facts.swing, facts.sure["key"]) == ("blues", 0.7, 0.4)
    assert next(iter(facts.styles)) == "blues"
    assert facts.traits == pytest.approx(asdict(traits), abs=1e-3)
    assert facts.definition is None


def test_where_no_style_is_sure_one_is_made(piece: Score) -> None:
    """In the metre and mode of the source."""
    read = replace(read_score(score_to_midi(piece)), made_of="sound")
    pop = traits_of_style("pop")
    facts = study(read, traits=replace(pop, chords_hz=pop.chords_hz + 2, flatness=pop.flatness + 1)).facts
    assert facts.definition is not None
    assert (facts.definition.metres, facts.definition.modes) == (("3/4",), ("minor",))


def test_a_signature_of_nothing_is_overruled_by_the_notes(piece: Score) -> None:
    """Programs write C major where nobody chose a key."""
    read = replace(read_score(score_to_midi(piece)), tonality=Tonality(tonic=0, mode="major"))
    assert str(study(read).facts.tonality) == "G minor"


def test_a_key_that_was_heard_is_not_overruled(piece: Score) -> None:
    """C major heard in a sound is a finding, not a habit of programs."""
    read = replace(read_score(score_to_midi(piece)), made_of="sound", tonality=Tonality(tonic=0, mode="major"))
    assert str(study(read, traits=traits_of_style("pop")).facts.tonality) == "C major"
