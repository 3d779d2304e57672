"""What a contestant says about a sound; whatever it does not know it leaves out."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

TASKS = ("tempo", "beats", "onsets", "key", "chords", "notes", "sections")
LabelledSpan = tuple[float, float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Facts about one sound, None where nothing is said.

    Parameters
    ----------
    tempo_bpm
        0 says that there is no tempo.
    beats_s, downbeats_s, onsets_s
        Ascending.
    key
        At the start, ``Bb major``; empty says that there is none.
    keys, chords, sections
        Start and end in seconds, label. Chords in Harte's syntax: ``C:maj``, ``A:min7``, ``N``.
    notes
        Start and end in seconds, fractional MIDI pitch.
    f0_times_s, f0_hz
        The melody's fundamental frequency frame by frame, 0 or negative where unvoiced.
    cpu_s
        What the answer cost.
    """

    tempo_bpm: float | None = None
    beats_s: list[float] | None = None
    downbeats_s: list[float] | None = None
    onsets_s: list[float] | None = None
    key: str | None = None
    keys: list[LabelledSpan] | None = None
    chords: list[LabelledSpan] | None = None
    notes: list[tuple[float, float, float]] | None = None
    f0_times_s: list[float] | None = None
    f0_hz: list[float] | None = None
    sections: list[LabelledSpan] | None = None
    cpu_s: float = 0.0

    def as_row(self) -> dict[str, Any]:
        """Return what is said as plain values for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def from_row(row: dict[str, Any]) -> Answer:
    """Return an answer from its plain values."""
    plain = dict(row)
    for name in ("keys", "chords", "notes", "sections"):
        if name in plain:
            plain[name] = [tuple(one) for one in plain[name]]
    return Answer(**plain)


class Contestant(Protocol):
    """Somebody who hears."""

    name: str

    @property
    def digest(self) -> str:
        """What its answers depend on, besides the sound."""

    def group(self, task: str) -> str | None:
        """Return the name under which a task is answered together with others; None: it does not know the task."""

    def answer(self, samples: FloatArray, rate_hz: int, group: str) -> Answer:
        """Return what it hears in mono samples, for one group of tasks."""
