"""A word between a worker process and whoever waits for it: how far it is, and whether it should stop.

Two small files in the folder of the work. They need no pipe, no thread and no lock, outlive neither side, and cost some
microseconds a step.
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grym.errors import AdapterError

TOLD = ".told"
STOP = ".stop"
LEAST_S = 0.1
"""Seconds between two words; whoever waits looks less often than that."""


@dataclass(slots=True)
class StepFiles:
    """Both ends of the word; neither fails because of it.

    Parameters
    ----------
    folder
        Where the work writes; it is there as long as somebody waits.
    """

    folder: Path
    _last_s: float = field(default=float("-inf"), repr=False)
    _stage: str = field(default="", repr=False)

    def tell(self, stage: str, share: float) -> None:
        """Say how far the work is, in the worker, between two steps.

        Raises
        ------
        AdapterError
            ``work.stopped``: nobody waits for it any more.
        """
        if (self.folder / STOP).exists() or not self.folder.exists():
            raise AdapterError("the work was stopped between two steps", code="work.stopped")
        now_s = time.monotonic()
        if stage == self._stage and now_s - self._last_s < LEAST_S:
            return
        self._last_s, self._stage = now_s, stage
        with suppress(OSError):  # a full disk is told of by whoever writes the sound
            fresh = self.folder / f"{TOLD}.new"
            fresh.write_text(json.dumps([stage, share]), encoding="utf-8")
            fresh.replace(self.folder / TOLD)

    def told(self) -> tuple[str, float]:
        """Return the stage and the share done, 0–1, as the worker told them last; ``loading`` before it did."""
        try:
            stage, share = json.loads((self.folder / TOLD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return "loading", 0.0
        return str(stage), float(share)

    def stop(self) -> None:
        """Ask the worker to stop before its next step."""
        with suppress(OSError):
            (self.folder / STOP).touch()
