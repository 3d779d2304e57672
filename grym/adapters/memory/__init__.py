"""The event log and all state in memory, with the transactions of the real thing: for tests and simulation.

A transaction stages what it changes and commits it at one instant, or not at all; whoever commits first wins, and the
other one gets a transient error. Nothing here waits for anything but the clock.
"""

from grym.adapters.memory.backend import open_memory
from grym.adapters.memory.transaction import CommitHook, CommitStage

__all__ = ["CommitHook", "CommitStage", "open_memory"]
