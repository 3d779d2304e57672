"""Tests of schemas.export: the committed files are what the code says."""

from pathlib import Path

from schemas.export import ASYNCAPI, PAGE, documents
from schemas.registry import BODIES

COMMITTED = Path(__file__).parents[3] / "docs" / "schemas"


def test_committed_documents_are_current() -> None:
    """docs/schemas holds exactly the generated files, byte for byte."""
    committed = {path.name: path.read_bytes() for path in COMMITTED.iterdir()}
    generated = documents()
    assert sorted(committed) == sorted(generated)
    changed = [name for name, content in generated.items() if committed[name] != content]
    assert changed == [], "run `make schema`"


def test_every_body_has_a_document() -> None:
    """One schema file per type, one AsyncAPI document and one page, nothing else."""
    assert set(documents()) == {f"{body.TYPE}.json" for body in BODIES} | {ASYNCAPI, PAGE}


def test_generation_is_deterministic() -> None:
    """Two runs give the same bytes."""
    assert documents() == documents()
