"""Building generations in a process of its own: at low priority, gone with its parent, killed when nobody waits.

The plan goes in as one line of JSON. The pipe it came through stays open, and the builder ends when it closes: so it
does, however this process ends.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import Sequence

import msgspec

from grym.errors import AdapterError
from grym.ports.generations import Plan

LIMIT_S = 1800.0
"""A million vectors of 128 values take less than two minutes on one core; whoever hangs must not hang for ever."""

_MOST_CHARACTERS = 500


class ProcessBuilder:
    """Follows plans by a program.

    Parameters
    ----------
    command
        The program; it reads a plan from its input and ends with 0 once the draft is finished.
    """

    def __init__(self, command: Sequence[str], *, limit_s: float = LIMIT_S) -> None:
        self._command = tuple(command)
        self._limit_s = limit_s

    async def build(self, plan: Plan) -> None:
        """Follow a plan to its end.

        Raises
        ------
        AdapterError
            ``index.build_failed``
        """
        try:
            program = await asyncio.create_subprocess_exec(
                *self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise _failed(f"it could not be started: {error.strerror}") from error
        try:
            async with asyncio.timeout(self._limit_s):
                said = await _told(program, msgspec.json.encode(plan) + b"\n")
                status = await program.wait()
        except TimeoutError as error:
            raise _failed(f"it took longer than {self._limit_s:g} s") from error
        finally:
            await _ended(program)
        if status != 0:
            raise _failed(said or f"it ended with {status}")


async def _told(program: asyncio.subprocess.Process, line: bytes) -> str:
    """Tell the program its plan and return what it complained about, when it has said all."""
    assert program.stdin is not None
    assert program.stderr is not None
    with contextlib.suppress(ConnectionError):  # it has ended already, and says why
        program.stdin.write(line)
        await program.stdin.drain()
    return (await program.stderr.read()).decode(errors="replace").strip()[-_MOST_CHARACTERS:]


async def _ended(program: asyncio.subprocess.Process) -> None:
    if program.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            program.kill()
        await asyncio.shield(program.wait())
    if program.stdin is not None:
        program.stdin.close()


def _failed(why: str) -> AdapterError:
    return AdapterError(
        f"no generation could be built: {why}",
        code="index.build_failed",
        hint="Searching goes on without it; it is tried again.",
    )
