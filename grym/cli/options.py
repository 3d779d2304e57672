"""Options that several commands share, each with its one help text."""

from pathlib import Path
from typing import Annotated

import typer

RequestIdArgument = Annotated[str, typer.Argument(metavar="REQUEST_ID", help="Id of the request.")]
TimeoutOption = Annotated[
    float | None,
    typer.Option("--timeout-s", help="Give up waiting after so many seconds; the request goes on.", show_default=False),
]
DeadlineOption = Annotated[
    float,
    typer.Option("--deadline-s", help="Seconds until the request is cancelled, counted from its arrival."),
]
UserOption = Annotated[str, typer.Option("--user", help="Whose taste is learned and used.")]
TenantOption = Annotated[str, typer.Option("--tenant", help="Whose request it is, for fair shares of the machine.")]
RequestIdOption = Annotated[
    str | None,
    typer.Option("--request-id", help="Makes a repeated call harmless.", show_default=False),
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Leave once the request is stored; `grym up` works on it.", show_default=False)
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the files.", show_default=False)
]
