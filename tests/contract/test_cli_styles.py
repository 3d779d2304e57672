"""`grym styles` lists, shows and checks, and `grym compose --style FILE` composes in a style that was brought along."""

from pathlib import Path

import pytest

from grym.settings import read_settings
from tests.contract.cli_world import QUICK, CommandLine

OWN = 'base = "waltz"\nname = "ländler"\ntempo_bpm = [100, 120, 140]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound style file."""
    path = tmp_path / "laendler.toml"
    path.write_text(OWN)
    return path


def test_styles_are_listed_with_those_of_the_user(grym: CommandLine) -> None:
    """Files in the folder `styles` of the home are found by their name, and say whose they are."""
    folder = read_settings().home / "styles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "laendler.toml").write_text(OWN)
    rows = {row["name"]: row for row in grym("styles", "ls", "--json").ok().told["styles"]}
    assert (rows["ländler"]["source"], rows["waltz"]["source"]) == ("yours", "grym")
    assert "laendler" in grym("styles", "show", "laendler").ok().out or "ländler" in grym("styles", "ls").ok().out
    (folder / "laendler.toml").unlink()


def test_what_show_prints_is_a_style_file(grym: CommandLine, tmp_path: Path) -> None:
    """It passes `check` as it is."""
    copy = tmp_path / "copy.toml"
    copy.write_text(grym("styles", "show", "waltz").ok().out)
    assert grym("styles", "check", str(copy), "--json").ok().told == {"name": "waltz", "ok": True}


@pytest.mark.parametrize(
    ("text", "code"),
    [(OWN + "voices = 99\n", "style.invalid"), ("name =", "style.not_toml"), ("x = 1\n" * 50_000, "style.too_large")],
)
def test_a_broken_file_is_refused_by_code(grym: CommandLine, tmp_path: Path, text: str, code: str) -> None:
    """Checking and composing refuse it alike, before anything is published."""
    path = tmp_path / "broken.toml"
    path.write_text(text)
    for words in (("styles", "check", str(path)), ("compose", "a dance", "--style", str(path))):
        answer = grym(*words, "--json")
        assert (answer.code, answer.told["error"]["code"]) == (2, code)


def test_what_is_not_there_is_refused(grym: CommandLine, tmp_path: Path) -> None:
    """By the codes of a style and of a file."""
    assert grym("styles", "show", "polka-metal", "--json").told["error"]["code"] == "request.style"
    missing = str(tmp_path / "missing.toml")
    assert grym("styles", "check", missing, "--json").told["error"]["code"] == "style.not_found"


def test_a_piece_in_a_style_that_was_brought_along(grym: CommandLine, file: Path) -> None:
    """Its definition is in the plan, so whoever composes needs no file."""
    piece = grym("compose", "a dance in G major", *QUICK, "--style", str(file), "--json").ok().told
    assert piece["plan"]["style"] == "ländler"
    assert piece["plan"]["definition"]["tempo_bpm"] == [100.0, 120.0, 140.0]
    assert 100 / 1.5 <= piece["plan"]["tempo_bpm"] <= 140 * 1.5


def test_the_sentence_says_how_long(grym: CommandLine) -> None:
    """Without `--seconds` minutes and bars of the sentence count."""
    words = ("--backend", "score", "--seed", "1", "--json")
    piece = grym("compose", "a four-bar funk loop at 120 bpm", *words).ok().told
    assert sum(section["bars"] for section in piece["plan"]["sections"]) == 4
    assert piece["plan"]["loop"] is True
