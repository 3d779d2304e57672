"""Tests of schemas.docstrings: what is read from a class about itself."""

import msgspec

from schemas.docstrings import description_of, fields_of, summary_of


class Base(msgspec.Struct):
    """A base.

    Parameters
    ----------
    first
        What the base says.
    second
        Only the base
        says this.
    """

    first: int
    second: int


class Child(Base):
    """The first paragraph
    on two lines.

    A second paragraph.

    Parameters
    ----------
    first : int
        What the child says.
    low, high
        Shared by two.

    Raises
    ------
    nothing
        Ever.
    """

    low: int
    high: int


class Bare(msgspec.Struct):
    """One line."""


def test_summary_is_the_first_paragraph_on_one_line() -> None:
    """Line breaks of the source are not part of the text."""
    assert summary_of(Child) == "The first paragraph on two lines."


def test_description_leaves_the_sections_out() -> None:
    """Paragraphs stay apart; Parameters and what follows are no prose."""
    assert description_of(Child) == "The first paragraph on two lines.\n\nA second paragraph."
    assert description_of(Bare) == "One line."


def test_fields_come_from_the_class_then_its_bases() -> None:
    """Shared entries describe each name; a class wins over its base; other sections are not fields."""
    assert fields_of(Child, package=__name__) == {
        "first": "What the child says.",
        "second": "Only the base says this.",
        "low": "Shared by two.",
        "high": "Shared by two.",
    }
    assert fields_of(Bare, package=__name__) == {}


def test_foreign_bases_describe_nothing() -> None:
    """The docstring of a base from another package is not ours to publish."""
    assert fields_of(Child) == {}
