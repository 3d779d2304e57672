"""Errands: pieces that are asked for, waited for, and written where they belong, each as soon as it is ready."""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grym.cli.exporting import Wanted, delivered, export_piece
from grym.cli.screen import Screen
from grym.errors import GrymError, InvalidRequestError

if TYPE_CHECKING:
    from grym.cli.sources import Given
    from grym.runtime import Runtime
    from producers.status import RequestStatus
    from schemas.commands import RequestComposition

MAX_VARIATIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One piece to ask for, and the folder it goes to (None: named after its title)."""

    wish: "RequestComposition"
    request_id: str | None
    folder: Path | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """What is done with a piece besides writing its files; a blind one tells nothing of how it was made."""

    play: bool
    plot: bool
    formats: Wanted = field(default_factory=Wanted)
    blind: bool = False


def errands_for(
    wish: "RequestComposition", *, request_id: str | None, variations: int, out: Path | None, blind: bool = False
) -> list[Errand]:
    """Return one errand for each variation; further ones have ids and seeds derived from the first."""
    import msgspec

    from producers.identity import variation_id, variation_seed

    if not 1 <= variations <= MAX_VARIATIONS:
        raise InvalidRequestError(
            f"1 to {MAX_VARIATIONS} variations can be asked for at once",
            code="request.variations",
            hint="Ask for a number in that range, and call the command again with another seed for more.",
        )
    if blind:
        from grym.cli.pairs import pair_for

        return pair_for(wish, request_id=request_id or new_id(), variations=variations, out=out)
    if variations == 1:
        return [Errand(wish=wish, request_id=request_id, folder=out, label="piece")]
    return [
        Errand(
            wish=wish if wish.seed is None else msgspec.structs.replace(wish, seed=variation_seed(wish.seed, number)),
            request_id=None if request_id is None else variation_id(request_id, number),
            folder=None if out is None else out / f"variation-{number}",
            label=f"variation {number}",
        )
        for number in range(1, variations + 1)
    ]


async def perform(
    screen: Screen,
    errands: list[Errand],
    *,
    patterns: list[str],
    tenant: str,
    no_wait: bool,
    timeout_s: float | None,
    finishing: Finishing,
    source: "Given | None" = None,
) -> int:
    """Ask for pieces, wait for them unless that is not wanted, write and show them; return the exit code.

    Parameters
    ----------
    patterns
        Ids or names of patterns that the pieces build on.
    source
        The file that they are made from; it is stored before anything is asked for.
    """
    from grym.cli.results import exit_code_of_outcomes, pending_json
    from grym.cli.waiting import checked_timeout, opened

    checked_timeout(timeout_s)
    await _require_possible(errands)
    async with opened(to_work=not no_wait) as runtime:
        errands = await _building_on(runtime, errands, patterns)
        if source is not None:
            errands = await _made_from(runtime, errands, source)
        ids = [await _publish(runtime, errand, tenant=tenant) for errand in errands]
        if no_wait or any(outcome == "unknown" for _, outcome in ids):
            results = [pending_json(name, "compose", outcome) for name, outcome in ids]
        else:
            folders = {name: errand for (name, _), errand in zip(ids, errands, strict=True)}
            results = await _awaited(screen, runtime, folders, timeout_s=timeout_s, finishing=finishing)
    _show(screen, results, user=errands[0].wish.user, blind=finishing.blind)
    return exit_code_of_outcomes(results, waited=not no_wait)


async def _awaited(
    screen: Screen, runtime: "Runtime", errands: dict[str, Errand], *, timeout_s: float | None, finishing: "Finishing"
) -> list[dict[str, Any]]:
    """Return the results of errands by request id, each written as soon as it is ready."""
    from grym.cli.variations import tell_ready
    from grym.cli.waiting import Awaited, wait_for

    written: dict[str, dict[str, Any]] = {}

    async def ready(one: Awaited) -> None:
        status = await runtime.client.status(one.request_id)
        result = await finish(screen, runtime, status, folder=errands[one.request_id].folder, finishing=silently)
        written[one.request_id] = result
        tell_ready(screen, one.label, result)

    silently = replace(finishing, play=False)  # two pieces at once are none
    awaited = [Awaited(request_id=name, kind="compose", label=one.label) for name, one in errands.items()]
    ended = ready if len(errands) > 1 else None
    for status in await wait_for(screen, runtime, awaited, timeout_s=timeout_s, ended=ended):
        if status.request_id not in written:
            folder = errands[status.request_id].folder
            written[status.request_id] = await finish(screen, runtime, status, folder=folder, finishing=silently)
    results = [written[name] for name in errands]
    if finishing.play:
        await _play_all(screen, results)
    return results


async def _play_all(screen: Screen, results: list[dict[str, Any]]) -> None:
    from grym.cli.playing import play

    for result in results:
        if result["outcome"] == "completed":
            await play(screen, result["audio"])


async def _building_on(runtime: "Runtime", errands: list[Errand], patterns: list[str]) -> list[Errand]:
    """Return errands whose pieces build on patterns that are named by id or name."""
    if not patterns:
        return errands
    import msgspec

    from grym.cli.named_patterns import usable_pattern

    ids = tuple(dict.fromkeys([(await usable_pattern(runtime.backend.book, name)).pattern_id for name in patterns]))
    chosen = [replace(one, wish=msgspec.structs.replace(one.wish, pattern_ids=ids)) for one in errands]
    await _require_possible(chosen)
    return chosen


async def _made_from(runtime: "Runtime", errands: list[Errand], source: "Given") -> list[Errand]:
    """Return errands whose pieces are made from a file."""
    import msgspec

    from grym.cli.sources import stored

    ref = await stored(runtime, source)
    return [replace(one, wish=msgspec.structs.replace(one.wish, source=ref, rework=source.rework)) for one in errands]


async def _require_possible(errands: list[Errand]) -> None:
    """Refuse an impossible wish before anything is started."""
    from producers.asking import require_possible_wish

    await require_possible_wish(errands[0].wish, request_id=errands[0].request_id or "new")


async def _publish(runtime: "Runtime", errand: Errand, *, tenant: str) -> tuple[str, str]:
    """Publish a request and return its id and outcome so far."""
    name = errand.request_id or runtime.client.new_request_id()
    try:
        await runtime.client.compose(errand.wish, request_id=name, tenant=tenant)
    except GrymError as error:
        if error.code != "publish.unknown":
            raise
        return name, "unknown"
    return name, "pending"


async def finish(
    screen: Screen, runtime: "Runtime", status: "RequestStatus", *, folder: Path | None, finishing: Finishing
) -> dict[str, Any]:
    """Write the files of a piece, draw and play it where that was asked for, and return its result."""
    from grym.cli.delivery import default_folder, deliver, write_manifest
    from grym.cli.pairs import veiled
    from grym.cli.results import result_json

    if status.state != "completed":
        return result_json(status)
    target = folder or default_folder(status.result["plan"]["title"], status.request_id)
    files = await deliver(runtime.artifacts, status.result, target)
    if finishing.plot:
        from grym.cli.pictures import draw_piece

        files["plot"] = await draw_piece(runtime, status, target)
    if finishing.formats.formats:
        facts = {**status.result, "request_id": status.request_id}
        files["exports"] = await export_piece(facts, delivered(files), target, finishing.formats)
    result = result_json(status, folder=str(target), **files)
    if finishing.blind:
        result = veiled(result, target.name)
    write_manifest(target, result)
    if finishing.play:
        from grym.cli.playing import play

        await play(screen, files["audio"])
    return result


def new_id() -> str:
    """Return a fresh request id that sorts by time."""
    from producers.identity import uuid7

    return uuid7(datetime.now(UTC), os.urandom(10))


def _show(screen: Screen, results: list[dict[str, Any]], *, user: str, blind: bool) -> None:
    from grym.cli.pairs import show_pair
    from grym.cli.results import one_or_many
    from grym.cli.variations import ranked, ranking

    if blind:
        show_pair(screen, results)
        return
    if len(results) > 1:
        results = ranked(results)
    if screen.json:
        screen.emit(one_or_many(results))
        return
    from grym.cli.panels import piece_panel

    for result in results:
        screen.show(piece_panel(result, user=user))
    if len(results) > 1:
        screen.show(ranking(results))
