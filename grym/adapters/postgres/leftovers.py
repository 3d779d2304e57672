"""What a killed server leaves: lock files whose number may belong to somebody else by now, and dying children.

Containers give the same small numbers again after a restart, and a killed process keeps its number until its parent
asks for it; PostgreSQL then takes a stranger or a corpse for itself and refuses to start. Its own check stays in
force wherever the process of that number really is a PostgreSQL.
"""

from pathlib import Path

import psutil

WAIT_S = 10.0
"""Children of a killed server notice within milliseconds; one in a long statement within a second or two."""


def clear_leftovers(cluster: Path, socket: Path) -> None:
    """Wait for what is left of a killed server and remove lock files that name none; the control lock is held."""
    locks = [cluster / "postmaster.pid", socket.with_name(f"{socket.name}.lock")]
    if not any(lock.exists() for lock in locks):
        return
    servers = [process for process in psutil.process_iter(["name", "cwd"]) if _serves(process, cluster)]
    alive = psutil.wait_procs(servers, timeout=WAIT_S)[1]
    if not alive:
        for lock in locks:
            lock.unlink(missing_ok=True)


def _serves(process: psutil.Process, cluster: Path) -> bool:
    return bool(process.info["name"] == "postgres" and process.info["cwd"] == str(cluster))
