"""Renderers of other packages, installed for real: a module and its metadata in a folder on the path."""

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grym.adapters.renderer_plugins import GROUP, PluginRenderer, plugin_names, plugins, renderers_of
from grym.adapters.studio import RecordingStudio
from grym.domain.composing.score import Score
from grym.domain.reels import Progress, Reels, in_memory, nobody_asks
from grym.domain.signal import Signal
from grym.errors import AdapterError, PermanentError
from grym.ports.sound import RenderedScore, SpooledScore

EXAMPLE = Path(__file__).parents[4] / "examples" / "renderer-plugin"

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a distribution with entry points into a folder on the path."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def installed(name: str, entries: dict[str, str], *, module: Path | None = None) -> None:
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{key} = {value}" for key, value in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))
        if module is not None:
            shutil.copy(module, site)

    return installed


@pytest.fixture
def with_example(install: Install) -> None:
    """Install the example with the entry points its own project file declares."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    install(project["name"], project["entry-points"][GROUP], module=EXAMPLE / "grym_squares.py")


@pytest.mark.usefixtures("with_example")
def test_the_example_plays_a_piece(score: Score, tmp_path: Path) -> None:
    """Installed, it is found by name, played, mastered, and named with its package."""
    renderers, broken = renderers_of(plugins())
    assert ("squares" in plugin_names(), broken) == (True, {})
    recorded = RecordingStudio(renderers=renderers).record(score, backend="squares", seed=1, folder=tmp_path)
    assert recorded.backend == "squares"
    assert recorded.provenance == {"synthesiser": "squares/1", "renderer": "grym-squares 1.0"}
    assert [name for name, _ in recorded.stems] == ["Piano", "Bass", "Drums"]
    assert recorded.mix.stat().st_size > 100_000


@pytest.mark.usefixtures("with_example")
def test_a_broken_plugin_is_named_and_never_fatal(install: Install, score: Score, tmp_path: Path) -> None:
    """A missing module is told with its package to who asks for it; the good one beside it plays."""
    install("grym-chip", {"chip": "no_such_module:Chip"})
    renderers, broken = renderers_of(plugins())
    assert set(renderers) == {"squares"}
    assert broken == {"chip": "grym-chip 1.0: ModuleNotFoundError: No module named 'no_such_module'"}
    with pytest.raises(PermanentError, match=r"grym-chip 1\.0") as raised:
        RecordingStudio(renderers=renderers, broken=broken).record(score, backend="chip", seed=1, folder=tmp_path)
    assert raised.value.code == "renderer.broken"


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ({"synth": "grym_squares:SquareRenderer"}, "cannot be the name"),
        ({"Loud Band": "grym_squares:SquareRenderer"}, "cannot be the name"),
        ({"numbers": "grym_squares:square"}, "TypeError"),
        ({"level": "collections:OrderedDict"}, "neither render nor spool"),
    ],
)
def test_what_is_no_renderer_has_a_fault(
    with_example: None, install: Install, entries: dict[str, str], fault: str
) -> None:
    """Names that are taken or malformed, what cannot be called, and what cannot play."""
    del with_example
    install("grym-odd", entries)
    (found,) = [plugin for plugin in plugins() if plugin.package == "grym-odd 1.0"]
    assert found.renderer is None
    assert fault in found.fault


@pytest.mark.usefixtures("with_example")
def test_of_two_with_one_name_neither_plays(install: Install) -> None:
    """Which one is meant cannot be known."""
    install("grym-rival", {"squares": "grym_squares:SquareRenderer"})
    renderers, broken = renderers_of(plugins())
    assert not renderers
    assert "several packages" in broken["squares"]


class Giving:
    """A renderer that gives what it was told to."""

    def __init__(self, give: Callable[[], RenderedScore]) -> None:
        self._give = give

    def render(self, score: Score, *, seed: int) -> RenderedScore:
        """Give it."""
        del score, seed
        return self._give()


def stems(*lengths: int, rate_hz: int = 44_100) -> RenderedScore:
    """Return mono stems of so many samples."""
    return RenderedScore(
        stems=tuple(
            (str(n), Signal(samples=np.zeros((1, length), dtype=np.float32), sample_rate_hz=rate_hz))
            for n, length in enumerate(lengths)
        ),
        backend="x",
    )


def explode() -> RenderedScore:
    """Raise what grym does not know."""
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize(
    ("give", "reason"),
    [
        (explode, "ZeroDivisionError: by nothing"),
        (lambda: stems(100), "1 stems for 3 parts"),
        (lambda: stems(100, 100, 99), "do not have one length"),
        (lambda: stems(0, 0, 0), "do not have one length"),
        (lambda: RenderedScore(stems=(), backend="x"), "no common rate"),
        (lambda: None, "AttributeError"),
    ],
)
def test_a_plugin_that_fails_is_a_typed_error(score: Score, give: Callable[[], RenderedScore], reason: str) -> None:
    """Whatever it raises or gives, the error names the plugin and its package."""
    renderer = PluginRenderer("bad", "grym-bad 2", Giving(give))
    with pytest.raises(AdapterError, match="'bad' of grym-bad 2") as raised:
        renderer.spool(score, seed=1, reels=in_memory, progress=nobody_asks)
    assert raised.value.code == "renderer.failed"
    assert reason in raised.value.message


class Spooling:
    """A renderer that works in blocks itself."""

    def spool(self, score: Score, *, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        """Give a second of silence for every part."""
        del seed
        progress(0.5)
        named = tuple((part.name, reels(48_000)) for part in score.parts)
        return SpooledScore(stems=named, sample_rate_hz=48_000, backend="whatever")


def test_a_plugin_may_spool(score: Score) -> None:
    """It is told the progress, keeps its rate, and goes by the name of its entry point."""
    told: list[float] = []
    spooled = PluginRenderer("tape", "p 1", Spooling()).spool(score, seed=1, reels=in_memory, progress=told.append)
    assert (spooled.backend, spooled.sample_rate_hz, told) == ("tape", 48_000, [0.5])
