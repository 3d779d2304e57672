"""What a killed server leaves: a pid file whose number may belong to somebody else by now, and dying children.

Containers give the same small numbers again after a restart, and PostgreSQL then takes a stranger for itself and
refuses to start. Its own check stays in force wherever the process of that number really is a PostgreSQL.
"""

from pathlib import Path

import psutil

WAIT_S = 10.0
"""Children of a killed server notice within milliseconds; one in a long statement within a second or two."""


def clear_leftovers(cluster: Path) -> None:
    """Wait for what is left of a killed server and remove a pid file that names none; the control lock is held."""
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    servers = [process for process in psutil.process_iter(["name", "cwd"]) if _serves(process, cluster)]
    alive = psutil.wait_procs(servers, timeout=WAIT_S)[1]
    if not alive:
        pid_file.unlink(missing_ok=True)


def _serves(process: psutil.Process, cluster: Path) -> bool:
    return bool(process.info["name"] == "postgres" and process.info["cwd"] == str(cluster))
