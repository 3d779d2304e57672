"""``grym formal``: laws of formal music, what they are and what they say."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.domain.composing.formal.choice import FormalChoice
    from schemas.formal import FormalData

app = typer.Typer(
    help="Laws of formal music after Xenakis: `grym compose … --formal NAME` lets a piece obey them.",
    no_args_is_help=True,
)

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="LAW", help="A preset or its file, a concept with a value (grain-density=0.8), or TARGET:GENERATOR:LAW."
    ),
]
FormalOption = Annotated[
    list[str] | None,
    typer.Option(
        "--formal",
        metavar="LAW",
        help="Let the piece obey a law of `grym formal ls`, such as glitch-textures or pitch:sieve:3@0|4@1; "
        "may be repeated.",
        show_default=False,
    ),
]


@command(app, "ls")
def ls(
    screen: Screen, tag: Annotated[str | None, typer.Option("--tag", help="Only presets with this tag.")] = None
) -> None:
    """List presets (those in the folder `formal` of GRYM_HOME among them), concepts, and what laws there are."""
    from grym.domain.composing.formal.choice import GENERATORS, TARGETS
    from grym.domain.composing.formal.concepts import CONCEPTS

    presets = [row for row in _presets() if tag is None or tag in row["tags"]]
    concepts = [{"name": one.name, "group": one.group, "meaning": one.meaning} for one in CONCEPTS.values()]
    if screen.json:
        found = {"presets": presets, "concepts": concepts, "generators": GENERATORS, "targets": TARGETS}
        screen.emit(found)
        return
    from rich import box
    from rich.table import Table

    table = Table("preset", "what it does", "tags", "from", box=box.SIMPLE, pad_edge=False)
    for row in presets:
        table.add_row(row["name"], row["description"], ", ".join(row["tags"]), row["source"])
    screen.show(table)
    if tag is not None:
        return
    table = Table("concept", "what it means from 0 to 1", "after", box=box.SIMPLE, pad_edge=False)
    for one in concepts:
        table.add_row(one["name"], one["meaning"], one["group"])
    screen.show(table)
    screen.show(f"Laws are written TARGET:GENERATOR:LAW. Targets: {', '.join(TARGETS)}.")
    screen.show(f"Generators: {', '.join(GENERATORS)}. Such as pitch:sieve:3@0|4@1, or rhythm:cellular:rule 30.")


@command(app, "show")
def show(screen: Screen, name: NameArgument) -> None:
    """Show which laws a name stands for."""
    choices = wanted(name)
    if screen.json:
        screen.emit({"name": name, "laws": [asdict(choice) for choice in choices]})
        return
    from rich import box
    from rich.table import Table

    table = Table("writes", "law", "of", "amount", "values", "every", "from", box=box.SIMPLE, pad_edge=False)
    for one in choices:
        table.add_row(
            one.target,
            f"{one.generator}: {one.law}",
            ", ".join(one.roles),
            f"{one.amount:g}",
            f"{one.low:.2g} to {one.high:.2g}",
            f"{one.step_beats:g} beats",
            one.source,
        )
    screen.show(table)


@command(app, "run")
def run(
    screen: Screen,
    name: NameArgument,
    *,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, max=600.0, help="How long.")] = 16.0,
    bpm: Annotated[float, typer.Option("--bpm", min=30.0, max=260.0, help="Quarter notes a minute.")] = 120.0,
    seed: Annotated[int, typer.Option("--seed", help="Makes the same values again.")] = 1,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="PNG", help="Draw the values.")] = None,
) -> None:
    """Let laws speak without a piece: their control values over time, a line an event, or as a picture."""
    from grym.domain.composing.formal.control import control_stream
    from grym.domain.composing.seeds import stream

    laws = [
        (
            choice,
            control_stream(choice, duration_s=seconds, tempo_bpm=bpm, rng=stream(seed, "formal", str(at), choice.law)),
        )
        for at, choice in enumerate(wanted(name))
    ]
    if plot is not None:
        from grym.adapters.formal_plots import plot_laws

        plot_laws(laws, plot, duration_s=seconds, title=f"{name}, seed {seed}")
    if screen.json:
        screen.emit({"laws": [{**asdict(law), "events": [asdict(event) for event in said]} for law, said in laws]})
        return
    for law, said in laws:
        screen.show(f"{law.target}: {law.generator}, {law.law}")
        screen.show("  " + " ".join(f"{event.time_s:.2f} s {event.value:.2f}" for event in said[:12]))
    if plot is not None:
        screen.show(f"Drawn: {plot}")


def wanted(name: str) -> "tuple[FormalChoice, ...]":
    """Return the laws that a name stands for."""
    from grym.adapters.formal_files import FOLDER, wanted_choices
    from grym.settings import read_settings

    return wanted_choices(name, read_settings().home / FOLDER)


def obeyed(names: list[str] | None) -> "tuple[FormalData, ...]":
    """Return the laws that a piece is to obey, as they travel."""
    from streams.translate import formal_to_wire

    return formal_to_wire(choice for name in names or [] for choice in wanted(name))


def _presets() -> list[dict[str, Any]]:
    """Return the presets as rows; the user's own replace grym's of the same name."""
    from grym.adapters.formal_files import FOLDER, preset_files, read_preset_file
    from grym.domain.composing.formal.presets import PRESETS
    from grym.settings import read_settings

    own = {name: read_preset_file(path) for name, path in preset_files(read_settings().home / FOLDER).items()}
    rows = [(name, one, "grym") for name, one in PRESETS.items() if name not in own]
    rows += [(name, one, "yours") for name, one in own.items()]
    return [
        {"name": name, "description": one.description, "tags": one.tags, "source": whose} for name, one, whose in rows
    ]
