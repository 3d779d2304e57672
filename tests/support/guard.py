"""Stop the servers of a test run once the last test process that used them is gone, however it went.

Each test process holds a shared lock on a file in the servers' folder. This process waits for the whole lock, then
kills what the folder's ``*.pid`` files name, and deletes the folder. Run as ``python guard.py FOLDER``; it needs
nothing but the standard library, so that it starts at once.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path


def command_of(pid: int) -> str:
    """Return the command line of a process, empty where it has ended."""
    asking = ["ps", "-ww", "-o", "command=", "-p", str(pid)]  # not cut to the width of a terminal
    return subprocess.run(asking, capture_output=True, text=True, check=False).stdout


def stop_all(given_up: Path, folder: Path) -> None:
    """Kill what the files name, where the number still belongs to a process of this folder."""
    for file in given_up.glob("*.pid"):
        pid = int(file.read_text() or "0")
        if pid and str(folder) in command_of(pid):
            os.kill(pid, signal.SIGKILL)
    for file in given_up.glob("*.container"):
        subprocess.run(["docker", "rm", "-f", file.read_text().strip()], capture_output=True, check=False)


def main(folder: Path) -> None:
    """Wait until nobody holds the lock, then clean up; whoever comes meanwhile finds no folder and makes another."""
    given_up = folder.with_name(f"{folder.name}.{os.getpid()}")
    with (folder / "users.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not folder.exists():  # its only user has cleaned up
            return
        folder.rename(given_up)
        stop_all(given_up, folder)
        shutil.rmtree(given_up, ignore_errors=True)


if __name__ == "__main__" and os.fork() == 0:  # the caller need not keep an eye on what runs on
    main(Path(sys.argv[1]))
