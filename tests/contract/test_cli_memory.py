"""Typed memory by the command line: sessions are kept, referred back to, and shown."""

from tests.contract.cli_world import QUICK, CommandLine


def test_a_wish_refers_back_to_the_last_piece(grym: CommandLine) -> None:
    """Another one is of the same kind, changed as asked; who had none before gets something of its own, and is told."""
    words = ("compose", "--user", "rosa", *QUICK, "--json")
    first = grym("compose", "a waltz in D minor, 96 bpm", *words[1:]).ok().told["plan"]
    second = grym("compose", "another one, but faster", *words[1:]).ok().told["plan"]
    assert (second["style"], second["tonality"], second["metre"]) == (first["style"], first["tonality"], first["metre"])
    assert second["tempo_bpm"] == 120.0
    assert second["title"] != first["title"]
    assert any("waltz in D minor" in note for note in second["notes"])
    third = grym("compose", "wie das letzte, aber in Dur", *words[1:]).ok().told["plan"]
    assert (third["style"], third["tonality"]) == ("waltz", {"tonic": 2, "mode": "major"})
    stranger = grym("compose", "another one", "--user", "nobody-yet", *QUICK, "--json").ok().told["plan"]
    assert any("No last piece" in note for note in stranger["notes"])


def test_entries_are_listed_and_shown(grym: CommandLine) -> None:
    """A finished piece leaves a session of its listener, with an expiry, and nothing of the sentence."""
    piece = grym("compose", "a secret lullaby", "--user", "lina", *QUICK, "--json").ok().told
    (row,) = grym("memory", "ls", "--owner", "lina", "--json").ok().told["entries"]
    assert (row["key"], row["scope"], row["metadata"]["style"]) == ("session/default", "session", "lullaby")
    shown = grym("memory", "show", row["key"], "--owner", "lina", "--json").ok().told
    assert shown["value"]["request_id"] == piece["request_id"]
    assert shown["expires_at"] > shown["updated_at"]
    assert "secret" not in str(shown)
    assert "lina" in grym("memory", "ls", "--text", "lullaby").ok().out
    assert "session/default" in grym("memory", "show", "session/default", "--owner", "lina").ok().out


def test_an_entry_that_is_not_there_is_refused(grym: CommandLine) -> None:
    """The refusal names what lists the entries."""
    refused = grym("memory", "show", "nothing-of-that-name", "--json")
    assert refused.code != 0
    assert refused.told["error"]["code"] == "memory.entry"
