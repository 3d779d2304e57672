"""Tests of schemas.json_schema: one document read in full, and what documents refer to."""

from schemas.commands import CancelRequest, RequestComposition
from schemas.events import FeaturesExtracted, QualityRated
from schemas.json_schema import components, document, references

SHARED = components("#/$defs/")


def test_a_small_document_in_full() -> None:
    """Dialect, id, words from the docstring, fields with defaults; nothing it does not use."""
    assert document(CancelRequest, SHARED) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:grym:schema:grym.request.cancel.v1",
        "title": "CancelRequest",
        "description": "Ask that a request ends now; may arrive before the request itself and is then remembered.",
        "type": "object",
        "properties": {"reason": {"type": "string", "default": "asked", "description": "Why, in a few words."}},
        "required": [],
    }


def test_fields_carry_their_descriptions() -> None:
    """What the Parameters section says stands at the field."""
    seconds = document(RequestComposition, SHARED)["properties"]["seconds"]
    assert seconds == {"type": "number", "default": 30.0, "description": "Wanted length in seconds, 4 to 600."}


def test_documents_carry_exactly_what_they_refer_to() -> None:
    """Values within values are found; values of other types are left out."""
    assert set(document(QualityRated, SHARED)["$defs"]) == {"CheckResult"}
    defs = set(document(FeaturesExtracted, SHARED)["$defs"])
    assert {"Analysis", "ArtifactRef", "EmbeddingFact", "KeyFact", "SectionFact"} <= defs
    assert "PlanData" not in defs


def test_references_are_found_at_any_depth() -> None:
    """Objects in lists in objects."""
    assert sorted(references({"a": [{"$ref": "#/x"}, {"b": {"$ref": "#/y"}}], "$ref": "#/z"})) == ["#/x", "#/y", "#/z"]


def test_prefix_of_references_is_the_callers() -> None:
    """The same components serve documents that keep them elsewhere."""
    found = components("#/components/schemas/")
    assert set(found) == set(SHARED)
    assert all(target.startswith("#/components/schemas/") for target in references(list(found.values())))
