"""``grym compose``: a sentence becomes a piece, through the whole event flow."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import (
    DeadlineOption,
    NoWaitOption,
    OutOption,
    RequestIdOption,
    TenantOption,
    TimeoutOption,
    UserOption,
)
from grym.cli.screen import Screen
from grym.errors import GrymError, InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus
    from schemas.commands import RequestComposition
    from schemas.styles import StyleData

BACKENDS = ("auto", "score", "synth", "soundfont")
MAX_VARIATIONS = 50
STDIN = "-"


PromptArgument = Annotated[
    str, typer.Argument(metavar="PROMPT", help="The wish in words; `-` reads it from standard input.")
]
SecondsOption = Annotated[
    float | None,
    typer.Option(
        "--seconds", help="Length in seconds, 4 to 600; without it the sentence counts, else 30.", show_default=False
    ),
]
BpmOption = Annotated[float | None, typer.Option("--bpm", help="Quarter notes a minute.", show_default=False)]
KeyOption = Annotated[str | None, typer.Option("--key", help='Such as "D minor".', show_default=False)]
MetreOption = Annotated[str | None, typer.Option("--metre", help="Such as 4/4.", show_default=False)]
StyleOption = Annotated[
    str | None, typer.Option("--style", help="Such as nocturne, or a style file.", show_default=False)
]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Makes the same piece again.", show_default=False)]
VariationsOption = Annotated[int, typer.Option("--variations", metavar="K", help="How many pieces.")]
BackendOption = Annotated[
    str,
    typer.Option(
        "--backend",
        help="auto, score (no sound), synth (built in), soundfont, or a saved neural model: audioldm2, acestep, "
        "stableaudio, stableaudio3, musicgen, each with /NAME of its folder where there are several.",
    ),
]
PlayOption = Annotated[bool, typer.Option("--play", help="Play the piece when it is done.", show_default=False)]
PlotOption = Annotated[
    bool, typer.Option("--plot", help="Draw waveform, spectrogram and piano roll.", show_default=False)
]
PatternOption = Annotated[
    list[str] | None,
    typer.Option(
        "--pattern",
        metavar="ID",
        help="Build on the melody of this remembered pattern, by id or name; may be repeated.",
        show_default=False,
    ),
]
ReferenceOption = Annotated[Path | None, typer.Option("--reference", hidden=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One piece to ask for, and the folder it goes to (None: named after its title)."""

    wish: "RequestComposition"
    request_id: str | None
    folder: Path | None
    label: str


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "compose")(compose)


async def compose(
    screen: Screen,
    *,
    prompt: PromptArgument,
    seconds: SecondsOption = None,
    bpm: BpmOption = None,
    key: KeyOption = None,
    metre: MetreOption = None,
    style: StyleOption = None,
    seed: SeedOption = None,
    variations: VariationsOption = 1,
    backend: BackendOption = "auto",
    pattern: PatternOption = None,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    out: OutOption = None,
    play: PlayOption = False,
    plot: PlotOption = False,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
    reference: ReferenceOption = None,
) -> int:
    """Compose a piece for a sentence and write it as WAV, MIDI, MusicXML, an engraved page and stems."""
    from grym.domain.composing.plan import USUAL_SECONDS
    from schemas.commands import RequestComposition

    _refuse_later(backend, reference)
    definition = _brought_along(style)
    wish = RequestComposition(
        prompt=sys.stdin.read() if prompt == STDIN else prompt,
        seconds=USUAL_SECONDS if seconds is None else seconds,
        open_length=seconds is None,
        tempo_bpm=bpm,
        key=key,
        metre=metre,
        style=None if definition else style,
        definition=definition,
        seed=seed,
        backend=backend,
        user=user,
        deadline_s=deadline_s,
    )
    if out is not None:
        from grym.cli.delivery import require_folder

        require_folder(out)
    errands = _errands(wish, request_id=request_id, variations=variations, out=out)
    return await _perform(
        screen,
        errands,
        patterns=pattern or [],
        tenant=tenant,
        no_wait=no_wait,
        timeout_s=timeout_s,
        finishing=Finishing(play=play, plot=plot),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """What is done with a piece besides writing its files."""

    play: bool
    plot: bool


def _refuse_later(backend: str, reference: Path | None) -> None:
    from grym.ports.generating import NEURAL_BACKENDS, is_neural

    if reference is not None:
        raise InvalidRequestError(
            "--reference is not in this version of grym", code="version.not_here", hint="Leave --reference out."
        )
    if backend not in BACKENDS and not is_neural(backend):
        choices = ", ".join((*BACKENDS, *NEURAL_BACKENDS))
        raise InvalidRequestError(
            f"there is no backend {backend!r}", code="request.backend", hint=f"Choose one of: {choices}."
        )


def _brought_along(style: str | None) -> "StyleData | None":
    """Return the definition of a style that is a file, or the name of one in GRYM_HOME."""
    from grym.adapters.style_files import FOLDER, own_style
    from grym.settings import read_settings
    from streams.translate import style_to_wire

    own = None if style is None else own_style(style, read_settings().home / FOLDER)
    return None if own is None else style_to_wire(own)


def _errands(wish: "RequestComposition", *, request_id: str | None, variations: int, out: Path | None) -> list[Errand]:
    """Return one errand for each variation; further ones have ids and seeds derived from the first."""
    import msgspec

    from producers.identity import variation_id, variation_seed

    if not 1 <= variations <= MAX_VARIATIONS:
        raise InvalidRequestError(
            f"1 to {MAX_VARIATIONS} variations can be asked for at once",
            code="request.variations",
            hint="Ask for a number in that range, and call the command again with another seed for more.",
        )
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


async def _perform(
    screen: Screen,
    errands: list[Errand],
    *,
    patterns: list[str],
    tenant: str,
    no_wait: bool,
    timeout_s: float | None,
    finishing: Finishing,
) -> int:
    from grym.cli.results import exit_code_of_outcomes, one_or_many, pending_json
    from grym.cli.waiting import Awaited, checked_timeout, opened, wait_for

    checked_timeout(timeout_s)
    await _require_possible(errands)
    async with opened(to_work=not no_wait) as runtime:
        errands = await _building_on(runtime, errands, patterns)
        ids = [await _publish(runtime, errand, tenant=tenant) for errand in errands]
        if no_wait or any(outcome == "unknown" for _, outcome in ids):
            results = [pending_json(name, "compose", outcome) for name, outcome in ids]
        else:
            awaited = [
                Awaited(request_id=name, kind="compose", label=errand.label)
                for (name, _), errand in zip(ids, errands, strict=True)
            ]
            statuses = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
            results = [
                await finish(screen, runtime, status, folder=errand.folder, finishing=finishing)
                for status, errand in zip(statuses, errands, strict=True)
            ]
    _show(screen, one_or_many(results))
    return exit_code_of_outcomes(results, waited=not no_wait)


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
    from grym.cli.results import result_json

    if status.state != "completed":
        return result_json(status)
    target = folder or default_folder(status.result["plan"]["title"], status.request_id)
    files = await deliver(runtime.artifacts, status.result, target)
    if finishing.plot:
        from grym.cli.pictures import draw_piece

        files["plot"] = await draw_piece(runtime, status, target)
    result = result_json(status, folder=str(target), **files)
    write_manifest(target, result)
    if finishing.play:
        from grym.cli.playing import play

        await play(screen, files["audio"])
    return result


def _show(screen: Screen, value: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.panels import piece_panel

    for result in value.get("results", [value]):
        screen.show(piece_panel(result))
