"""What a score file must keep to be read, and facts that travelled to be believed."""

from dataclasses import replace

import pytest

from grym.domain.composing.reworking.bounds import (
    MOST_BYTES,
    require_counts,
    require_size,
    require_sound_facts,
    require_sound_rework,
)
from grym.domain.composing.reworking.source import MOST_NOTES, MOST_PARTS, Rework, Source, SourceFacts
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES
from grym.errors import ContractError, GrymError, InvalidRequestError


def test_a_file_has_something_in_it_and_not_too_much() -> None:
    """An empty file and one beyond any piece are refused by different codes, one at the bound is not."""
    require_size(b"x" * MOST_BYTES)
    for data, code in ((b"", "score.empty"), (b"x" * (MOST_BYTES + 1), "score.too_large")):
        with pytest.raises(ContractError) as refusal:
            require_size(data)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("notes", "parts", "code"),
    [(0, 1, "score.empty"), (MOST_NOTES + 1, 1, "score.too_large"), (1, MOST_PARTS + 1, "score.too_large")],
)
def test_a_piece_has_notes_and_not_too_many(notes: int, parts: int, code: str) -> None:
    """Counts at the bounds are fine, beyond them they are refused."""
    require_counts(notes=MOST_NOTES, parts=MOST_PARTS)
    with pytest.raises(ContractError) as refusal:
        require_counts(notes=notes, parts=parts)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"tempo_bpm": float("nan")},
        {"tempo_bpm": 0.0},
        {"metre": Metre(beats=99, unit=4)},
        {"tonality": Tonality(tonic=12, mode="major")},
        {"tonality": Tonality(tonic=0, mode="none")},
        {"bars": 0},
        {"swing": 1.5},
        {"style": "polka-metal"},
        {"traits": {"onsets_hz": float("inf")}},
        {"traits": {str(number): 0.0 for number in range(65)}},
        {"definition": replace(STYLES["waltz"], tempo_bpm=(1.0, 2.0, 3.0))},
    ],
)
def test_facts_that_no_source_has_are_refused(waltz: Source, changes: dict[str, object]) -> None:
    """Whoever reads the log believes no number that cannot be."""
    require_sound_facts(waltz.facts)
    facts: SourceFacts = replace(waltz.facts, **changes)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(GrymError) as refusal:
        require_sound_facts(facts)
    assert refusal.value.code in {"source.invalid", "style.invalid"}


@pytest.mark.parametrize(
    "rework",
    [
        Rework(verb="vary", first_bar=3, last_bar=2),
        Rework(verb="vary", first_bar=1),
        Rework(verb="arrange", quantise_ticks=-1),
        Rework(verb="arrange", humanise=2.0),
        Rework(verb="arrange", instruments=("piano",) * (MOST_PARTS + 1)),
    ],
)
def test_reworks_that_mean_nothing_are_refused(rework: Rework) -> None:
    """By one code."""
    with pytest.raises(InvalidRequestError) as refusal:
        require_sound_rework(rework)
    assert refusal.value.code == "source.invalid"
