"""Homes for the acceptance checks, and the table of what they measured."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.harness import Grym

MEASURES = pytest.StashKey[list[tuple[str, str, str]]]()

Measured = Callable[[str, str, str], None]
"""Notes a measure: what, the value, what is required."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty table."""
    config.stash[MEASURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was measured beside what is required."""
    rows = config.stash[MEASURES]
    if not rows:
        return
    terminalreporter.section("measured")
    for what, value, required in rows:
        terminalreporter.line(f"{what:<58} {value:<30} {required}")


@pytest.fixture(scope="session")
def measured(pytestconfig: pytest.Config) -> Measured:
    """Give a function that adds a row to the table printed at the end."""
    rows = pytestconfig.stash[MEASURES]
    return lambda what, value, required: rows.append((what, value, required))


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """Give a folder that any user may enter, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="grym-accept-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_grym(ground: Path) -> Iterator[Callable[[str], Grym]]:
    """Give a function that makes a program with an empty home."""
    made: list[Grym] = []

    def make(name: str) -> Grym:
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=ground))
        folder.chmod(0o755)
        (folder / "work").mkdir()
        made.append(Grym(home=folder / "home", work=folder / "work"))
        return made[-1]

    yield make
    for one in made:
        one.end_leftovers()


@pytest.fixture(scope="module")
def grym(request: pytest.FixtureRequest, new_grym: Callable[[str], Grym]) -> Grym:
    """Give a program with a home that the checks of one module share."""
    return new_grym(request.module.__name__.rsplit("test_", 1)[-1])
