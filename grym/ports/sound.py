"""Making and reading sound: renderers, the one door for audio, CPU work apart from the event loop."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.score import Score

if TYPE_CHECKING:  # who only passes sound on loads nothing for it
    from grym.domain.reels import Reel, Reels
    from grym.domain.signal import Signal

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RenderedScore:
    """The sound of a score: stems of equal length by part name, what made them, and where that came from.

    Parameters
    ----------
    backend
        ``soundfont`` or ``synth``: what really made the sound, whatever was asked for.
    provenance
        SoundFont name, digest and licence; synthesiser version.
    """

    stems: "tuple[tuple[str, Signal], ...]"
    backend: str
    provenance: dict[str, str] = field(default_factory=dict)


class Renderer(Protocol):
    """Turn a score into sound in memory: all that a renderer from outside has to offer."""

    def render(self, score: Score, *, seed: int) -> RenderedScore:
        """Render every part as a stem, in the order of the score; all stems have one length and one rate."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpooledScore:
    """The sound of a score on reels: stems of equal length by part name (see `RenderedScore` for the rest)."""

    stems: "tuple[tuple[str, Reel], ...]"
    sample_rate_hz: int
    backend: str
    provenance: dict[str, str] = field(default_factory=dict)


class SpoolingRenderer(Protocol):
    """Turn a score into sound piece by piece, so that memory does not grow with its length."""

    def spool(self, score: Score, *, seed: int, reels: "Reels", progress: "Progress") -> SpooledScore:
        """Render every part onto a reel of its own, in the order of the score; all reels have one length.

        Parameters
        ----------
        reels
            Makes the reels.
        progress
            Told between blocks how much is rendered; what it raises passes through.
        """
        ...


class Planner(Protocol):
    """Turn a wish into a plan; may be slow and may fail, so its answer becomes a fact in the log."""

    async def plan(self, wish: Wish, *, seed: int, parameters: dict[str, float], motifs: tuple[Motif, ...]) -> Plan:
        """Return a validated plan that names its maker."""
        ...


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """A function named by module, so that only the worker process loads what is heavy behind it.

    Parameters
    ----------
    module, name
        Where the function is, and what it is called.
    """

    module: str
    name: str

    def __call__(self, *args: object) -> T:
        """Load the module and call the function."""
        outcome: T = getattr(importlib.import_module(self.module), self.name)(*args)
        return outcome


TURN_S = 6 * 3600.0
"""Seconds that a call may wait for a worker: behind sixty recordings of an hour, each some minutes of work on one
core. What it does once it runs is bounded by its own time-out."""
START_TIMEOUT_S = 60.0
"""What a time-out leaves beside the work: a process that is started first loads its code, on a busy machine."""


def sound_timeout_s(max_seconds: float, *, s_per_minute: float) -> float:
    """Return how many seconds work on a sound of at most `max_seconds` may take; below nothing is nothing.

    Parameters
    ----------
    s_per_minute
        For each minute of sound; past it the work hangs.
    """
    return START_TIMEOUT_S + s_per_minute * max(0.0, max_seconds) / 60.0


class CpuPool(Protocol):
    """Run pure or heavy functions in a worker process with limits, never in the event loop."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call the picklable `work(*args)` in a worker process; a `Task` spares this process the imports.

        Raises
        ------
        GrymError
            The typed error `work` raised; `AdapterError` (``worker.timeout``, ``worker.died``) otherwise.
        """
        ...


class AudioDoor(Protocol):
    """Read a sound file that nobody has vouched for."""

    def read_signal(self, path: Path, *, max_seconds: float) -> "Signal":
        """Decode a file with every check and cap; runs inside a worker process.

        Raises
        ------
        InvalidAudioError
            With a code and a hint.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A performance on disk: mix and stems of equal length, what made them, and how long each stage took.

    Parameters
    ----------
    backend
        ``soundfont`` or ``synth``: what really made the sound.
    provenance
        SoundFont or synthesiser, mastering; under ``fallback`` why it is not what was asked for.
    timings_s
        Wall seconds by stage; under ``cpu`` the seconds of processor time of all of them.
    settings
        What `backend` was set to, where that is not its default.
    """

    mix: Path
    stems: tuple[tuple[str, Path], ...]
    backend: str
    sample_rate_hz: int
    length_samples: int
    provenance: dict[str, str] = field(default_factory=dict)
    timings_s: dict[str, float] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)


Settings = Mapping[str, Mapping[str, float]]
"""What each backend is to be set to, by backend and name (see `grym.domain.sessions.settings`)."""
AS_IT_IS: Settings = {}
"""Every backend at its defaults."""

Progress = Callable[[float], None]
"""Told between steps how much is done, 0–1, as often as one likes; raises when nobody waits any more: let it pass."""


class Studio(Protocol):
    """Perform a score and write what is heard and read into a folder; runs inside a worker process."""

    def record(self, score: Score, *, backend: str, seed: int, folder: Path, settings: Settings = AS_IT_IS) -> Recorded:
        """Render, master and write the mix and every stem as WAV.

        Parameters
        ----------
        settings
            Of the backends that may come to play.

        Raises
        ------
        UnavailableError
            When `backend` was asked for by name and cannot be had; ``auto`` falls back by name instead.
        """
        ...

    def engrave(self, musicxml: str) -> list[str]:
        """Return one SVG document per page."""
        ...
