"""``grym patterns``: checking memory, making it anew, memory as of any event, and carrying it elsewhere."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import TimeoutOption, UserOption
from grym.cli.recordings import MaxSecondsOption
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.memory.recognising.auditing import Audit
    from grym.ports.patterns import PatternFacts
    from grym.runtime import Runtime
    from grym.runtime.memory_care import Findings
    from schemas.events import PatternsRecalled

SeqArgument = Annotated[int, typer.Argument(metavar="SEQ", min=0, help="Number of an event of memory, from 1.")]
ArchiveArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The patterns.")]
RecogniseOption = Annotated[
    Path | None,
    typer.Option("--recognise", metavar="FILE", help="Say what this sound would have been then.", show_default=False),
]
CollectionOption = Annotated[str, typer.Option("--collection", help="Part of memory that is asked.")]
SourceOption = Annotated[str | None, typer.Option("--collection", help="Only this part of memory.", show_default=False)]
TargetOption = Annotated[
    str | None,
    typer.Option("--collection", help="Where they go; by default where they came from.", show_default=False),
]
AsOfOption = Annotated[
    int | None, typer.Option("--as-of", metavar="SEQ", help="As they were after this event.", show_default=False)
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.", show_default=False)]
TopOption = Annotated[int, typer.Option("--top", min=1, help="How many matches at most.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    commands = (("verify", verify), ("rebuild", rebuild), ("as-of", as_of), ("export", export), ("import", import_))
    for name, body in commands:
        command(app, name)(body)


async def verify(screen: Screen) -> int:
    """Check that the table and the indexes say what the events of memory say, and how well the indexes find."""
    from grym.cli.faults import DONE, FAULT
    from grym.cli.waiting import opened
    from grym.runtime.memory_care import check_memory

    async with opened() as runtime:
        found = await check_memory(runtime)
    value = _findings_json(found)
    if screen.json:
        screen.emit(value)
    else:
        from grym.cli.pattern_tables import findings_panel

        screen.show(findings_panel(value))
    return DONE if found.is_clean else FAULT


async def rebuild(screen: Screen) -> None:
    """Make the table of patterns and all indexes anew from the events."""
    from grym.cli.waiting import opened
    from grym.runtime.memory_care import rebuild_memory

    began_s = time.monotonic()
    async with opened() as runtime:
        done = await rebuild_memory(runtime)
    took_ms = round((time.monotonic() - began_s) * 1000, 1)
    value = {
        "patterns": done.patterns,
        "events": done.events,
        "generations": done.generations,
        "skipped": done.skipped,
        "elapsed_ms": took_ms,
    }
    if screen.json:
        screen.emit(value)
        return
    screen.show(f"{done.patterns} patterns from {done.events} events in {took_ms / 1000:.1f} s")
    for name, code in done.skipped.items():
        screen.show(f"{name}: left to another process ({code})")


async def as_of(
    screen: Screen,
    *,
    seq: SeqArgument,
    recognise: RecogniseOption = None,
    top: TopOption = 5,
    collection: CollectionOption = "default",
    max_seconds: MaxSecondsOption = 3600.0,
) -> None:
    """Show memory as it was after an event, from the events alone."""
    from grym.cli.pattern_library import facts_json
    from grym.cli.recordings import inspected
    from grym.cli.waiting import opened
    from grym.memory.journal.past import known_as_of

    if recognise is not None:
        inspected(recognise, max_seconds=max_seconds)
    async with opened(to_work=recognise is not None) as runtime:
        book = runtime.backend.book
        head = await book.head()
        if seq > head:
            raise InvalidRequestError(
                f"memory has {head} events", code="pattern.no_such_event", hint="Name one of those, or 0."
            )
        live = [standing.facts for standing in await known_as_of(book, seq) if standing.is_live]
        live.sort(key=lambda facts: facts.pattern_id)
        value: dict[str, Any] = {
            "as_of": seq,
            "head": head,
            "count": len(live),
            "heard": sum(facts.count for facts in live),
            "kinds": _kinds(live),
            "patterns": [facts_json(facts) for facts in live],
        }
        if recognise is not None:
            found = await _recognised_then(
                runtime, recognise, seq=seq, collection=collection, top=top, max_seconds=max_seconds
            )
            value |= recognition_json(found) | {"file": str(recognise)}
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.pattern_tables import past_group

    screen.show(past_group(value))


async def export(
    screen: Screen,
    *,
    file: ArchiveArgument,
    collection: SourceOption = None,
    seq: AsOfOption = None,
    force: ForceOption = False,
) -> None:
    """Write patterns into a file, with everything that recognising them needs."""
    from grym.adapters.pattern_files import write_patterns
    from grym.cli.waiting import opened
    from grym.memory.journal.exporting import export as pieces_of

    if file.exists() and not force:
        raise InvalidRequestError(
            f"{file} is there already", code="export.exists", hint="Choose another name, or give --force."
        )
    async with opened() as runtime:
        found = await pieces_of(runtime.backend.book, now=runtime.clock.now(), collection=collection, as_of=seq)
        size_bytes = await write_patterns(file, found.pieces)
    contents = found.contents
    if screen.json:
        told = {"file": str(file), "patterns": contents.patterns, "as_of": contents.as_of, "size_bytes": size_bytes}
        screen.emit(told)
        return
    screen.show(f"{contents.patterns} patterns as of event {contents.as_of} in {file} ({size_bytes} bytes)")


async def import_(
    screen: Screen,
    *,
    file: ArchiveArgument,
    collection: TargetOption = None,
    user: UserOption = "anonymous",
    timeout_s: TimeoutOption = None,
) -> int:
    """Take in patterns that were exported; what is known already stays as it is."""
    from grym.cli.results import exit_code_of_outcomes, result_json
    from grym.cli.waiting import Awaited, checked_timeout, opened, wait_for

    checked_timeout(timeout_s)
    count, parts = _parts(file, collection)
    async with opened() as runtime:
        ids = [await _send(runtime, part, name, user=user) for name, part in parts]
        awaited = [
            Awaited(request_id=name, kind="change", label=f"part {number}") for number, name in enumerate(ids, 1)
        ]
        results = [result_json(status) for status in await wait_for(screen, runtime, awaited, timeout_s=timeout_s)]
    new = [pattern_id for result in results for pattern_id in result["pattern_ids"]]
    code = exit_code_of_outcomes(results)
    if screen.json:
        screen.emit({"file": str(file), "patterns": count, "new": new, "known": count - len(new), "results": results})
        return code
    from grym.cli.pattern_tables import failures

    screen.show(failures(results))
    screen.show(f"{len(new)} of {count} patterns are new")
    return code


# --- as of then -------------------------------------------------------------------------------------------------------


async def _recognised_then(
    runtime: "Runtime", file: Path, *, seq: int, collection: str, top: int, max_seconds: float
) -> "PatternsRecalled":
    """Ask memory as it was; nothing is published, and no index is used."""
    from grym.memory.recognising.recogniser import recogniser_in_memory
    from grym.runtime.studio import DoorInWorker
    from streams.features.processor import TAKE, analysis_timeout_s
    from streams.patterns.answering import recalled

    taken = await runtime.cpu.run(TAKE, DoorInWorker(), file, max_seconds, timeout_s=analysis_timeout_s(max_seconds))
    book = runtime.backend.book
    found = await recogniser_in_memory(book, up_to=seq).recognise(taken.imprint, collection=collection, top=top)
    return await recalled(book, found)


def recognition_json(found: "PatternsRecalled") -> dict[str, Any]:
    """Return an answer of memory under the names of the command line."""
    from streams.coordinator.results import whole

    return {
        "known": found.known,
        "matches": [whole(match) for match in found.matches],
        "closest": whole(found.closest) if found.closest else None,
        "searched": found.searched,
        "degraded": list(found.degraded),
    }


def _kinds(facts: "list[PatternFacts]") -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in facts:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return counts


# --- importing --------------------------------------------------------------------------------------------------------


def _parts(file: Path, collection: str | None) -> tuple[int, list[tuple[str, bytes]]]:
    """Return how many patterns a file holds, and the parts that one request each brings, by collection."""
    from dataclasses import replace
    from itertools import groupby

    from grym.adapters.pattern_files import parts_of
    from grym.domain.patterns.archive import archive_of, read_archive

    count, parts = 0, []
    for whole in parts_of(file):
        contents, patterns = read_archive(whole)
        count += len(patterns)
        if collection is not None:
            parts.append((collection, whole))
            continue
        ordered = sorted(patterns, key=lambda pattern: pattern.facts.collection)
        for name, group in groupby(ordered, key=lambda pattern: pattern.facts.collection):
            chosen = list(group)
            parts.append((name, archive_of(chosen, replace(contents, patterns=len(chosen)))))
    return count, parts


async def _send(runtime: "Runtime", part: bytes, collection: str, *, user: str) -> str:
    from schemas.commands import RequestPatternChange

    file = await runtime.artifacts.put(part, media_type="application/x-grym-patterns", name="patterns")
    wish = RequestPatternChange(action="import", file=file, collection=collection, user=user)
    return (await runtime.client.change_patterns(wish)).request_id


# --- telling ----------------------------------------------------------------------------------------------------------


def _findings_json(found: "Findings") -> dict[str, Any]:
    journal = found.journal
    audits = found.collections.values()
    return {
        "clean": found.is_clean,
        "recall_at_10": found.recall_at_10,
        "orphans": [*journal.orphans, *(name for one in audits for name in one.orphans)],
        "missing": [*journal.missing, *(name for one in audits for name in one.missing)],
        "events": journal.events,
        "patterns": journal.patterns,
        "as_of": journal.up_to,
        "gaps": list(journal.gaps),
        "damaged": list(journal.damaged),
        "differing": list(journal.differing),
        "collections": {name: _audit_json(one) for name, one in found.collections.items()},
        "pgvector": {name: {"asked": one.asked, "agreed": one.agreed} for name, one in found.second_opinions.items()},
    }


def _audit_json(found: "Audit") -> dict[str, Any]:
    return {
        "recognisable": found.patterns,
        "windows": found.vectors,
        "recall_at_10": found.recall_at_10,
        "questions": found.questions,
        "orphans": list(found.orphans),
        "missing": list(found.missing),
        "unreadable": list(found.unreadable),
        "outdated": list(found.outdated),
        "generation": found.generation or None,
        "as_of": found.as_of,
    }
