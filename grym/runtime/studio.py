"""The studio and the door as they cross into worker processes: named here, loaded there.

Sound needs libraries that take a second to load. Whoever runs processors only passes these small values on.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from grym.domain.composing.score import Score
from grym.ports.enhancing import Enhanced
from grym.ports.sound import AS_IT_IS, Recorded, Settings, Studio

if TYPE_CHECKING:
    from grym.adapters.studio import RecordingStudio
    from grym.domain.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioInWorker(Studio):
    """Performs and engraves by the renderers of this machine.

    Parameters
    ----------
    soundfont
        The file the settings name; None takes what the system has.
    """

    soundfont: Path | None

    def record(self, score: Score, *, backend: str, seed: int, folder: Path, settings: Settings = AS_IT_IS) -> Recorded:
        """Render, master and write the mix and every stem (see `grym.ports.sound.Studio`), telling how far it is."""
        from grym.adapters.step_files import StepFiles  # noqa: PLC0415 (in workers only)

        files = StepFiles(folder)

        def progress(share: float) -> None:
            files.tell("performing", share)

        return _studio(self.soundfont).record(
            score, backend=backend, seed=seed, folder=folder, settings=settings, progress=progress
        )

    def engrave(self, musicxml: str) -> list[str]:
        """Return one SVG document per page."""
        return _studio(self.soundfont).engrave(musicxml)


@dataclass(frozen=True, slots=True)
class DoorInWorker:
    """The one door for audio."""

    def read_signal(self, path: Path, *, max_seconds: float) -> "Signal":
        """Decode a file in this process with every check and cap."""
        from grym.adapters.audio_files import read_signal  # noqa: PLC0415 (in workers only)

        return read_signal(path, max_seconds=max_seconds)


@dataclass(frozen=True, slots=True)
class WorkbenchInWorker:
    """Where sound files are repaired."""

    def enhance(
        self, source: Path, *, stages: tuple[str, ...], dry_run: bool, max_seconds: float, folder: Path
    ) -> Enhanced:
        """Repair a file (see `grym.ports.enhancing.Workbench`), telling how far it is."""
        from grym.adapters.step_files import StepFiles  # noqa: PLC0415 (in workers only)
        from grym.adapters.workbench import enhance  # noqa: PLC0415 (in workers only)

        return enhance(
            source, stages=stages, dry_run=dry_run, max_seconds=max_seconds, folder=folder, tell=StepFiles(folder).tell
        )


@lru_cache(maxsize=1)
def _studio(soundfont: Path | None) -> "RecordingStudio":
    from grym.adapters.builtin_synth import BuiltinSynthRenderer  # noqa: PLC0415 (in workers only)
    from grym.adapters.fluidsynth import FluidSynthRenderer  # noqa: PLC0415 (in workers only)
    from grym.adapters.renderer_plugins import plugins, renderers_of  # noqa: PLC0415 (in workers only)
    from grym.adapters.studio import RecordingStudio  # noqa: PLC0415 (in workers only)

    foreign, broken = renderers_of(plugins())
    return RecordingStudio(
        renderers={**foreign, "soundfont": FluidSynthRenderer(soundfont), "synth": BuiltinSynthRenderer()},
        broken=broken,
    )
