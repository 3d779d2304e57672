"""Repairing a sound file: what a worker process is given to do it with."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # who only passes reports on loads nothing for them
    from grym.domain.enhancing.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Enhanced:
    """A repaired file and what was done.

    Parameters
    ----------
    sound
        The new file; None where the original was kept, or only looked at.
    """

    report: "Report"
    sound: Path | None
    length_samples: int
    sample_rate_hz: int
    channels: int


class Workbench(Protocol):
    """Repairs sound files; runs inside a worker process."""

    def enhance(
        self, source: Path, *, stages: tuple[str, ...], dry_run: bool, max_seconds: float, folder: Path
    ) -> Enhanced:
        """Repair a file block by block and write the result into a folder as WAV of 24 bits, where it is better.

        Parameters
        ----------
        stages
            Those that may be used; all where none is named.
        dry_run
            Only look.
        max_seconds
            Longest sound that is accepted.

        Raises
        ------
        InvalidAudioError
            When the file cannot be used.
        """
        ...
