"""What a source, a rework and what was taken are, as values."""

import dataclasses

from grym.domain.composing.reworking import source as domain
from schemas import reworking as wire


def test_both_sides_name_their_fields_alike() -> None:
    """What travels is carried field by field, so none may be missing on either side."""
    pairs = ((domain.SourceFacts, wire.SourceFacts), (domain.Rework, wire.ReworkData), (domain.Taken, wire.TakenData))
    for ours, theirs in pairs:
        assert {field.name for field in dataclasses.fields(ours)} == set(theirs.__struct_fields__)


def test_a_rework_does_nothing_that_was_not_asked() -> None:
    """By default no bar is picked, nothing is drawn to a grid, and nobody is named."""
    plain = domain.Rework(verb="arrange")
    assert not any(getattr(plain, field.name) for field in dataclasses.fields(plain) if field.name != "verb")
