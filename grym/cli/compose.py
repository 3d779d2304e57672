"""``grym compose``: a sentence becomes a piece, through the whole event flow."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grym.cli.command import command
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
    from grym.cli.sources import Given
    from schemas.styles import StyleData

BACKENDS = ("auto", "score", "synth", "soundfont")
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
        "stableaudio, stableaudio3, musicgen, each with /NAME of its folder where there are several; or a plugin.",
    ),
]
SettingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--setting",
        metavar="NAME=VALUE",
        help="Set the backend for this piece, such as room_db=3, front_db or bass_db; may be repeated.",
        show_default=False,
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
ReferenceOption = Annotated[
    Path | None,
    typer.Option(
        "--reference",
        metavar="FILE",
        help="Take tempo, key, metre, style and motifs from a sound, MIDI or MusicXML file, without copying it.",
        show_default=False,
    ),
]
TasteOption = Annotated[
    bool, typer.Option("--taste/--no-taste", help="Whether what was learned of the user counts.", show_default=False)
]
BlindOption = Annotated[
    bool,
    typer.Option(
        "--blind",
        help="With --variations 2: one take with what was learned and one without, and nobody is told which.",
        show_default=False,
    ),
]


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
    formats: FormatOption = None,
    sample_rate: SampleRateOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
    reference: ReferenceOption = None,
    formal: FormalOption = None,
    taste: TasteOption = True,
    blind: BlindOption = False,
    setting: SettingOption = None,
) -> int:
    """Compose a piece for a sentence and write it as WAV, MIDI, MusicXML, an engraved page and stems."""
    from grym.domain.composing.plan import USUAL_SECONDS
    from schemas.commands import RequestComposition

    require_backend(backend)
    wishes = wanted(formats, sample_rate)
    definition = brought_along(style)
    wish = RequestComposition(
        prompt=sys.stdin.read() if prompt == STDIN else prompt,
        seconds=USUAL_SECONDS if seconds is None else seconds,
        open_length=seconds is None,
        tempo_bpm=bpm,
        key=key,
        metre=metre,
        style=None if definition else style,
        definition=definition,
        formal=obeyed(formal),
        seed=seed,
        backend=backend,
        user=user,
        deadline_s=deadline_s,
        taste=taste,
        settings=_settings(setting or []),
    )
    if out is not None:
        from grym.cli.delivery import require_folder

        require_folder(out)
    errands = errands_for(wish, request_id=request_id, variations=variations, out=out, blind=blind)
    return await perform(
        screen,
        errands,
        patterns=pattern or [],
        tenant=tenant,
        no_wait=no_wait,
        timeout_s=timeout_s,
        finishing=Finishing(play=play, plot=plot, formats=wishes, blind=blind),
        source=_reference(reference),
    )


def _settings(words: list[str]) -> dict[str, float]:
    """Return what the backend is to be set to; whether it can be, the request's own check says."""
    from grym.cli.settings_words import settings_from

    return {name: value for name, value in settings_from(words).items() if value is not None}


def _reference(path: Path | None) -> "Given | None":
    """Look at the file that a piece is to be made after."""
    if path is None:
        return None
    from grym.cli.sources import given
    from schemas.reworking import ReworkData

    return given(path, ReworkData(verb="reference"))


def require_backend(backend: str) -> None:
    """Refuse a backend that nobody has."""
    from grym.ports.generating import NEURAL_BACKENDS, is_neural

    if is_neural(backend):
        _require_model(backend)
        return
    if backend in BACKENDS:
        return
    from grym.adapters.renderer_plugins import plugin_names  # only now: it looks at every installed package

    if backend not in plugin_names():
        choices = ", ".join((*BACKENDS, *NEURAL_BACKENDS, *plugin_names()))
        raise InvalidRequestError(
            f"there is no backend {backend!r}", code="request.backend", hint=f"Choose one of: {choices}."
        )


def _require_model(backend: str) -> None:
    """Refuse a model that is not here or not whole, where the work is done here; on Kafka only workers know theirs."""
    from grym.adapters.models.generating.serving import takes_guide
    from grym.settings import read_settings

    settings = read_settings()
    if settings.kafka is None:
        takes_guide(settings.models, backend, settings.pickles_allowed)


def brought_along(style: str | None) -> "StyleData | None":
    """Return the definition of a style that is a file, or the name of one in GRYM_HOME."""
    from grym.adapters.style_files import FOLDER, own_style
    from grym.settings import read_settings
    from streams.translate import style_to_wire

    own = None if style is None else own_style(style, read_settings().home / FOLDER)
    return None if own is None else style_to_wire(own)
