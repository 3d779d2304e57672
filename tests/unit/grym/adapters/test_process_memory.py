"""The memory of this process is read from the kernel."""

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import psutil

from grym.adapters.process_memory import LIST_S, MIB, ProcessMemory, default_limit_bytes
from grym.ports.memory import Memory


def test_sees_what_this_process_takes() -> None:
    """Two hundred written mebibytes are found."""
    memory: Memory = ProcessMemory(limit_bytes=1000 * MIB)
    before = memory.used_bytes()
    block = bytearray(b"x") * (200 * MIB)
    grown = memory.used_bytes() - before
    assert grown > 150 * MIB
    assert len(block) == 200 * MIB
    assert memory.limit_bytes == 1000 * MIB


def _hold(ready: Connection, release: Event) -> None:
    block = bytearray(b"x") * (200 * MIB)
    ready.send(len(block))
    release.wait()


def test_counts_workers_and_forgets_those_that_ended() -> None:
    """A worker's memory counts once it is looked for, and no longer when it is gone."""
    passed_s = 0.0
    memory = ProcessMemory(limit_bytes=1000 * MIB, monotonic_s=lambda: passed_s)
    before = memory.used_bytes()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    release = context.Event()
    worker = context.Process(target=_hold, args=(theirs, release))
    worker.start()
    try:
        assert ours.recv() == 200 * MIB
        passed_s += LIST_S
        assert memory.used_bytes() - before > 150 * MIB
    finally:
        release.set()
        worker.join()
    assert memory.used_bytes() - before < 150 * MIB


def test_the_limit_is_the_control_groups_where_it_has_one(tmp_path: Path) -> None:
    """Both versions of control groups are understood; no limit, nonsense and absence leave a share of the machine."""
    machine = int(0.8 * psutil.virtual_memory().total)
    assert default_limit_bytes(tmp_path) == machine
    (tmp_path / "memory.max").write_text("max\n")
    assert default_limit_bytes(tmp_path) == machine
    (tmp_path / "memory.max").write_text("536870912\n")
    assert default_limit_bytes(tmp_path) == 512 * MIB
    (tmp_path / "memory.max").write_bytes(b"\xff")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{2**63 - 4096}\n")
    assert default_limit_bytes(tmp_path) == machine
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{100 * MIB}\n")
    assert default_limit_bytes(tmp_path) == 100 * MIB
