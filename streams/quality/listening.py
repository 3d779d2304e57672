"""The heavy half of rating, loaded by worker processes only: decode a sound and check it."""

from pathlib import Path

from grym.domain.rating import Check
from grym.domain.signal_checks import DELIVERABLE, RECORDING, signal_checks
from grym.ports.sound import AudioDoor


def listen(door: AudioDoor, path: Path, max_seconds: float, ours: bool) -> list[Check]:  # noqa: FBT001 (crosses a process border by position)
    """Decode and check a file; runs in a worker process."""
    signal = door.read_signal(path, max_seconds=max_seconds)
    return signal_checks(signal, requirements=DELIVERABLE if ours else RECORDING)
