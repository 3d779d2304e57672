"""`grym formal` lists, shows and runs laws, and `grym compose --formal LAW` composes by them."""

from pathlib import Path

import pytest

from grym.settings import read_settings
from tests.contract.cli_world import QUICK, CommandLine

_RAIN = 'name = "rain"\ndescription = "drops"\n[concepts]\ngrain-density = 0.7\n'


def test_laws_are_listed_with_those_of_the_user(grym: CommandLine) -> None:
    """Files in the folder `formal` of the home are found by their name, and say whose they are."""
    folder = read_settings().home / "formal"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rain.toml").write_text(_RAIN)
    told = grym("formal", "ls", "--json").ok().told
    sources = {row["name"]: row["source"] for row in told["presets"]}
    assert (sources["rain"], sources["crystalline"], len(told["concepts"])) == ("yours", "grym", 14)
    assert "crystalline" in grym("formal", "ls", "--tag", "sieve").ok().out
    assert grym("formal", "show", "rain", "--json").ok().told["laws"][0]["target"] == "density"
    (folder / "rain.toml").unlink()


def test_laws_speak_by_themselves_and_can_be_drawn(grym: CommandLine, tmp_path: Path) -> None:
    """A sieve of period three says 1 every third beat; the same seed says the same."""
    words = ("formal", "run", "dynamics:sieve:3@0", "--seconds", "3", "--bpm", "120")
    laws = grym(*words, "--json").ok().told["laws"]
    assert [event["value"] for event in laws[0]["events"]] == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    picture = tmp_path / "sieve.png"
    assert "sieve" in grym(*words, "--plot", str(picture)).ok().out
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("law", ["polka", "grain-density=9", "pitch:sieve:3", "smell:sieve:3@0"])
def test_laws_that_are_not_known_are_refused(grym: CommandLine, law: str) -> None:
    """Showing and composing refuse them alike, before anything is published."""
    for words in (("formal", "show", law), ("compose", "a waltz", "--formal", law)):
        answer = grym(*words, "--json")
        assert answer.code == 2
        assert answer.told["error"]["code"].startswith("formal.")


def test_a_piece_that_obeys_laws(grym: CommandLine) -> None:
    """The plan carries the laws in order, so whoever composes needs no file, and its notes say which law wrote what."""
    laws = ("--formal", "crystalline", "--formal", "rhythm:sieve:3@0|4@0")
    plan = grym("compose", "a waltz", *QUICK, *laws, "--json").ok().told["plan"]
    assert [law["law"] for law in plan["formal"]][-1] == "3@0|4@0"
    assert any(note.startswith("Rhythm of melody, counter: sieve law 3@0|4@0") for note in plan["notes"])
