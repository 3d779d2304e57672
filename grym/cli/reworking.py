"""``grym continue|vary|harmonise|arrange FILE``: pieces made from a score or a sound, through the whole event flow."""

import re
from dataclasses import dataclass, fields
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
from grym.cli.exporting import FormatOption, SampleRateOption, wanted
from grym.cli.formal import FormalOption, obeyed
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What all four commands let one choose of a piece, of its sound, and of who asks for it."""

    prompt: WordsOption = _WORDS
    seed: SeedOption = None
    variations: VariationsOption = 1
    backend: BackendOption = "auto"
    formal: FormalOption = None
    formats: FormatOption = None
    sample_rate: SampleRateOption = None
    out: OutOption = None
    play: PlayOption = False
    plot: PlotOption = False
    user: UserOption = "anonymous"
    tenant: TenantOption = "default"
    request_id: RequestIdOption = None
    no_wait: NoWaitOption = False
    timeout_s: TimeoutOption = None
    deadline_s: DeadlineOption = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What is chosen where a piece is given to players: key, style, tempo, and how they play."""

    key: KeyOption = None
    style: StyleOption = None
    instruments: InstrumentsOption = None
    bpm: BpmOption = None
    quantise: QuantiseOption = None
    humanise: HumaniseOption = 0.0
    arpeggiate: ArpeggiateOption = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """What is chosen where a piece goes on."""

    seconds: SecondsOption = None
    style: StyleOption = None
    instruments: InstrumentsOption = None


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
    only_new: OnlyNewOption = False,
    going_on: GoingOn,
    pattern: PatternOption = None,
    making: Making,
) -> int:
    """Go on from where a piece ends, in its key, metre and tempo, with its ideas; `--seconds` is what is added."""
    options = _Options.of(file, making, going_on, pattern=pattern)
    return await _rework(screen, "continue", options, only_new=only_new)


async def vary(screen: Screen, *, file: FileArgument, bars: BarsOption = None, making: Making) -> int:
    """Write variations on a piece, or make some of its bars anew and leave all others as they are."""
    first, last = bars_asked(bars)
    return await _rework(screen, "vary", _Options.of(file, making), first_bar=first, last_bar=last)


async def harmonise(screen: Screen, *, file: FileArgument, scoring: Scoring, making: Making) -> int:
    """Write chords, bass and inner voices under the melody of a piece."""
    return await _rework(screen, "harmonise", _Options.of(file, making, scoring), **_edits(scoring))


async def arrange(
    screen: Screen, *, file: FileArgument, as_is: AsIsOption = False, scoring: Scoring, making: Making
) -> int:
    """Give a piece to other players in another style: the same melody and harmony; or play it as it is."""
    if as_is and (scoring.key or scoring.style or scoring.instruments or making.formal):
        raise InvalidRequestError(
            "--as-is leaves key, style, players and notes as they are",
            code="request.as_is",
            hint="Leave out --as-is, or --key, --style, --instruments and --formal.",
        )
    return await _rework(screen, "arrange", _Options.of(file, making, scoring), as_is=as_is, **_edits(scoring))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """What was given to one of the commands; what a command does not have is as usual."""

    file: Path
    making: Making
    seconds: float | None = None
    key: str | None = None
    style: str | None = None
    instruments: str | None = None
    bpm: float | None = None
    pattern: list[str] | None = None

    @classmethod
    def of(
        cls, file: Path, making: Making, own: GoingOn | Scoring | None = None, *, pattern: list[str] | None = None
    ) -> "_Options":
        """Collect the options of a command."""
        names = {field.name for field in fields(cls)}
        chosen = {field.name: getattr(own, field.name) for field in fields(own) if field.name in names} if own else {}
        return cls(file=file, making=making, pattern=pattern, **chosen)


def _edits(scoring: Scoring) -> dict[str, Any]:
    """Return what is to be done with the notes once they stand."""
    quantise, arpeggiate = scoring.quantise, scoring.arpeggiate
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
    return {"quantise_ticks": grid, "humanise": scoring.humanise, "arpeggiate": arpeggiate}


async def _rework(
    screen: Screen, verb: Literal["continue", "vary", "harmonise", "arrange"], options: _Options, **asked: Any
) -> int:
    """Ask for a piece made from a file."""
    from grym.cli.sources import given
    from schemas.reworking import ReworkData

    making = options.making
    require_backend(making.backend)
    wishes = wanted(making.formats, making.sample_rate)
    names = (options.instruments or "").split(",")
    rework = ReworkData(
        verb=verb,
        instruments=tuple(name.strip().lower() for name in names if name.strip()),
        styled=options.style is not None,
        **asked,
    )
    source = given(options.file, rework)
    if making.out is not None:
        from grym.cli.delivery import require_folder

        require_folder(making.out)
    errands = errands_for(
        _wish(options, rework), request_id=making.request_id, variations=making.variations, out=making.out
    )
    return await perform(
        screen,
        errands,
        patterns=options.pattern or [],
        tenant=making.tenant,
        no_wait=making.no_wait,
        timeout_s=making.timeout_s,
        finishing=Finishing(play=making.play, plot=making.plot, formats=wishes),
        source=source,
    )


def _wish(options: _Options, rework: "ReworkData") -> "RequestComposition":
    """Return the request without its source, checked as far as it can be."""
    from grym.cli.recordings import no_sound_yet
    from grym.domain.composing.plan import USUAL_SECONDS
    from schemas.commands import RequestComposition

    making, definition = options.making, brought_along(options.style)
    return RequestComposition(
        prompt=making.prompt,
        seconds=USUAL_SECONDS if options.seconds is None else options.seconds,
        open_length=options.seconds is None,
        tempo_bpm=options.bpm,
        key=options.key,
        style=None if definition else options.style,
        definition=definition,
        formal=obeyed(making.formal),
        seed=making.seed,
        backend=making.backend,
        user=making.user,
        deadline_s=making.deadline_s,
        source=no_sound_yet(),
        rework=rework,
    )
