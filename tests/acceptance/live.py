"""`grym stream` from outside: its lines with the instants at which they came, and sounds whose answer is known."""

import json
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.acceptance.sounds import RATE_HZ, Floats, Tone, click_train, sounded

PATIENCE_S = 120.0
"""How long a line is waited for: a first start makes a database, and the machine may have other work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One object that was printed, and when, in seconds of the monotonic clock."""

    at_s: float
    row: dict[str, Any]

    @property
    def kind(self) -> str:
        """What it is."""
        return str(self.row["kind"])


class Playing:
    """A running `grym stream --json` whose lines are read as they come.

    Parameters
    ----------
    read_only
        Lines after which the reader leaves; None reads to the end.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        stdin: int | None = None,
        read_only: int | None = None,
    ) -> None:
        self._read_only = read_only
        self.lines: list[Line] = []
        self.errors = folder / "stream-errors.log"
        self._arrived: queue.Queue[Line | None] = queue.Queue()
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*command, "--json"],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, kind: str, *, count: int = 1, patience_s: float = PATIENCE_S) -> Line:
        """Return the line that is the `count`-th of its kind from now on."""
        end_s = time.monotonic() + patience_s
        while (line := self._next(end_s)) is not None:
            count -= line.kind == kind
            if not count:
                return line
        raise AssertionError(f"it ended without {kind}: {self.said()}")

    def finish(self, *, patience_s: float = PATIENCE_S) -> int:
        """Read to the end and return the exit code."""
        end_s = time.monotonic() + patience_s
        while self._next(end_s) is not None:
            pass
        return self.process.wait(timeout=patience_s)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def of(self, kind: str) -> list[Line]:
        """Return the lines of a kind so far."""
        return [line for line in self.lines if line.kind == kind]

    @property
    def summary(self) -> dict[str, Any]:
        """The last line."""
        assert self.lines, self.said()
        assert self.lines[-1].kind == "summary", self.said()
        return self.lines[-1].row

    def said(self) -> str:
        """Return its last words, for a failing assertion."""
        rows = [line.row for line in self.lines[-3:]]
        return f"{rows}\n{self.errors.read_text(errors='replace')[-1500:]}"

    def kill(self) -> None:
        """End it whatever it does."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def _next(self, end_s: float) -> Line | None:
        try:
            line = self._arrived.get(timeout=max(0.0, end_s - time.monotonic()))
        except queue.Empty:
            self.kill()
            raise AssertionError(f"nothing more came: {self.said()}") from None
        if line is not None:
            self.lines.append(line)
        return line

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for number, text in enumerate(output, start=1):
                self._arrived.put(Line(at_s=time.monotonic(), row=json.loads(text)))
                if number == self._read_only:
                    break
        self._arrived.put(None)


def beating(seconds: float, *, tempo_bpm: float = 120.0) -> Floats:
    """Return clicks on every beat."""
    return click_train(tempo_bpm, seconds=seconds)


def melody(seed: int, *, seconds: float) -> Floats:
    """Return a melody of eighths and quarters over a bass, different for every seed."""
    chance = np.random.default_rng(seed)
    tones, at_s, pitch = [], 0.0, 67
    while at_s < seconds - 1.0:
        pitch = int(np.clip(pitch + chance.choice([-5, -3, -2, -1, 1, 2, 3, 4, 7]), 58, 84))
        length_s = float(chance.choice([0.2, 0.2, 0.4]))
        tones += [Tone(pitch=pitch, onset_s=at_s, duration_s=length_s + 0.3)]
        if len(tones) % 4 == 1:
            tones.append(Tone(pitch=pitch - 24 - int(chance.integers(0, 5)), onset_s=at_s, duration_s=0.9))
        at_s += length_s
    sound = sounded(tones)[: round(seconds * RATE_HZ)]
    return np.asarray(0.5 * sound / np.abs(sound).max())


def written(path: Path, sound: Floats, *, subtype: str = "PCM_16") -> Path:
    """Write mono sound at 44.1 kHz."""
    soundfile.write(path, sound, RATE_HZ, subtype=subtype)
    return path
