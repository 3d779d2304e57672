"""The heavy half of rating, loaded by worker processes only: decode a sound and check it."""

from pathlib import Path

from grym.domain.quality.check import Check
from grym.domain.quality.gate import signal_checks
from grym.domain.quality.profiles import Profile
from grym.ports.sound import AudioDoor


def listen(door: AudioDoor, path: Path, max_seconds: float, profile: Profile) -> list[Check]:
    """Decode and check a file; runs in a worker process."""
    return signal_checks(door.read_signal(path, max_seconds=max_seconds), profile=profile)
