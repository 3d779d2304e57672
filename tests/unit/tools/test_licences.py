"""The licence table names every run-time dependency, and no GPL slips through."""

import pytest

from tools.licences import closure, is_copyleft, table


@pytest.mark.parametrize(
    ("stated", "copyleft"),
    [
        ("MIT", False),
        ("LGPL-2.1-or-later", False),
        ("GNU Library or Lesser General Public License (LGPL)", False),
        ("GPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0-or-later", True),
    ],
)
def test_gpl_is_told_from_lesser_gpl(stated: str, *, copyleft: bool) -> None:
    """The lesser GPL may be in the core, the GPL may not."""
    assert is_copyleft(stated) is copyleft


def test_dependencies_are_followed() -> None:
    """What a dependency needs is listed too, what extras need is not."""
    names = {package.name.lower() for package in closure("grym")}
    assert {"numpy", "rich", "pygments"} <= names
    assert not {"torch", "faust-streaming", "pytest", "librosa"} & names


def test_table_has_a_row_for_each_package() -> None:
    """Nothing in the core is without a licence."""
    rows = table().splitlines()[2:]
    assert len(rows) == len(closure("grym"))
    assert all(row.split("|")[2].strip() for row in rows)
