"""What must not be installed beside grym is not installed, and no module reads a clock or chance by the back door."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["torchaudio", "torchvision"])
def test_package_that_breaks_others_is_absent(name: str) -> None:
    """Packages that bind torch to their own version and break the models stay out."""
    assert importlib.util.find_spec(name) is None


def imported(path: Path) -> set[str]:
    """Return the top-level names a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def adapter_of(path: Path, checkout: Path) -> str:
    """Return the adapter a module belongs to: a module of `grym.adapters`, or a package there."""
    return path.relative_to(checkout / "grym" / "adapters").parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    ("client", "adapters"),
    [
        ("asyncpg", {"postgres"}),
        ("fluidsynth", {"fluidsynth"}),
        ("matplotlib", {"plots", "match_plots", "formal_plots"}),
        ("obstore", {"artifact_objects"}),
        ("pebble", {"cpu_pool"}),
        ("soundfile", {"audio_files", "audio_stretches", "audio_export", "wav_writing"}),
        ("verovio", {"engraving"}),
    ],
)
def test_client_is_named_in_its_adapter_only(checkout: Path, client: str, adapters: set[str]) -> None:
    """Each third-party client is the business of one adapter, so it can be replaced in one place."""
    users = {
        adapter_of(path, checkout)
        for path in sorted((checkout / "grym" / "adapters").rglob("*.py"))
        if client in imported(path)
    }
    assert users == adapters


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with its dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield ast.unparse(node.func), node


def is_impure(name: str, call: ast.Call) -> bool:
    """Return whether a call reads the clock, or chance without a seed."""
    last = name.rsplit(".", 1)[-1]
    if name.startswith("datetime.") and last in ("now", "today", "utcnow"):
        return True
    if last in ("uuid1", "uuid4"):
        return True
    if last in ("default_rng", "SeedSequence", "PCG64"):
        return not call.args and not call.keywords
    return "random." in name and last in ("seed", "rand", "randn", "randint", "shuffle", "choice", "normal", "random")


def test_domain_streams_and_schemas_call_no_clock_and_no_unseeded_chance(checkout: Path) -> None:
    """What the import contracts cannot see: `datetime.now`, `uuid4` and generators without a seed."""
    found = [
        f"{path.relative_to(checkout)}:{call.lineno} {name}"
        for folder in ("grym/domain", "streams", "schemas")
        for path in sorted((checkout / folder).rglob("*.py"))
        for name, call in calls(ast.parse(path.read_text(encoding="utf-8")))
        if is_impure(name, call)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "impure"),
    [
        ("datetime.now(UTC)", True),
        ("uuid.uuid4()", True),
        ("np.random.default_rng()", True),
        ("np.random.normal(0, 1)", True),
        ("np.random.default_rng(7)", False),
        ("rng.normal(0, 1)", False),
        ("uuid.uuid5(NAMESPACE, name)", False),
    ],
)
def test_the_search_tells_impure_calls_from_pure_ones(line: str, *, impure: bool) -> None:
    """The search above finds what it is meant to find, and nothing else."""
    assert [is_impure(name, call) for name, call in calls(ast.parse(line))] == [impure]
