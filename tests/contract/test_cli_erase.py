"""`grym erase` keeps the contract: nothing of a person is left in the database, and nobody else misses anything."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import start_embedded
from tests.contract.cli_world import QUICK, CommandLine

NAME = "rosalind-the-erased"
PROMPT = "a waltz in D minor for my dear aunt Philippa"
TELLING = (NAME, "Philippa")
FOLLOWED = "entry_graves"
"""Keeps the names of removed entries for seven days, so that other processes learn of it; told by the command."""


async def _found(dsn: str, words: tuple[str, ...]) -> set[str]:
    """Return every table and column that holds one of the words."""
    connection = await connect(dsn)
    names = [
        row["tablename"]
        for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    ]
    found = set()
    for name in names:
        for row in await connection.fetch(f'select * from "{name}"'):  # noqa: S608 - our own names
            for column, value in row.items():
                held = value if isinstance(value, bytes) else str(value).encode()
                if any(word.encode() in held for word in words):
                    found.add(f"{name}.{column}")
    await connection.close()
    return found


def _everything(words: tuple[str, ...]) -> set[str]:
    """Return where the database of the command line holds one of the words."""
    server = start_embedded(Path(os.environ["GRYM_HOME"]))  # noqa: TID251 (the home of the test's own process)
    try:
        return asyncio.run(_found(server.dsn, words))
    finally:
        server.leave()


def _lived(grym: CommandLine, user: str) -> dict[str, Any]:
    """Have somebody ask for a piece, rate it, prefer a setting, and learn of it what there is."""
    piece = grym("compose", PROMPT, "--user", user, *QUICK, "--json").ok().told
    grym("rate", piece["request_id"], "5", "--user", user, "--json").ok()
    grym("sessions", "set", user, "synth", "room_db=3", "--json").ok()
    return piece


@pytest.fixture(scope="module")
def erased(grym: CommandLine) -> dict[str, Any]:
    """Erase somebody beside whom somebody else lives, and return what everything told."""
    piece, other = _lived(grym, NAME), _lived(grym, "somebody-else")
    before = grym("sessions", "show", "somebody-else", "--json").ok().told
    dry = grym("erase", "--user", NAME, "--dry-run", "--json").ok().told
    held = _everything((NAME,))
    told = grym("erase", "--user", NAME, "--json").ok().told
    return {"piece": piece, "other": other, "before": before, "dry": dry, "held": held, "told": told}


def test_a_dry_run_tells_and_changes_nothing(erased: dict[str, Any]) -> None:
    """What it counts is there, and stays there."""
    dry = erased["dry"]
    assert dry["dry_run"] is True
    assert (dry["requests"], dry["removed"]["texts"], dry["removed"]["runs"]) == (1, 1, 1)
    assert {"events.value", "states.value", "states.key", "texts.user_id", "entries.owner"} <= erased["held"]


def test_nothing_of_a_person_is_left(grym: CommandLine, erased: dict[str, Any]) -> None:
    """Neither the name nor a word of the prompt, in any column of any table but the one that is told."""
    told = erased["told"]
    assert told["left"] == 0
    assert told["removed"]["events"] >= 20
    assert {place for place in _everything((NAME,)) if not place.startswith(FOLLOWED)} == set()
    assert grym("sessions", "show", NAME, "--json").ok(2).told["error"]["code"] == "session.unknown"
    assert grym("memory", "ls", "--owner", NAME, "--json").ok().told["entries"] == []
    assert any(one["what"].startswith("the names under which entries") for one in told["remains"])


def test_the_request_is_still_known_and_empty(grym: CommandLine, erased: dict[str, Any]) -> None:
    """That there was one, and how it ended, and nothing of what it was."""
    request = erased["piece"]["request_id"]
    status = grym("status", request, "--json").ok().told
    assert (status["state"], status["plan"], status["audio"]) == ("completed", None, None)
    assert all(line["data"] is None for line in grym("events", "show", request, "--json").ok().lines)


def test_nobody_else_misses_anything(grym: CommandLine, erased: dict[str, Any]) -> None:
    """Session, patterns and files of others are as they were."""
    assert grym("sessions", "show", "somebody-else", "--json").ok().told == erased["before"]
    assert grym("status", erased["other"]["request_id"], "--json").ok().told["plan"] == erased["other"]["plan"]
    liked = grym("patterns", "ls", "--json").ok().told["patterns"]
    assert {one["tags"].get("user") for one in liked if one["kind"] == "favourite"} >= {"somebody-else"}
    assert grym("patterns", "verify", "--json").ok().told["clean"] is True


def test_erasing_again_changes_nothing(grym: CommandLine, erased: dict[str, Any]) -> None:
    """It is harmless, and says that there was nothing but its own trace."""
    assert erased["told"]["requests"] == 1
    again = grym("erase", "--user", NAME, "--json").ok().told
    assert again["requests"] == 0
    assert {name: count for name, count in again["removed"].items() if count} == {"events": 1}


def test_a_replay_leaves_out_what_was_erased(grym: CommandLine, erased: dict[str, Any]) -> None:
    """And finds everything else decided the same."""
    assert erased["told"]["removed"]["events"] > 0
    told = grym("replay", "--from", "1h", "--to", "now", "--json").ok().told
    assert told["equal"], told["differences"]
    assert told["skipped"]["erased"] > 0


def test_the_audit_names_nobody(grym: CommandLine, erased: dict[str, Any]) -> None:
    """How much was removed and who asked, under the name of the erasure."""
    told = erased["told"]
    lines = grym("events", "export", "--topic", "grym.audit.v1").ok().lines
    (line,) = [one for one in lines if one["subject"] == told["erasure_id"]]
    assert line["type"] == "grym.person.erased.v1"
    assert line["data"]["removed"] == told["removed"]
    assert NAME not in str(line)


def test_nobody_in_particular_is_not_erased(grym: CommandLine) -> None:
    """The name of those who give none is shared."""
    assert grym("erase", "--user", "anonymous", "--json").ok(2).told["error"]["code"] == "erase.nobody"


def test_an_open_request_is_cancelled_first(grym: CommandLine) -> None:
    """Nobody works for a person who is gone."""
    request = grym("compose", PROMPT, "--user", "open-olga", *QUICK, "--no-wait", "--json").ok().told["request_id"]
    told = grym("erase", "--user", "open-olga", "--json").ok().told
    assert (told["requests"], told["left"]) == (1, 0)
    assert grym("status", request, "--json").told["state"] in {"cancelled", "completed"}


def test_the_same_name_in_another_tenant_stays(grym: CommandLine) -> None:
    """Two people of one name are two people."""
    for tenant in ("here", "there"):
        grym("compose", "a waltz", "--user", "two-faced", "--tenant", tenant, *QUICK, "--json").ok()
    grym("erase", "--user", "two-faced", "--tenant", "here", "--json").ok()
    assert grym("sessions", "show", "two-faced", "--tenant", "here", "--json").ok(2).code == 2
    told = grym("sessions", "show", "two-faced", "--tenant", "there", "--json").ok().told
    assert len(told["attempts"]) == 1
