"""Concepts."""

import pytest

from grym.domain.composing.formal.choice import require_lawful
from grym.domain.composing.formal.concepts import CONCEPTS, choices_of
from grym.errors import InvalidRequestError


@pytest.mark.parametrize("name", sorted(CONCEPTS))
@pytest.mark.parametrize("value", [0.0, 0.3, 0.5, 1.0])
def test_concepts_ask_for_laws_that_hold(name: str, value: float) -> None:
    """Every concept at every value gives laws in bounds that name their source."""
    found = choices_of(CONCEPTS[name], value)
    require_lawful(found)
    assert all(one.source == name for one in found)
    assert found or value == 0.0


def test_a_rising_value_takes_a_later_law() -> None:
    """Spectral motion goes from a gathering law to one of far outliers."""
    laws = [choices_of(CONCEPTS["spectral-motion"], value)[0].law for value in (0.1, 0.5, 1.0)]
    assert laws == ["gaussian", "uniform", "cauchy"]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_values_out_of_range_are_refused(value: float) -> None:
    """A concept goes from 0 to 1."""
    with pytest.raises(InvalidRequestError):
        choices_of(CONCEPTS["grain-density"], value)
