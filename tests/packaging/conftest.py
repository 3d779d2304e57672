"""Places the packaging tests share: the checkout, and copies of it that may be broken."""

import shutil
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("grym", "schemas", "streams", "consumers", "producers")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the root of the checkout."""
    return CHECKOUT


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    """Return a copy of the five packages and `pyproject.toml` that a test may change."""
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    return tmp_path
