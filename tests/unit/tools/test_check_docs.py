"""The check of the documentation finds what is not so, and leaves alone what is."""

from pathlib import Path

import pytest

from tools.check_docs import (
    anchor,
    broken_links,
    is_there,
    missing_commands,
    missing_settings,
    missing_sources,
    missing_verbs,
)


def test_link_to_nowhere_is_found(tmp_path: Path) -> None:
    """A file that exists is no complaint, a missing one and a missing heading are."""
    (tmp_path / "there.md").write_text("# A heading, with `code`\n", encoding="utf-8")
    page = tmp_path / "page.md"
    text = "[a](there.md) [b](there.md#a-heading-with-code) [c](gone.md) [d](there.md#gone) [e](https://example.org)"
    assert broken_links(page, text) == [
        "the link gone.md leads to no file",
        "the link there.md#gone leads to no heading",
    ]


def test_picture_that_is_missing_is_found(tmp_path: Path) -> None:
    """Pictures are links too."""
    assert broken_links(tmp_path / "page.md", "![a flow](img/flow.svg)") == ["the link img/flow.svg leads to no file"]


def test_anchor_is_that_of_a_forge() -> None:
    """Marks vanish, spaces become hyphens."""
    assert anchor("Words that collide, `mostly`") == "words-that-collide-mostly"


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("`grym compose PROMPT`", 0),
        ("`grym events show ID`", 0),
        ("    GRYM_HOME=/tmp/x .venv/bin/grym compose words", 0),
        ("grym conquers the world", 0),
        ("`grym conquer`", 1),
        ("    grym conquer", 1),
        ("```\ngrym conquer\n```", 1),
    ],
)
def test_command_that_does_not_exist_is_found(text: str, complaints: int) -> None:
    """Commands count in code marks only; groups and their commands are known."""
    known = {"grym compose", "grym events", "grym events show"}
    assert len(missing_commands(text, known)) == complaints


def test_verb_that_does_not_exist_is_found() -> None:
    """`make` verbs are held against the Makefile."""
    assert missing_verbs("`make test` and `make tea`", {"test"}) == ["there is no verb `make tea`"]


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("grym.errors", True),
        ("grym.errors.disposition", True),
        ("schemas.envelope", True),
        ("grym.errors.nothing_of_this_name", False),
        ("grym.nowhere", False),
    ],
)
def test_module_and_its_names_are_looked_up(name: str, *, there: bool) -> None:
    """A dotted name is a module, or a name that stands in one."""
    assert is_there(name) is there


def test_path_and_type_names_are_told_apart() -> None:
    """Paths and modules must exist; types of events look like modules and are none."""
    text = "`grym/errors.py` `grym/gone.py` `grym.request.accepted.v1` `streams.gone`"
    assert missing_sources(text) == ["there is no `grym/gone.py`", "there is no `streams.gone`"]


def test_variable_nobody_reads_is_found() -> None:
    """An environment variable must stand in the settings."""
    assert missing_settings("GRYM_HOME GRYM_HOUSE", "GRYM_HOME") == ["nothing reads `GRYM_HOUSE`"]
