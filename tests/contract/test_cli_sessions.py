"""`grym sessions` and `grym profiles` keep the contract: a person is known, and used, saved and restored."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.cli_world import QUICK, CommandLine

SOUND = ("--seconds", "6", "--backend", "synth", "--seed", "5")


def _piece(grym: CommandLine, user: str, *words: str) -> dict[str, Any]:
    """Have a waltz made for somebody."""
    return grym("compose", "a waltz in D minor", "--user", user, *(words or QUICK), "--json").ok().told


def _liked(grym: CommandLine, user: str) -> dict[str, Any]:
    """Have a piece made and rated with five stars; return what rating it told."""
    request = _piece(grym, user)["request_id"]
    return grym("rate", request, "5", "--user", user, "--json").ok().told


def test_a_session_tells_how_wishes_went(grym: CommandLine) -> None:
    """Attempts, summaries, performance with its interval, cost and settings."""
    assert _liked(grym, "edda")["profile"] == "waltz-1"
    _piece(grym, "edda")
    told = grym("sessions", "show", "edda", "--json").ok().told
    assert [one["stars"] for one in told["attempts"]] == [None, 5]
    assert told["summary"]["stars"] == {"mean": 5, "least": 5, "greatest": 5, "latest": 5, "count": 1}
    (performance,) = told["performance"]
    assert (performance["style"], performance["backend"], performance["attempts"]) == ("waltz", "score", 2)
    assert performance["success_interval"][0] < performance["success_rate"] <= performance["success_interval"][1]
    assert performance["wall_s"] > 0.0
    assert performance["cpu_s"] is None  # no sound, so nothing was performed
    assert told["trends"] == {}
    assert "waltz" in grym("sessions", "show", "edda").ok().out
    assert grym("sessions", "show", "edda", "--style", "rag", "--json").ok().told["attempts"] == []


def test_sessions_are_listed(grym: CommandLine) -> None:
    """With counts, those active last first."""
    _liked(grym, "bea")
    first = grym("sessions", "ls", "--json").ok().told["sessions"][0]
    assert {name: first[name] for name in ("user", "tenant", "attempts", "rated", "liked")} == {
        "user": "bea",
        "tenant": "default",
        "attempts": 1,
        "rated": 1,
        "liked": 1,
    }
    assert "bea" in grym("sessions", "ls").ok().out


def test_suggestions_name_what_is_missing(grym: CommandLine) -> None:
    """One style liked: of others there is nothing, and that is said instead of a zero; the next result says so, too."""
    _liked(grym, "cleo")
    told = grym("sessions", "suggest", "cleo", "--style", "waltz", "--json").ok().told["suggestions"]
    assert told["minor"] == {"value": 1.0, "specific": 1, "general": 0, "missing": "general"}
    assert grym("sessions", "suggest", "cleo", "--style", "march", "--json").ok().told["suggestions"]["minor"] == {
        "value": 1.0,
        "specific": 0,
        "general": 1,
        "missing": "specific",
    }
    found = _piece(grym, "cleo")["suggestions"]
    assert found["parameters"]["minor"] == told["minor"]
    assert found["profile"] == "waltz-1"


def test_profiles_are_recommended_where_they_are_near(grym: CommandLine) -> None:
    """And none where none is."""
    _liked(grym, "dora")
    (profile,) = grym("profiles", "ls", "dora", "--json").ok().told["profiles"]
    assert (profile["name"], profile["uses"], profile["success_rate"]) == ("waltz-1", 1, 1.0)
    near = [f"{name}={value}" for name, value in profile["vector"].items()]
    assert grym("profiles", "recommend", "dora", *near, "--json").ok().told["profile"]["name"] == "waltz-1"
    far = [f"{name}={0.0 if value > 0.5 else 1.0}" for name, value in profile["vector"].items()]
    none = grym("profiles", "recommend", "dora", *far, "--json").ok().told
    assert none["profile"] is None
    assert none["likeness"] < 0.8
    assert "waltz-1" in grym("profiles", "ls", "dora").ok().out


def test_a_changed_setting_changes_the_next_piece(grym: CommandLine) -> None:
    """The trap of an earlier design, which learned settings and never used them: the sound itself is another one."""
    plain = _piece(grym, "ella", *SOUND)
    assert grym("sessions", "set", "ella", "synth", "room_db=6", "--json").ok().told["settings"] == {"room_db": 6.0}
    roomy = _piece(grym, "ella", *SOUND)
    foreign = _piece(grym, "fay", *SOUND)
    asked = _piece(grym, "fay", *SOUND, "--setting", "room_db=6")
    sounds = [Path(one["audio"]).read_bytes() for one in (plain, roomy, foreign, asked)]
    assert sounds[0] != sounds[1]
    assert sounds[0] == sounds[2]
    assert sounds[1] == sounds[3]
    assert roomy["settings"] == {"room_db": {"value": 6.0, "source": "session"}}
    assert asked["settings"] == {"room_db": {"value": 6.0, "source": "request"}}
    assert (plain["settings"], foreign["settings"]) == ({}, {})
    assert grym("sessions", "set", "ella", "synth", "room_db=", "--json").ok().told["settings"] == {}


def test_a_liked_setting_is_learned(grym: CommandLine) -> None:
    """A piece with another room, five stars: the next one without a word goes three tenths of the way."""
    request = _piece(grym, "gina", *SOUND, "--setting", "room_db=6")["request_id"]
    grym("rate", request, "5", "--user", "gina", "--json").ok()
    assert _piece(grym, "gina", *SOUND)["settings"]["room_db"] == {"value": 1.8, "source": "session"}
    assert grym("sessions", "show", "gina", "--json").ok().told["settings"] == {"synth": {"room_db": 1.8}}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sessions", "show", "nobody-knows"), "session.unknown"),
        (("sessions", "set", "ada", "piano", "room_db=1"), "settings.backend"),
        (("sessions", "set", "ada", "synth", "reverb=1"), "settings.name"),
        (("sessions", "set", "ada", "synth", "room_db=99"), "settings.range"),
        (("sessions", "set", "ada", "synth", "room_db"), "settings.words"),
        (("profiles", "recommend", "ada", "pace=7"), "profiles.range"),
        (("compose", "a waltz", "--backend", "synth", "--setting", "room_db=99"), "settings.range"),
        (("compose", "a waltz", "--backend", "score", "--setting", "room_db=1"), "settings.backend"),
        (("sessions", "restore", "no-such-file"), "file.unreadable"),
    ],
)
def test_impossible_wishes_are_refused(grym: CommandLine, words: tuple[str, ...], code: str) -> None:
    """Before anything is published."""
    assert grym(*words, "--json").ok(2).told["error"]["code"] == code


def test_a_person_is_saved_and_restored(grym: CommandLine, tmp_path: Path) -> None:
    """Session and taste together; what happened since is undone."""
    _liked(grym, "hana")
    file = tmp_path / "hana.person"
    saved = grym("sessions", "save", "hana", str(file), "--json").ok().told
    assert saved["parts"] == ["learning", "sessions"]
    before = grym("sessions", "show", "hana", "--json").ok().told
    learned = grym("memory", "show", "person/default", "--owner", "hana", "--json").ok().told["value"]
    grym("sessions", "set", "hana", "synth", "room_db=3", "--json").ok()
    _liked(grym, "hana")
    restored = grym("sessions", "restore", str(file), "--json").ok().told["restored"]
    assert restored.keys() == {"learning", "sessions"}
    assert grym("sessions", "show", "hana", "--json").ok().told == before
    assert grym("memory", "show", "person/default", "--owner", "hana", "--json").ok().told["value"] == learned


def test_a_changed_or_newer_file_is_refused_whole(grym: CommandLine, tmp_path: Path) -> None:
    """And nothing has changed."""
    _liked(grym, "ines")
    file = tmp_path / "ines.person"
    grym("sessions", "save", "ines", str(file)).ok()
    before = grym("sessions", "show", "ines", "--json").ok().told
    content = file.read_bytes()
    file.write_bytes(content.replace(b"waltz", b"march"))
    assert grym("sessions", "restore", str(file), "--json").ok(2).told["error"]["code"] == "snapshot.digest"
    file.write_bytes(content.replace(b"version\x01", b"version\x02"))
    assert grym("sessions", "restore", str(file), "--json").ok(2).told["error"]["code"] == "snapshot.version"
    assert grym("sessions", "show", "ines", "--json").ok().told == before


def test_a_rating_counts_in_the_tenant_of_its_piece(grym: CommandLine) -> None:
    """The same name elsewhere is somebody else."""
    request = grym("compose", "a waltz", "--user", "jana", "--tenant", "acme", *QUICK, "--json").ok().told["request_id"]
    grym("rate", request, "5", "--user", "jana", "--json").ok()
    told = grym("sessions", "show", "jana", "--tenant", "acme", "--json").ok().told
    assert [one["stars"] for one in told["attempts"]] == [5]
    assert grym("sessions", "show", "jana", "--json").ok(2).told["error"]["code"] == "session.unknown"
