"""`--profile`: a name, a file, or a refusal."""

from pathlib import Path

import pytest

from grym.cli.judging import profile_data
from grym.errors import InvalidRequestError
from schemas.body import ProfileData


def test_none_asks_for_none() -> None:
    """Whoever rates then chooses by purpose."""
    assert profile_data(None) is None


def test_a_name_travels_as_a_name() -> None:
    """The worker knows its bounds."""
    assert profile_data("stream") == ProfileData(name="stream")


def test_a_file_travels_with_its_bounds(tmp_path: Path) -> None:
    """No worker needs the file."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nbase = "draft"\n[bounds]\n"signal.hum" = { most = 3 }\n')
    assert profile_data(str(path)) == ProfileData(name="mine", base="draft", bounds={"signal.hum": (None, 3.0)})


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x = ["])
def test_what_is_no_profile_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A file that is not there, no text, no TOML; and an unknown name."""
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    for wanted in (str(path), "nobody"):
        with pytest.raises(InvalidRequestError) as refused:
            profile_data(wanted)
        assert refused.value.code == "quality.profile"
