"""Finished segments of a model's performance: kept as they land, laid out again for the next try."""

from contextlib import suppress
from pathlib import Path

import msgspec

from grym.errors import PermanentError
from grym.ports.artifacts import ArtifactStore
from grym.ports.generating import SEGMENT_SUFFIX, SEGMENTS
from schemas.body import ArtifactRef
from streams.generation.checkpoint import Checkpoint, held_by, pack
from streams.processor import Report

MEDIA_TYPE = "application/zip"
"""Arrays without pickles, as numpy packs them."""


class Segments:
    """The segments of one performance.

    Parameters
    ----------
    paper
        Where the performance begins, with the segments of an earlier try.
    """

    def __init__(self, *, artifacts: ArtifactStore, report: Report, paper: Checkpoint) -> None:
        self._artifacts = artifacts
        self._report = report
        self._paper = paper

    async def lay_out(self, folder: Path) -> None:
        """Write the segments of an earlier try where the model looks for them; one that is lost is made again."""
        (folder / SEGMENTS).mkdir()
        for ref in self._paper.segments:
            with suppress(PermanentError):
                _path(folder, ref).write_bytes(await self._artifacts.get(ref))

    async def land(self, path: Path) -> None:
        """Keep a finished segment, so that a crash does not repeat it."""
        ref = await self._artifacts.put_file(path, media_type=MEDIA_TYPE, name=path.stem)
        self._paper = msgspec.structs.replace(self._paper, segments=(*self._paper.segments, ref))
        await self._report.keep(pack(self._paper), holds=held_by(self._paper))


def _path(folder: Path, ref: ArtifactRef) -> Path:
    return folder / SEGMENTS / f"{ref.name}{SEGMENT_SUFFIX}"
