"""The program itself: help, usage errors, later commands, refused settings, schema, database, doctor, signals."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grym import __version__
from grym.runtime.names import PROCESSORS
from schemas.export import documents
from tests.contract.cli_world import QUICK, CommandLine

PROGRAM = Path(sys.executable).with_name("grym")


def test_help_lists_the_commands_of_this_version(grym: CommandLine) -> None:
    """Every command of the contract is listed."""
    out = grym("--help").ok().out
    asking = {"compose", "analyze", "rate", "events", "status", "cancel", "ls", "dlq"}
    running = {"up", "worker", "topics", "doctor", "schema", "db"}
    words = set(out.split())
    people = {"sessions", "profiles", "erase"}
    assert asking | running | people | {"enhance", "learn"} <= words


def test_version(grym: CommandLine) -> None:
    """The version is that of the distribution."""
    assert grym("--version").ok().out == f"grym {__version__}\n"


def test_a_typo_is_a_usage_error(grym: CommandLine) -> None:
    """An unknown command is exit 2, as JSON where that was asked for."""
    assert grym("compsoe", "--json").ok(2).told["error"]["code"] == "usage.invalid"
    assert "compsoe" in grym("compsoe").ok(2).err


def test_a_split_setup_is_refused(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kafka without shared state is a typed refusal for commands and a finding for the doctor."""
    monkeypatch.setenv("GRYM_KAFKA", "broker:9092")
    assert grym("ls", "--json").ok(2).told["error"]["code"] == "runtime.split_setup"
    checks = {check["name"]: check for check in grym("doctor", "--json").told["checks"]}
    assert checks["settings"]["ok"] is False
    assert "GRYM_KAFKA" in checks["settings"]["detail"]


def test_a_database_that_cannot_be_reached_is_exit_four(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreachable server is told as such."""
    monkeypatch.setenv("GRYM_DATABASE", "postgresql://nobody@127.0.0.1:1/none")
    assert grym("ls", "--json").ok(4).told["error"]["code"].startswith("db.")


def test_an_unusable_home_is_told(grym: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file where the home should be is told with the variable that names it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRYM_HOME", str(tmp_path / "file" / "home"))
    error = grym("ls", "--json").ok(4).told["error"]
    assert (error["code"], "GRYM_HOME" in error["hint"]) == ("home.unusable", True)


def test_doctor_names_checks_and_settings(grym: CommandLine) -> None:
    """Each check has name, verdict, detail and remedy; each setting its value and source."""
    told = grym("doctor", "--json").told
    assert all(set(check) == {"name", "ok", "detail", "remedy"} for check in told["checks"])
    checks = {check["name"]: check for check in told["checks"]}
    assert {"python", "home", "disk", "soundfont", "fluidsynth", "database", "verovio"} <= set(checks)
    assert checks["database"]["ok"], checks["database"]
    settings = {row["name"]: row for row in told["settings"]}
    assert settings["GRYM_HOME"]["source"] == "environment"


def test_doctor_draws_a_table(grym: CommandLine) -> None:
    """People see marks and remedies."""
    assert "GRYM_HOME" in grym("doctor").out


def test_schema_export_writes_the_contract(grym: CommandLine, tmp_path: Path) -> None:
    """The files are those that the contract publishes, byte for byte."""
    told = grym("schema", "export", str(tmp_path / "schemas"), "--json").ok().told
    assert {Path(name).name: Path(name).read_bytes() for name in told["files"]} == documents()


def test_database_status_and_migration(grym: CommandLine) -> None:
    """A database that was used is up to date, and migrating it again changes nothing."""
    grym("ls").ok()
    status = grym("db", "status", "--json").ok().told
    assert status["version"] == status["known"]
    assert grym("db", "migrate", "--json").ok().told == status


def test_a_backup_can_be_restored_elsewhere(grym: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another home shows the same requests and files after a restore, and refuses a second one."""
    name, listed = grym.piece["request_id"], grym("ls", "--json").told
    told = grym("db", "backup", str(tmp_path / "all.backup"), "--json").ok().told
    assert told["events"] > 0
    monkeypatch.setenv("GRYM_HOME", str(tmp_path / "home"))
    grym("db", "restore", str(tmp_path / "all.backup"), "--json").ok()
    assert grym("ls", "--json").told == listed
    stored = grym("status", name, "--json").ok().told["midi"]
    assert Path(stored).read_bytes() == Path(grym.piece["midi"]).read_bytes()
    assert grym("db", "restore", str(tmp_path / "all.backup"), "--json").ok(2).told["error"]["code"] == "db.not_empty"


def _program(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([str(PROGRAM), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _until(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"{text!r} never came")


def test_an_interrupt_leaves_the_request_to_others(grym: CommandLine) -> None:
    """Ctrl-C ends with 130, says how to go on, and the next process finishes the piece."""
    name = "interrupted-1"
    call = ("compose", "a long rock song", "--seconds", "300", "--backend", "synth", "--request-id", name, "--json")
    with _program(*call) as process:
        _until(process, "performing")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["error"]["details"]["request_id"] == name
    assert f"grym cancel {name}" in err
    assert "Traceback" not in err
    assert grym("cancel", name, "--json").ok().told["state"] == "cancelled"


def test_up_stops_gracefully(grym: CommandLine) -> None:
    """SIGTERM ends `grym up` with exit 0."""
    grym("ls").ok()
    with _program("up", "--json") as process:
        _until(process, "running")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["stopped"]) == (0, "asked"), err
    assert time.monotonic() - started < 30


def test_a_reader_that_leaves_is_no_error(grym: CommandLine) -> None:
    """`grym events tail | head -1` ends without noise, although nothing more is ever appended."""
    grym("compose", "a short tune", *QUICK, "--no-wait").ok()
    line = f"{PROGRAM} events tail --from-beginning --json | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_the_help_of_a_worker_names_every_processor(grym: CommandLine) -> None:
    """Whoever starts one need not look elsewhere."""
    told = " ".join(grym("worker", "--help").ok().out.replace("│", " ").split())
    assert ", ".join(sorted(PROCESSORS)[:-1]) + f" or {max(PROCESSORS)}" in told
