"""The step that goes wrong on purpose: found by a copy worker under the name `processor` when FAULTS is set.

The folder FAULT_FOLDER outlives the process, so that what is to happen once happens once over restarts too.
"""

import os
import time
from pathlib import Path

NUMBER = slice(6, 14)
SLOW_S = 3.0

_fault = os.environ["FAULT"]  # noqa: TID251 (a module for foreign processes)
_number = int(os.environ["FAULT_NUMBER"])  # noqa: TID251 (as above)
_done = Path(os.environ["FAULT_FOLDER"]) / "done"  # noqa: TID251 (as above)


class PlannedFailureError(Exception):
    """The failure that the measurement is about."""


def process(value: bytes) -> None:
    """Look at one record; raise or be slow where that was asked for."""
    if int(value[NUMBER]) == _number and _fault in _FAULTS:
        _FAULTS[_fault]()


def _raise_once() -> None:
    if not _done.exists():
        _done.touch()
        raise PlannedFailureError("this one time")


def _raise_always() -> None:
    _done.touch()
    raise PlannedFailureError("every time")


def _slow_once() -> None:
    if not _done.exists():
        _done.touch()
        time.sleep(SLOW_S)


_FAULTS = {"raise-once": _raise_once, "poison": _raise_always, "slow-head": _slow_once}
