"""Preset files of the user."""

from pathlib import Path

import pytest

from grym.adapters.formal_files import preset_files, read_preset_file, wanted_choices
from grym.errors import InvalidRequestError

_RAIN = 'name = "rain"\n[concepts]\ngrain-density = 0.7\n'


def test_presets_are_found_by_file_by_name_and_among_those_of_grym(tmp_path: Path) -> None:
    """A file, the name of one in the folder, and a preset of grym."""
    path = tmp_path / "rain.toml"
    path.write_text(_RAIN)
    assert wanted_choices(str(path), tmp_path) == wanted_choices("rain", tmp_path)
    assert wanted_choices("crystalline", tmp_path)[0].source == "crystalline"
    assert preset_files(tmp_path) == {"rain": path}


def test_without_a_folder_there_are_no_files(tmp_path: Path) -> None:
    """A home without the folder is fine."""
    assert preset_files(tmp_path / "missing") == {}


@pytest.mark.parametrize("content", [b"\xff\xfe", b"name =", b"x" * 100_000])
def test_broken_files_are_refused(tmp_path: Path, content: bytes) -> None:
    """No text, no TOML, or too large."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidRequestError, match="Formal law"):
        read_preset_file(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """By its name, with a hint."""
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        wanted_choices(str(tmp_path / "missing.toml"), tmp_path)
