"""Playing a file by whatever player is there."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from grym.cli.playing import play
from grym.cli.screen import Screen


def _screen() -> tuple[Screen, io.StringIO]:
    errors, screen = io.StringIO(), Screen()
    screen.__dict__["err"] = Console(file=errors, width=200)
    return screen, errors


def _player(folder: Path, name: str, *, code: int) -> None:
    program = folder / name
    program.write_text(f'#!/bin/sh\nfor last; do :; done\necho "$last" > "{folder}/played"\nexit {code}\n')
    program.chmod(0o755)


async def test_the_first_player_found_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's path is the last word of the player's call, and nothing is said."""
    _player(tmp_path, "aplay", code=0)
    monkeypatch.setenv("PATH", str(tmp_path))
    screen, errors = _screen()
    await play(screen, "piece.wav")
    assert (tmp_path / "played").read_text() == "piece.wav\n"
    assert errors.getvalue() == ""


async def test_a_player_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A player without a sound card is no error of the piece."""
    _player(tmp_path, "paplay", code=1)
    monkeypatch.setenv("PATH", str(tmp_path))
    screen, errors = _screen()
    await play(screen, "piece.wav")
    assert "paplay could not play piece.wav" in errors.getvalue()


async def test_without_a_player_the_path_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can play, the path of the sound is named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    screen, errors = _screen()
    await play(screen, "piece.wav")
    await play(screen, None)
    assert "the sound is in piece.wav" in errors.getvalue()
    assert "no sound to play" in errors.getvalue()
