"""The command line called within this process, on one home that lasts for the session.

A call goes through the program's own entry, so exit codes, streams and refusals are the real ones; only the time to
start Python is saved. Pieces are asked for without sound where the sound does not matter.
"""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grym.cli.main import run

QUICK = ("--seconds", "6", "--backend", "score")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a call printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        assert self.out.count("\n") == 1, f"{self.out!r} {self.err!r}"
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def ok(self, code: int = 0) -> "Answer":
        """Return the answer after checking its exit code."""
        assert self.code == code, f"exit {self.code}: {self.out} {self.err}"
        return self


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """Calls `grym`; files go below `folder`."""

    folder: Path

    def __call__(self, *words: str, stdin: str = "") -> Answer:
        """Call `grym` with words."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _reading(stdin):
            code = run(list(words))
        return Answer(code=code, out=out.getvalue(), err=err.getvalue())

    @cached_property
    def piece(self) -> dict[str, Any]:
        """One completed piece with sound, made once."""
        words = ("compose", "a calm piano nocturne in D minor, 70 bpm", "--seconds", "14", "--seed", "7")
        more = ("--backend", "synth", "--user", "ada", "--out", str(self.folder / "piece"), "--plot")
        return self(*words, *more, "--json").ok().told

    @cached_property
    def open_request(self) -> str:
        """The id of a request that was stored and that nobody has worked on when it was asked for."""
        return str(self("compose", "a slow waltz", *QUICK, "--no-wait", "--json").ok().told["request_id"])


@contextlib.contextmanager
def _reading(text: str) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before
