"""Tests of schemas.vocabulary: every field of the wire is explained, and nothing else is."""

import pytest

from schemas.docstrings import fields_of
from schemas.json_schema import components
from schemas.registry import BY_TYPE
from schemas.vocabulary import OWN, SHARED, meaning

COMPONENTS = components("#/$defs/")


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_field_is_described(name: str) -> None:
    """No field is published without a word on what it means."""
    silent = [field for field, schema in COMPONENTS[name]["properties"].items() if not schema.get("description")]
    assert silent == [], "describe it in the docstring of its class or in schemas/vocabulary.py"


def test_entries_are_sentences() -> None:
    """Every entry starts with a capital and ends in a full stop."""
    for text in (*SHARED.values(), *OWN.values()):
        assert text[0].isupper()
        assert text.endswith(".")


def test_every_entry_explains_a_field() -> None:
    """No entry is left over from a field that is gone."""
    used = {field for schema in COMPONENTS.values() for field in schema["properties"]}
    assert set(SHARED) <= used
    places = {f"{name}.{field}" for name, schema in COMPONENTS.items() for field in schema["properties"]}
    assert set(OWN) <= places


def test_a_class_of_its_own_way_wins_over_the_shared_meaning() -> None:
    """The tonic of a fact is a name, that of a plan a number; an unknown field has no meaning."""
    assert meaning("KeyFact", "tonic") == "Tonic by name, such as `Eb`."
    assert meaning("Elsewhere", "tonic") == SHARED["tonic"]
    assert meaning("KeyFact", "nothing") is None


def test_the_docstring_of_a_body_wins() -> None:
    """What a class says in its Parameters section is what is published."""
    request = BY_TYPE["grym.composition.request.v1"]
    described = COMPONENTS[request.__name__]["properties"]
    assert fields_of(request)["seed"] == described["seed"]["description"] != SHARED["seed"]
