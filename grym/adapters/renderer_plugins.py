"""Renderers from other packages: whoever installs one beside grym may ask for it by name.

A package offers renderers under the entry point group ``grym.renderers``: the name is that of the backend, the object
is called without arguments and gives a `grym.ports.sound.Renderer` (or a `SpoolingRenderer`). What a plugin gives is
checked before it is mixed. A plugin that cannot be loaded is named with its reason, where it is asked for and by
``grym doctor``, and keeps nothing else from working; `auto` never takes one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points

import numpy as np

from grym.domain.composing.score import Score
from grym.domain.reels import SIDES, Progress, Reel, Reels
from grym.domain.signal import Signal
from grym.errors import AdapterError, GrymError
from grym.ports.generating import NEURAL_BACKENDS
from grym.ports.sound import RenderedScore, Renderer, SpooledScore, SpoolingRenderer

GROUP = "grym.renderers"

NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")

RESERVED = frozenset({"auto", "score", "synth", "soundfont", *NEURAL_BACKENDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A renderer that another package offers.

    Parameters
    ----------
    name
        Of the backend.
    package
        Name and version of the distribution.
    renderer
        None where it cannot be had.
    fault
        Why, in one line; empty where all is well.
    """

    name: str
    package: str
    renderer: "PluginRenderer | None" = None
    fault: str = ""


def plugin_names() -> tuple[str, ...]:
    """Return the backends that other packages offer, without loading any."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)} - RESERVED))


def plugins() -> tuple[Plugin, ...]:
    """Load every renderer that another package offers, sorted by name."""
    return loaded(entry_points(group=GROUP))


def loaded(points: Iterable[EntryPoint]) -> tuple[Plugin, ...]:
    """Load renderers from entry points; of two with one name neither is taken."""
    ordered = sorted(points, key=lambda point: (point.name, point.value))
    names = [point.name for point in ordered]
    return tuple(_loaded(point, is_alone=names.count(point.name) == 1) for point in ordered)


def _loaded(point: EntryPoint, *, is_alone: bool) -> Plugin:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "unknown package"
    plugin = Plugin(name=point.name, package=package)
    if not NAME.fullmatch(point.name) or point.name in RESERVED:
        return replace(plugin, fault=f"{point.name!r} cannot be the name of a backend")
    if not is_alone:
        return replace(plugin, fault="several packages bring a renderer of this name")
    try:
        renderer = point.load()()
    except Exception as error:  # noqa: BLE001 (foreign code may raise anything, and must not be fatal)
        return replace(plugin, fault=f"{type(error).__name__}: {error}".splitlines()[0][:200])
    if not callable(getattr(renderer, "spool", None)) and not callable(getattr(renderer, "render", None)):
        return replace(plugin, fault="it has neither render nor spool")
    return replace(plugin, renderer=PluginRenderer(point.name, package, renderer))


def renderers_of(found: Iterable[Plugin]) -> tuple[Mapping[str, SpoolingRenderer], Mapping[str, str]]:
    """Return the renderers that can be had and the faults of the others, both by name."""
    plugins_ = tuple(found)
    return (
        {plugin.name: plugin.renderer for plugin in plugins_ if plugin.renderer is not None},
        {plugin.name: f"{plugin.package}: {plugin.fault}" for plugin in plugins_ if plugin.fault},
    )


class PluginRenderer:
    """A foreign renderer behind grym's port: what it gives is checked and named.

    Parameters
    ----------
    name, package
        Of the backend and of the distribution.
    renderer
        What the package gave.
    """

    def __init__(self, name: str, package: str, renderer: Renderer | SpoolingRenderer) -> None:
        self._name = name
        self._package = package
        self._renderer = renderer

    def spool(self, score: Score, *, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        """Let the plugin play (see `grym.ports.sound.SpoolingRenderer`).

        Raises
        ------
        AdapterError
            ``renderer.failed``: it raised something, or gave stems that are none.
        """
        try:
            spooled = self._played(score, seed=seed, reels=reels, progress=progress)
        except GrymError:
            raise
        except Exception as error:
            raise self._failure(f"{type(error).__name__}: {error}") from error
        self._require_stems(spooled, score)
        return replace(spooled, backend=self._name, provenance={**spooled.provenance, "renderer": self._package})

    def _played(self, score: Score, *, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        spool = getattr(self._renderer, "spool", None)
        if spool is not None:
            spooled: SpooledScore = spool(score, seed=seed, reels=reels, progress=progress)
            return spooled
        rendered: RenderedScore = self._renderer.render(score, seed=seed)  # type: ignore[union-attr] # it has no spool
        rates = {signal.sample_rate_hz for _, signal in rendered.stems}
        if len(rates) != 1:
            raise self._failure("its stems have no common rate")
        progress(1.0)
        return SpooledScore(
            stems=tuple((name, _reel_of(signal, reels)) for name, signal in rendered.stems),
            sample_rate_hz=rates.pop(),
            backend=self._name,
            provenance=rendered.provenance,
        )

    def _require_stems(self, spooled: SpooledScore, score: Score) -> None:
        if len(spooled.stems) != len(score.parts):
            raise self._failure(f"it gave {len(spooled.stems)} stems for {len(score.parts)} parts")
        if len({reel.length_samples for _, reel in spooled.stems} - {0}) != 1:
            raise self._failure("its stems do not have one length")

    def _failure(self, reason: str) -> AdapterError:
        return AdapterError(
            f"the renderer {self._name!r} of {self._package} failed: {reason}"[:400],
            code="renderer.failed",
            hint="Tell its maker, or choose another backend.",
        )


def _reel_of(signal: Signal, reels: Reels) -> Reel:
    """Put a mono or stereo stem onto a reel."""
    reel = reels(signal.length_samples)
    reel.write(0, np.broadcast_to(signal.samples[:SIDES], (SIDES, signal.length_samples)))
    return reel
