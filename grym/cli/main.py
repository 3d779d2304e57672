"""The program `grym`: one app, its commands, and how a wrong call is told.

Commands import what they need when they run; this module and theirs stay light, so that `grym --help` is quick.
"""

import os
import sys
from typing import Annotated

import typer

from grym import __version__
from grym.cli import (
    analyze,
    compare,
    compose,
    database,
    describe,
    dlq,
    doctor,
    enhance,
    erase,
    events,
    export,
    formal,
    learn,
    memory,
    patterns,
    rate,
    replay,
    requests,
    reworking,
    schema,
    sessions,
    stream,
    style_profiles,
    styles,
    topics,
    up,
    worker,
)
from grym.cli.faults import INTERRUPTED, usage_error_json
from grym.cli.screen import Screen

app = typer.Typer(
    name="grym",
    help="Requests become music and sound becomes knowledge, and every step is an event.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it with the flag's value)
    if wanted:
        sys.stdout.write(f"grym {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Turn requests into music and sound into knowledge; every step is an event."""
    del version  # its callback has acted on it


_COMMANDS = (
    compose,
    reworking,
    export,
    analyze,
    compare,
    enhance,
    describe,
    stream,
    rate,
    requests,
    up,
    worker,
    replay,
    erase,
    doctor,
)
for module in _COMMANDS:
    module.register(app)
app.add_typer(events.app, name="events")
app.add_typer(patterns.app, name="patterns")
app.add_typer(memory.app, name="memory")
app.add_typer(sessions.app, name="sessions")
app.add_typer(style_profiles.app, name="profiles")
app.add_typer(learn.app, name="learn")
app.add_typer(styles.app, name="styles")
app.add_typer(formal.app, name="formal")
app.add_typer(dlq.app, name="dlq")
app.add_typer(database.app, name="db")
app.add_typer(topics.app, name="topics")
app.add_typer(schema.app, name="schema")


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    keep_to_one_core()
    words = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(words))


def keep_to_one_core() -> None:
    """Have the linear algebra of this process and its workers use one thread each, unless the caller chose otherwise.

    grym spreads its work over processes itself; threads of the library would spin for each other besides, and a search
    of 0.1 ms then costs a hundred times that wherever the machine has anything else to do. Read as numpy is loaded.
    """
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # noqa: TID251 (told to libraries, which know no other way)


def run(words: list[str]) -> int:
    """Run the program with the given words and return its exit code."""
    as_json = "--json" in words
    try:
        return int(app(words, prog_name="grym", standalone_mode=not as_json) or 0)
    except typer.TyperException as error:
        Screen(json=True).emit(usage_error_json(error.format_message()))
        return error.exit_code
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
