"""The command line as a user meets it: processes of `grym` with a home of their own, timed and watched from outside.

Nothing of grym is imported here. Output goes to files rather than pipes, so that a server which outlives its command
cannot keep a pipe open; what a command leaves running is found by the folder it works in.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

GRYM = Path(sys.executable).with_name("grym")
CHOSEN_OUTSIDE = ("KAFKA", "DATABASE", "REDIS", "ARTIFACTS", "LLM", "LLM_MODEL", "MODELS", "SOUNDFONT", "SINGLE_HOST")
"""Settings that a developer's own environment must not bring in."""

MIB = 1024 * 1024
SAMPLE_S = 0.1
TERMINALS = frozenset(f"grym.request.{name}.v1" for name in ("completed", "rejected", "deadlettered", "cancelled"))
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One finished command.

    Parameters
    ----------
    code
        Exit code; negative where a signal ended it.
    cpu_s
        Processor time of the command and its workers, user and system, in seconds, as last seen; 0 where it was not
        watched. Its database is not in it.
    largest_mib
        Highest resident memory of any single process of the command, in MiB; 0 where it was not watched.
    tree_mib
        Highest sum of proportional memory over all its processes, in MiB; 0 where it was not watched.
    """

    words: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    wall_s: float
    cpu_s: float
    largest_mib: float
    tree_mib: float

    @property
    def told(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        assert self.stdout.count("\n") == 1, f"one JSON object expected from {self.short()}"
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    def short(self) -> str:
        """Tell what was called and what came of it, for a failing assertion."""
        words = " ".join(word if len(word) < 80 else f"{word[:60]}…" for word in self.words)
        return f"grym {words}: exit {self.code}\nstdout: {self.stdout[-1500:]}\nstderr: {self.stderr[-1500:]}"

    def require(self, code: int = 0) -> "Call":
        """Return the call itself after checking its exit code and that nothing spilled a traceback."""
        assert self.code == code, f"exit {code} expected from {self.short()}"
        assert "Traceback" not in self.stdout + self.stderr, self.short()
        return self


@dataclass(slots=True)
class Effort:
    """What a command was seen to use: memory in MiB, and processor time in seconds by process."""

    largest_mib: float = 0.0
    tree_mib: float = 0.0
    cpu_s: dict[int, float] = field(default_factory=dict)

    def watch(self, pid: int) -> None:
        """Look at a process and its descendants until it ends.

        The operating system keeps each process's peak, so a short one is not missed; `getrusage` cannot be used, since
        it counts the memory of this process at the moment of the fork.
        """
        while tree := _tree(pid):
            self.largest_mib = max(self.largest_mib, *map(_peak_mib, tree))
            self.tree_mib = max(self.tree_mib, sum(map(_proportional_mib, tree)))
            self.cpu_s |= {process.pid: used for process in tree if (used := _cpu_s(process)) > 0}
            time.sleep(SAMPLE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A command that runs."""

    words: tuple[str, ...]
    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path
    began_s: float
    effort: "Effort"

    def finish(self, *, timeout_s: float) -> Call:
        """Wait for the end, killing the whole tree after `timeout_s` seconds."""
        killer = threading.Timer(timeout_s, kill_tree, [self.process.pid])
        killer.start()
        try:
            self.process.wait()
        finally:
            killer.cancel()
        return Call(
            words=self.words,
            code=self.process.returncode,
            stdout=self.stdout.read_text(errors="replace"),
            stderr=self.stderr.read_text(errors="replace"),
            wall_s=time.monotonic() - self.began_s,
            cpu_s=sum(self.effort.cpu_s.values()),
            largest_mib=self.effort.largest_mib,
            tree_mib=self.effort.tree_mib,
        )

    def stop(self, *, timeout_s: float = 60.0) -> Call:
        """Ask the command to stop, as Ctrl-C or a service manager would, and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.finish(timeout_s=timeout_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grym:
    """The program with one home.

    Parameters
    ----------
    home
        Its `GRYM_HOME`.
    work
        The current folder of its commands.
    as_user
        Words put before the command, to run it as somebody else.
    program
        The words that start the program.
    """

    home: Path
    work: Path
    as_user: tuple[str, ...] = ()
    program: tuple[str, ...] = (str(GRYM),)

    def start(self, *words: str | bytes, stdin: bytes | None = None, watch: bool = False) -> Started:
        """Start a command in a session of its own."""
        descriptor, name = tempfile.mkstemp(dir=self.work, prefix="output-")
        stdout, stderr = Path(name), Path(f"{name}-error")
        given = tempfile.TemporaryFile()  # noqa: SIM115 (closed below; the child keeps its own copy)
        given.write(stdin or b"")
        given.seek(0)
        clean = [word for setting in CHOSEN_OUTSIDE for word in ("-u", f"GRYM_{setting}")]
        command = [*self.as_user, "env", *clean, f"GRYM_HOME={self.home}", *self.program, *words]
        began_s = time.monotonic()
        with os.fdopen(descriptor, "wb") as out, stderr.open("wb") as err, given:
            process = subprocess.Popen(
                command, stdin=given, stdout=out, stderr=err, cwd=self.work, start_new_session=True
            )
        shown = tuple(word if isinstance(word, str) else repr(word) for word in words)
        effort = Effort()
        if watch:
            threading.Thread(target=effort.watch, args=(process.pid,), daemon=True).start()
        return Started(words=shown, process=process, stdout=stdout, stderr=stderr, began_s=began_s, effort=effort)

    def call(
        self, *words: str | bytes, stdin: bytes | None = None, watch: bool = False, timeout_s: float = 180.0
    ) -> Call:
        """Run a command to its end."""
        return self.start(*words, stdin=stdin, watch=watch).finish(timeout_s=timeout_s)

    def tell(self, *words: str | bytes, code: int = 0, timeout_s: float = 180.0) -> dict[str, Any]:
        """Run a command with `--json` and return its object."""
        return self.call(*words, "--json", timeout_s=timeout_s).require(code).told

    def compose(self, prompt: str, *options: str, timeout_s: float = 180.0) -> dict[str, Any]:
        """Compose a piece to its end and return the result."""
        return self.tell("compose", prompt, *options, timeout_s=timeout_s)

    def events_of(self, request_id: str) -> list[dict[str, Any]]:
        """Return the events of a request as `grym events show` tells them."""
        return self.call("events", "show", request_id, "--json").require().lines

    def all_events(self) -> list[dict[str, Any]]:
        """Return every event of the log."""
        return self.call("events", "export", "--json").require().lines

    def processes(self) -> list[psutil.Process]:
        """Return every process that works for this home: its database, and whoever was started with it."""
        return [process for process in psutil.process_iter() if _works_for(process, self.home)]

    def lingering(self, *, within_s: float) -> list[list[str]]:
        """Return the command lines of what still works for this home after so many seconds.

        A worker that was just being made learns a moment after its parent that nobody needs it.
        """
        _, alive = psutil.wait_procs(self.processes(), timeout=within_s)
        return [process.cmdline() for process in alive]

    def kill_everything(self, started: Started) -> None:
        """Send SIGKILL to a command, its workers and its database, all at once."""
        doomed = {process.pid: process for process in [*_tree(started.process.pid), *self.processes()]}
        for process in doomed.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        started.process.wait()
        psutil.wait_procs(list(doomed.values()), timeout=20)

    def end_leftovers(self) -> list[str]:
        """Kill what still works for this home and return what it was."""
        left = self.processes()
        names = [_name(process) for process in left]
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=20)
        return names


def kill_tree(pid: int) -> None:
    """Send SIGKILL to a process and all its descendants."""
    for process in _tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def terminals(events: Sequence[dict[str, Any]], request_id: str) -> list[dict[str, Any]]:
    """Return the distinct terminal events of a request."""
    found = {event["id"]: event for event in events if event["subject"] == request_id and event["type"] in TERMINALS}
    return list(found.values())


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _works_for(process: psutil.Process, home: Path) -> bool:
    try:
        if Path(process.cwd()).is_relative_to(home):
            return True
        return bool(process.environ().get("GRYM_HOME") == str(home))
    except (psutil.Error, OSError):
        return False


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:120] or process.name()
    except psutil.Error:
        return f"process {process.pid}"


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _peak_mib(process: psutil.Process) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1024
    with contextlib.suppress(psutil.Error):
        return float(process.memory_info().rss) / MIB
    return 0.0


def _proportional_mib(process: psutil.Process) -> float:
    try:
        info = process.memory_full_info()
    except psutil.Error:
        return 0.0
    return float(getattr(info, "pss", info.uss)) / MIB


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder that holds something: empty lock files are no leftovers."""
    return (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
