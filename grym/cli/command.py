"""What every command shares: the options ``--json``, ``--debug`` and ``--log-level``, errors, exit codes, interrupts.

A command is a function whose first parameter is a `Screen`; it may be a coroutine and may return an exit code. The
decorator gives it the shared options in place of the screen, so no command repeats them and none forgets them.
Options that only some commands share are fields of a frozen dataclass: a parameter of that class stands for all of
them, and the command is given its value.
"""

import asyncio
import dataclasses
import inspect
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Annotated, Any

import typer

from grym.cli.faults import DONE, INTERRUPTED, as_grym_error, exit_code_of
from grym.cli.screen import Screen
from grym.errors import GrymError, InvalidRequestError

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.", show_default=False)
]
DebugOption = Annotated[
    bool, typer.Option("--debug", help="Show where an unexpected error came from.", show_default=False)
]
LogLevelOption = Annotated[
    str | None,
    typer.Option(
        "--log-level", help="Least serious log line on standard error: debug, info, warning, error.", show_default=False
    ),
]

Body = Callable[..., int | Coroutine[Any, Any, int | None] | None]


def command(app: typer.Typer, name: str, *, hidden: bool = False) -> Callable[[Body], Body]:
    """Register a function as the command `name` of `app`; a hidden one takes any words after its name."""

    def register(body: Body) -> Body:
        def run(*, json: bool, debug: bool, log_level: str | None, **arguments: Any) -> None:
            screen = Screen(json=json, debug=debug)
            raise typer.Exit(perform(partial(_called, body), screen, log_level=log_level, arguments=arguments))

        run.__doc__ = body.__doc__
        run.__signature__ = _with_shared_options(body)  # type: ignore[attr-defined]  # functions take any attribute
        run.__annotations__ = {
            name: parameter.annotation for name, parameter in inspect.signature(run).parameters.items()
        }
        anything = {"ignore_unknown_options": True, "allow_extra_args": True} if hidden else None
        app.command(name, hidden=hidden, context_settings=anything)(run)
        return body

    return register


def _with_shared_options(body: Body) -> inspect.Signature:
    kind = inspect.Parameter.KEYWORD_ONLY
    own = [
        option.replace(kind=kind)
        for parameter in list(inspect.signature(body).parameters.values())[1:]
        for option in _options_of(parameter)
    ]
    shared = [
        inspect.Parameter("json", kind, default=False, annotation=JsonOption),
        inspect.Parameter("debug", kind, default=False, annotation=DebugOption),
        inspect.Parameter("log_level", kind, default=None, annotation=LogLevelOption),
    ]
    return inspect.Signature([*own, *shared])


def _options_of(parameter: inspect.Parameter) -> list[inspect.Parameter]:
    """Return the options that a parameter stands for: one for each field of a group of options, else itself."""
    group = parameter.annotation
    if not dataclasses.is_dataclass(group):
        return [parameter]
    return [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in dataclasses.fields(group)
    ]


def _called(body: Body, screen: Screen, **arguments: Any) -> int | Coroutine[Any, Any, int | None] | None:
    """Call a command with its options, those of a group put together."""
    given: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(body).parameters.items())[1:]:
        options = {option.name: arguments[option.name] for option in _options_of(parameter)}
        given[name] = options[name] if name in options else parameter.annotation(**options)
    return body(screen, **given)


def perform(body: Body, screen: Screen, *, log_level: str | None, arguments: dict[str, Any]) -> int:
    """Run a command to its exit code, telling every error as the contract says."""
    try:
        _start_logging(log_level)
        _require_text(arguments)
        with _termination_interrupts():
            result = body(screen, **arguments)
            code = asyncio.run(result) if isinstance(result, Coroutine) else result
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:  # noqa: BLE001 (the last place where an error can be told)
        return _tell(error, screen)
    return DONE if code is None else code


@contextmanager
def _termination_interrupts() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: in order, with servers stopped and workers gone."""
    if threading.current_thread() is not threading.main_thread():  # which alone is told of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(number, _heard_before)
    answer = signal.getsignal(signal.SIGINT)
    if not callable(answer):  # a shell lets what it puts into the background ignore Ctrl-C
        raise KeyboardInterrupt
    answer(signal.SIGINT, frame)


def _heard_before(number: int, frame: FrameType | None) -> None:
    """Do nothing: whoever sends SIGTERM to a group often sends it twice, and the end is under way."""


def _require_text(arguments: dict[str, Any]) -> None:
    """Refuse words that were no UTF-8 on the command line; paths are Path values and may be any bytes."""
    for name, value in arguments.items():
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and any("\ud800" <= character <= "\udfff" for character in word):
                raise InvalidRequestError(
                    f"the value of {name.replace('_', '-')} is not UTF-8 text",
                    code="usage.not_text",
                    hint="Write it in UTF-8; check the encoding of the terminal or of the calling program.",
                )


def _start_logging(level: str | None) -> None:
    from grym.cli.logs import configure_logging

    configure_logging(level)


def _tell(error: Exception, screen: Screen) -> int:
    if screen.debug:
        traceback.print_exception(error)
    told = as_grym_error(error)
    if not isinstance(error, GrymError):
        from structlog import get_logger

        get_logger("grym.cli").error("command.failed", error_type=type(error).__name__)
    with suppress(BrokenPipeError):
        screen.fail(told)
    return exit_code_of(told)


def _reader_left() -> int:
    """Stay silent when whoever reads our output has gone, as after ``| head``."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE
