"""``grym continue|vary|harmonise|arrange FILE``: pieces made from a score or a sound, through the whole event flow."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from grym.cli.command import command
from grym.cli.compose import (
    BackendOption,
    BpmOption,
    KeyOption,
    PatternOption,
    PlayOption,
    PlotOption,
    SecondsOption,
    SeedOption,
    StyleOption,
    VariationsOption,
    brought_along,
    require_backend,
)
from grym.cli.errands import Finishing, errands_for, perform
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
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from schemas.commands import RequestComposition
    from schemas.reworking import ReworkData

_WORDS = "music"
"""The sentence of a request that says nothing: what is made is said by the source."""
_BARS = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")
_GRIDS = {"1/4": 480, "1/8": 240, "1/16": 120, "1/32": 60, "1/8t": 160, "1/16t": 80}

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", readable=False, help="MIDI, MusicXML (plain or .mxl), or a sound.")
]
WordsOption = Annotated[str, typer.Option("--prompt", help="A wish in words besides: 'calm', 'with a harp'.")]
OnlyNewOption = Annotated[bool, typer.Option("--only-new", help="Leave out the given bars.", show_default=False)]
BarsOption = Annotated[
    str | None,
    typer.Option(
        "--bars", metavar="5-8", help="Make these bars anew, leave all others as they are.", show_default=False
    ),
]
InstrumentsOption = Annotated[
    str | None,
    typer.Option(
        "--instruments", metavar="LIST", help="Who plays, separated by commas: 'flute,harp,cello'.", show_default=False
    ),
]
AsIsOption = Annotated[
    bool, typer.Option("--as-is", help="Write nothing anew: play the score as it is.", show_default=False)
]
QuantiseOption = Annotated[
    str | None,
    typer.Option(
        "--quantise", metavar="1/16", help="Draw notes to a grid: 1/4 to 1/32, 1/8t, 1/16t.", show_default=False
    ),
]
HumaniseOption = Annotated[float, typer.Option("--humanise", help="Play less evenly, 0 to 1.")]
ArpeggiateOption = Annotated[
    str, typer.Option("--arpeggiate", help="Break chords: up, down or updown.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    command(app, "continue")(continue_)
    command(app, "vary")(vary)
    command(app, "harmonise")(harmonise)
    command(app, "arrange")(arrange)


async def continue_(
    screen: Screen,
    *,
    file: FileArgument,
    prompt: WordsOption = _WORDS,
    only_new: OnlyNewOption = False,
    seconds: SecondsOption = None,
    instruments: InstrumentsOption = None,
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
) -> int:
    """Go on from where a piece ends, in its key, metre and tempo, with its ideas; `--seconds` is what is added."""
    options = {**locals()}
    return await _rework(screen, "continue", options, only_new=only_new)


async def vary(
    screen: Screen,
    *,
    file: FileArgument,
    prompt: WordsOption = _WORDS,
    bars: BarsOption = None,
    seed: SeedOption = None,
    variations: VariationsOption = 1,
    backend: BackendOption = "auto",
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    out: OutOption = None,
    play: PlayOption = False,
    plot: PlotOption = False,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Write variations on a piece, or make some of its bars anew and leave all others as they are."""
    options = {**locals()}
    first, last = bars_asked(bars)
    return await _rework(screen, "vary", options, first_bar=first, last_bar=last)


async def harmonise(
    screen: Screen,
    *,
    file: FileArgument,
    prompt: WordsOption = _WORDS,
    key: KeyOption = None,
    style: StyleOption = None,
    instruments: InstrumentsOption = None,
    bpm: BpmOption = None,
    quantise: QuantiseOption = None,
    humanise: HumaniseOption = 0.0,
    arpeggiate: ArpeggiateOption = "",
    seed: SeedOption = None,
    variations: VariationsOption = 1,
    backend: BackendOption = "auto",
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    out: OutOption = None,
    play: PlayOption = False,
    plot: PlotOption = False,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Write chords, bass and inner voices under the melody of a piece."""
    options = {**locals()}
    return await _rework(screen, "harmonise", options, **_edits(quantise, humanise, arpeggiate))


async def arrange(
    screen: Screen,
    *,
    file: FileArgument,
    prompt: WordsOption = _WORDS,
    key: KeyOption = None,
    style: StyleOption = None,
    instruments: InstrumentsOption = None,
    bpm: BpmOption = None,
    as_is: AsIsOption = False,
    quantise: QuantiseOption = None,
    humanise: HumaniseOption = 0.0,
    arpeggiate: ArpeggiateOption = "",
    seed: SeedOption = None,
    variations: VariationsOption = 1,
    backend: BackendOption = "auto",
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    out: OutOption = None,
    play: PlayOption = False,
    plot: PlotOption = False,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Give a piece to other players in another style: the same melody and harmony; or play it as it is."""
    options = {**locals()}
    if as_is and (key or style or instruments):
        raise InvalidRequestError(
            "--as-is leaves key, style and players as they are",
            code="request.as_is",
            hint="Leave out --as-is, or --key, --style and --instruments.",
        )
    return await _rework(screen, "arrange", options, as_is=as_is, **_edits(quantise, humanise, arpeggiate))


def bars_asked(bars: str | None) -> tuple[int, int]:
    """Read a stretch of bars, ``5-8`` or ``5``; (0, 0) where none is asked for.

    Raises
    ------
    InvalidRequestError
        ``request.bars``.
    """
    if bars is None:
        return 0, 0
    match = _BARS.fullmatch(bars.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise InvalidRequestError(
            f"{bars[:40]!r} is no stretch of bars", code="request.bars", hint="Write --bars 5-8, counted from 1."
        )
    return first, last


def _edits(quantise: str | None, humanise: float, arpeggiate: str) -> dict[str, Any]:
    """Return what is to be done with the notes once they stand."""
    if quantise is not None and quantise not in _GRIDS:
        raise InvalidRequestError(
            f"{quantise[:40]!r} is no grid", code="request.quantise", hint=f"Choose one of: {', '.join(_GRIDS)}."
        )
    if arpeggiate not in {"", "up", "down", "updown"}:
        raise InvalidRequestError(
            f"{arpeggiate[:40]!r} is no way to break chords",
            code="request.arpeggiate",
            hint="Choose up, down or updown.",
        )
    grid = _GRIDS[quantise] if quantise else 0
    return {"quantise_ticks": grid, "humanise": humanise, "arpeggiate": arpeggiate}


async def _rework(
    screen: Screen, verb: Literal["continue", "vary", "harmonise", "arrange"], options: dict[str, Any], **wanted: Any
) -> int:
    """Ask for a piece made from a file."""
    from grym.cli.sources import given
    from schemas.reworking import ReworkData

    require_backend(options["backend"])
    names = options.get("instruments") or ""
    rework = ReworkData(
        verb=verb,
        instruments=tuple(name.strip().lower() for name in names.split(",") if name.strip()),
        styled=options.get("style") is not None,
        **wanted,
    )
    source = given(options["file"], rework)
    if options["out"] is not None:
        from grym.cli.delivery import require_folder

        require_folder(options["out"])
    errands = errands_for(
        _wish(options, rework),
        request_id=options["request_id"],
        variations=options["variations"],
        out=options["out"],
    )
    return await perform(
        screen,
        errands,
        patterns=options.get("pattern") or [],
        tenant=options["tenant"],
        no_wait=options["no_wait"],
        timeout_s=options["timeout_s"],
        finishing=Finishing(play=options["play"], plot=options["plot"]),
        source=source,
    )


def _wish(options: dict[str, Any], rework: "ReworkData") -> "RequestComposition":
    """Return the request without its source, checked as far as it can be."""
    from grym.cli.recordings import no_sound_yet
    from grym.domain.composing.plan import USUAL_SECONDS
    from schemas.commands import RequestComposition

    definition, seconds = brought_along(options.get("style")), options.get("seconds")
    return RequestComposition(
        prompt=options["prompt"],
        seconds=USUAL_SECONDS if seconds is None else seconds,
        open_length=seconds is None,
        tempo_bpm=options.get("bpm"),
        key=options.get("key"),
        style=None if definition else options.get("style"),
        definition=definition,
        seed=options["seed"],
        backend=options["backend"],
        user=options["user"],
        deadline_s=options["deadline_s"],
        source=no_sound_yet(),
        rework=rework,
    )
