"""Finding and naming a SoundFont."""

import hashlib
import os
from pathlib import Path

import pytest

from grym.adapters.soundfonts import INSTALL_HINT, UNKNOWN_LICENCE, find_soundfont, installed_soundfonts
from grym.errors import UnavailableError

HEADER = b"RIFF\x00\x00\x00\x00sfbk"


def fake(path: Path, body: bytes = b"LIST") -> Path:
    """Write a file with the header of a SoundFont."""
    path.write_bytes(HEADER + body)
    return path


def test_the_configured_file_wins_and_is_digested(tmp_path: Path) -> None:
    """Name, digest and licence of the file the settings name are reported."""
    path = fake(tmp_path / "MyBank.sf2")
    found = find_soundfont(path)
    assert (found.name, found.path, found.licence) == ("MyBank", path, UNKNOWN_LICENCE)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.provenance()["soundfont_sha256"] == found.sha256


def test_links_are_followed_to_the_real_name(tmp_path: Path) -> None:
    """The system's default is a link; licence and name are those of the bank behind it."""
    fake(tmp_path / "FluidR3_GM.sf2")
    link = tmp_path / "default-GM.sf2"
    link.symlink_to(tmp_path / "FluidR3_GM.sf2")
    found = find_soundfont(link)
    assert (found.name, found.licence, found.path) == ("FluidR3_GM", "MIT", link)


def test_a_gpl_bank_says_so(tmp_path: Path) -> None:
    """TimGM6mb is under the GPL, and the result carries that."""
    assert find_soundfont(fake(tmp_path / "TimGM6mb.sf2")).licence == "GPL-2.0"


def test_a_changed_file_is_digested_again(tmp_path: Path) -> None:
    """The cached digest belongs to size and time of change."""
    path = fake(tmp_path / "bank.sf2", b"one")
    first = find_soundfont(path).sha256
    fake(path, b"two")
    os.utime(path, ns=(1, 1))
    assert find_soundfont(path).sha256 != first


def test_a_missing_configured_file_is_named(tmp_path: Path) -> None:
    """Nothing else is taken in place of the file the settings name."""
    with pytest.raises(UnavailableError) as raised:
        find_soundfont(tmp_path / "gone.sf2")
    assert raised.value.code == "soundfont.missing"
    assert "GRYM_SOUNDFONT" in raised.value.hint


def test_without_any_the_hint_is_the_command(tmp_path: Path) -> None:
    """Where no bank is found the command that installs one is named."""
    with pytest.raises(UnavailableError) as raised:
        find_soundfont(search_paths=(tmp_path / "a.sf2", tmp_path / "b.sf3"))
    assert raised.value.hint == INSTALL_HINT
    assert "apt-get install --no-install-recommends libfluidsynth3 fluid-soundfont-gm" in INSTALL_HINT


def test_the_first_that_exists_is_taken(tmp_path: Path) -> None:
    """Search goes in order."""
    second, third = fake(tmp_path / "b.sf2"), fake(tmp_path / "c.sf2")
    assert find_soundfont(search_paths=(tmp_path / "a.sf2", second, third)).path == second


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A text file is no SoundFont."""
    path = tmp_path / "text.sf2"
    path.write_text("hello, I am not a SoundFont")
    with pytest.raises(UnavailableError) as raised:
        find_soundfont(path)
    assert raised.value.code == "soundfont.unreadable"


def test_all_that_are_installed_are_listed_once(tmp_path: Path) -> None:
    """A bank and a link to it are one; what is no SoundFont is left out."""
    bank = fake(tmp_path / "FluidR3_GM.sf2")
    (tmp_path / "default.sf2").symlink_to(bank)
    (tmp_path / "broken.sf2").write_bytes(b"nothing")
    paths = [tmp_path / name for name in ("default.sf2", "FluidR3_GM.sf2", "broken.sf2", "missing.sf2")]
    (found,) = installed_soundfonts(paths)
    assert found.told() == f"FluidR3_GM ({paths[0]}), licence: MIT, sha256: {found.sha256[:16]}"
