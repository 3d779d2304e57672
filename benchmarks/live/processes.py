"""Processor time and memory of groups of processes, as the system counts them."""

import contextlib
from collections.abc import Iterable

import psutil

MIB = 1024 * 1024


def cpu_s(pids: Iterable[int]) -> float:
    """Return the processor time of processes and everything below them, user and system, in seconds."""
    return sum(_cpu_s(process) for pid in pids for process in tree(pid))


def rss_mib(pid: int) -> float:
    """Return the resident memory of one process in MiB."""
    return float(psutil.Process(pid).memory_info().rss) / MIB


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and everything below it; nothing where it has ended."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0
