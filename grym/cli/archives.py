"""Archives of the log: written from a span, verified, and brought into another log."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grym.cli.screen import Screen

if TYPE_CHECKING:
    from consumers.archive.exporting import Tally
    from consumers.archive.lines import Line

NOTE_EVERY = 10_000
"""Records between two lines of progress."""

AS_HISTORY = "they are history: `grym ls`, `status`, `events show` and `replay --imported` read them"
AS_WORK = "they are work: `grym up` runs their requests and commands again"


async def export_archive(
    screen: Screen,
    file: Path,
    topics: tuple[str, ...],
    span: tuple[datetime | None, datetime | None],
    *,
    artifacts: bool,
    force: bool,
) -> None:
    """Write a span of topics into an archive."""
    from consumers.archive.exporting import Archivist
    from consumers.archive.lines import FORMAT, Opening
    from consumers.spans import merged, positions_before
    from grym import __version__
    from grym.adapters.archive_files import writing
    from grym.cli.waiting import opened

    begin, end = span
    async with opened() as runtime:
        log = runtime.backend.log
        ends = await log.ends(topics)
        after = {} if begin is None else await positions_before(log, topics, begin)
        with writing(file, force=force) as write:
            archivist = Archivist(write, artifacts=runtime.artifacts if artifacts else None)
            archivist.open(Opening(format=FORMAT, grym=__version__, topics=topics, begin=begin, end=end))
            await archivist.add_all(merged(log, after=after, upto=ends, before=end), watch=_watch(screen, "written"))
            archivist.close()
    tally = archivist.tally
    told = {
        "file": str(file),
        "events": tally.records,
        "artifacts": tally.artifacts,
        "missing_artifacts": tally.missing,
    }
    if screen.json:
        screen.emit({**told, "topics": dict(sorted(tally.topics.items()))})
        return
    screen.show(f"{tally.records} events and {tally.artifacts} artifacts written to {file}")
    if tally.missing:
        screen.note(f"{tally.missing} artifacts are no longer in the store")


async def import_archive(
    screen: Screen, file: Path, topics: frozenset[str] | None, *, again: bool, dry_run: bool
) -> None:
    """Verify an archive and bring what the log does not have yet: as history, or as work once more."""
    from asyncio import to_thread

    from consumers.archive.exporting import survey
    from consumers.archive.importing import Importer
    from grym.cli.waiting import opened

    # All of it is read before anything is published: a file that is cut off changes nothing.
    artifacts = (await to_thread(lambda: survey(_lines(file), topics=topics))).artifacts
    async with opened() as runtime:
        importer = Importer(
            backend=runtime.backend,
            artifacts=runtime.artifacts,
            clock=runtime.clock,
            folder=runtime.scratch.folder,
            again=again,
            dry_run=dry_run,
        )
        tally = await importer.run(_lines(file), topics=topics, watch=_watch(screen, "read"))
    if screen.json:
        told = {"events": tally.records, "imported": tally.imported, "known": tally.known, "artifacts": artifacts}
        told["refused"] = tally.refused
        counts = dict(sorted(tally.topics.items()))
        screen.emit({"file": str(file), **told, "topics": counts, "again": again, "dry_run": dry_run})
        return
    screen.show(f"{tally.imported} {'would be ' if dry_run else ''}imported, {tally.known} known")
    if tally.refused:
        screen.note(f"{tally.refused} left out: their key or headers are beyond the limits of the catalogue")
    if tally.imported and not dry_run:
        screen.note(AS_WORK if again else AS_HISTORY)


def _lines(file: Path) -> "Iterator[Line]":
    from consumers.archive.lines import MAX_LINE_BYTES, read_lines
    from grym.adapters.archive_files import lines_of

    return read_lines(lines_of(file, max_line_bytes=MAX_LINE_BYTES))


def _watch(screen: Screen, verb: str) -> "Callable[[Tally], None]":
    """Return what tells now and then how far it is."""
    noted = 0

    def watch(tally: "Tally") -> None:
        nonlocal noted
        if tally.records - noted >= NOTE_EVERY:
            noted = tally.records
            screen.note(f"{noted} events {verb}")

    return watch
