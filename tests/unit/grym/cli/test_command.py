"""The frame of every command: shared options, exit codes, errors."""

import asyncio
import json
import signal
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from grym.cli.command import command
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

RUNNER = CliRunner()


@dataclass(frozen=True, kw_only=True)
class Company:
    """Options that several commands share."""

    friends: Annotated[int, typer.Option("--with", help="How many.")] = 0
    gift: str = "cake"


def _app() -> typer.Typer:
    app = typer.Typer()

    @command(app, "greet")
    def greet(screen: Screen, *, name: str, times: int = 1) -> int:
        """Greet."""
        screen.emit({"name": name, "times": times}) if screen.json else screen.show(f"hello {name}")
        return 0 if times == 1 else 3

    @command(app, "visit")
    def visit(screen: Screen, *, name: str, company: Company, late: bool = False) -> None:
        """Visit."""
        screen.emit({"name": name, "friends": company.friends, "gift": company.gift, "late": late})

    @command(app, "refuse")
    async def refuse(screen: Screen) -> None:
        """Refuse."""
        del screen
        raise InvalidRequestError("no", code="test.no", hint="ask again")

    @command(app, "break")
    async def break_(screen: Screen) -> None:
        """Break."""
        del screen
        raise ValueError("inner words")

    @command(app, "interrupt")
    async def interrupt(screen: Screen) -> None:
        """Be interrupted."""
        del screen
        raise KeyboardInterrupt

    return app


def test_a_command_gets_its_arguments_and_the_screen() -> None:
    """Arguments arrive by name and `--json` turns results into one object."""
    result = RUNNER.invoke(_app(), ["greet", "Ada", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"name": "Ada", "times": 1})


def test_a_group_of_options_is_given_as_one_value() -> None:
    """Each field is an option of its own, with its name, default and type."""
    asked = ["visit", "Ada", "--with", "3", "--late", "--json"]
    told = {"name": "Ada", "friends": 3, "gift": "cake", "late": True}
    assert json.loads(RUNNER.invoke(_app(), asked).stdout) == told
    assert RUNNER.invoke(_app(), ["visit", "Ada", "--with", "many"]).exit_code == 2


def test_a_command_may_return_its_exit_code() -> None:
    """What the function returns is what the program ends with."""
    assert RUNNER.invoke(_app(), ["greet", "Ada", "--times", "2"]).exit_code == 3


def test_a_refusal_is_json_on_standard_output() -> None:
    """With --json the error object is the one line of output."""
    result = RUNNER.invoke(_app(), ["refuse", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "test.no"


def test_a_refusal_is_a_panel_on_standard_error() -> None:
    """Without --json standard output stays empty."""
    result = RUNNER.invoke(_app(), ["refuse"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "ask again" in result.stderr


@pytest.mark.parametrize(("words", "traceback"), [(["break", "--json"], False), (["break", "--json", "--debug"], True)])
def test_a_traceback_appears_with_debug_only(words: list[str], traceback: bool) -> None:
    """An unexpected error is a fault of grym; where it came from is shown on request."""
    result = RUNNER.invoke(_app(), words)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "grym.fault"
    assert ("inner words" in result.stderr) is traceback


def test_an_interrupt_is_130() -> None:
    """Ctrl-C ends with the code of the contract."""
    assert RUNNER.invoke(_app(), ["interrupt"]).exit_code == 130


@pytest.mark.parametrize("ignored", [False, True])
def test_a_termination_is_an_interrupt(ignored: bool) -> None:
    """SIGTERM lets a command end in order, also one that a shell keeps Ctrl-C from."""
    app, left = typer.Typer(), []

    @command(app, "wait")
    async def wait(screen: Screen) -> None:
        """Wait for the end."""
        del screen
        try:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            signal.raise_signal(signal.SIGTERM)  # as `timeout` does: to the process, and to its group
            await asyncio.sleep(0)
            left.append("in order")

    before = signal.getsignal(signal.SIGINT)
    if ignored:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert RUNNER.invoke(app, []).exit_code == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert left == ["in order"]


def test_an_unknown_log_level_is_refused() -> None:
    """A log level that does not exist is bad usage."""
    result = RUNNER.invoke(_app(), ["greet", "Ada", "--log-level", "loud", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "usage.log_level"


def test_words_that_are_no_text_are_refused() -> None:
    """A byte that was no UTF-8 arrives as a lone surrogate and is bad usage, never a fault."""
    result = RUNNER.invoke(_app(), ["greet", "Ada\udcff", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "usage.not_text"
