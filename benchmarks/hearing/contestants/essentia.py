"""essentia, in its own environment and process: its licence, AGPL, keeps it out of grym's."""

import atexit
import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import soundfile

from benchmarks.hearing.answers import Answer, FloatArray, from_row
from benchmarks.hearing.contestants.base import digest_of

PEERS = Path(__file__).parents[2] / "peers"
PYTHON = PEERS / "hearing" / ".venv" / "bin" / "python"
WORKER = PEERS / "essentia_worker.py"

# It divides recordings too (SBic), but where speakers change: of forms it finds no border within seconds.
GROUPS = {
    "tempo": "rhythm",
    "beats": "rhythm",
    "onsets": "onsets",
    "key": "key",
    "chords": "chords",
    "notes": "notes",
}


class Essentia:
    """What essentia hears."""

    name = "essentia"

    @property
    def digest(self) -> str:
        """The worker and the pinned version."""
        return digest_of(WORKER, PEERS / "hearing-requirements.txt")

    def group(self, task: str) -> str | None:
        """Tempo and beats come together, the others alone."""
        return GROUPS.get(task)

    def answer(self, samples: FloatArray, rate_hz: int, group: str) -> Answer:
        """Ask the worker of this process.

        Raises
        ------
        RuntimeError
            The environment is missing, or the worker ended.
        """
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            soundfile.write(file.name, samples, rate_hz, subtype="FLOAT")
            worker = _worker()
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps([file.name, group]) + "\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
        if not line:
            raise RuntimeError(f"essentia's worker ended with {worker.wait()} while it listened for {group}")
        return from_row(json.loads(line))


@cache
def _worker() -> "subprocess.Popen[str]":
    """Start the worker, once a process."""
    if not PYTHON.exists():
        raise RuntimeError(f"essentia's environment is missing at {PYTHON}; make bench-hearing creates it")
    command = [str(PYTHON), str(WORKER)]
    worker = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    atexit.register(worker.kill)
    return worker
