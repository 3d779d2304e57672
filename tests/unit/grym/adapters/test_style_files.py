"""Style files of the user."""

from pathlib import Path

import pytest

from grym.adapters.style_files import own_style, read_style_file, style_files
from grym.errors import InvalidRequestError

OWN = 'base = "waltz"\nname = "ländler"\n'


def test_a_file_is_read(tmp_path: Path) -> None:
    """By its path, and by its name in the folder of the user."""
    (tmp_path / "mine.toml").write_text(OWN)
    (tmp_path / "notes.txt").write_text("no style")
    assert read_style_file(tmp_path / "mine.toml").name == "ländler"
    assert own_style(str(tmp_path / "mine.toml"), tmp_path / "nowhere") == own_style("mine", tmp_path)
    assert set(style_files(tmp_path)) == {"mine"}


def test_a_name_without_a_file_is_one_of_ours(tmp_path: Path) -> None:
    """Nothing is read then, not even a file beside the folder."""
    assert own_style("waltz", tmp_path) is None
    assert own_style("../../etc/passwd", tmp_path) is None
    assert style_files(tmp_path / "missing") == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xff\xfe\x00", "style.not_toml"), (b"#" * 300_000, "style.too_large"), (b"name = ", "style.not_toml")],
)
def test_what_is_no_style_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """Bytes that are no text, a file without end, a broken one."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidRequestError) as refusal:
        read_style_file(path)
    assert refusal.value.code == code


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """Also a folder, which cannot be read either."""
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(InvalidRequestError) as refusal:
            read_style_file(path)
        assert refusal.value.code == "style.not_found"
