"""The embedded servers of tests: which processes they are, and killing them."""

import contextlib
import signal
from pathlib import Path

import psutil


def cluster(home: Path) -> Path:
    """Return the data folder."""
    return home / "postgres" / "data"


def servers(home: Path) -> list[psutil.Process]:
    """Return every process of the home's server that is alive."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(cluster(home))
    ]


def kill_servers(home: Path) -> None:
    """Kill them all at once, as a machine that loses its power would."""
    found = servers(home)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):  # children end by themselves once their parent is gone
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(found, timeout=10)
