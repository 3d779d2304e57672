"""The wheel, installed in a clean environment far from the sources, is complete and works."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGES = ("grym", "schemas", "streams", "consumers", "producers")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A clean environment that holds the wheel, and an empty folder to work in."""

    binaries: Path
    folder: Path

    def run(self, *command: str, extra: Mapping[str, str] | None = None) -> str:
        """Run a program of the environment in the empty folder and return what it printed."""
        result = subprocess.run(
            [str(self.binaries / command[0]), *command[1:]],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8", **(extra or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


def run_uv(checkout: Path, *arguments: str) -> None:
    """Run uv as the Makefile does."""
    command = [str(checkout / "tools/setup.sh"), "uv", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    run_uv(checkout, "build", "--quiet", "--wheel", "--out-dir", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installation(checkout: Path, wheel: Path) -> Iterator[Installation]:
    """Install the wheel with the locked versions of its dependencies, and nothing of the checkout.

    Apart from pytest's folders, which every further session closes to the account that the database runs under.
    """
    with tempfile.TemporaryDirectory(prefix="grym-test-") as elsewhere:
        Path(elsewhere).chmod(0o755)
        yield _installed(checkout, wheel, Path(elsewhere))


def _installed(checkout: Path, wheel: Path, folder: Path) -> Installation:
    environment, locked = folder / "environment", folder / "locked.txt"
    export = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "-o")
    run_uv(checkout, *export, str(locked))
    run_uv(checkout, "venv", "--quiet", "--python", str(checkout / ".venv/bin/python"), str(environment))
    python = str(environment / "bin/python")
    run_uv(checkout, "pip", "install", "--quiet", "--python", python, "-c", str(locked), str(wheel))
    work = folder / "work"
    work.mkdir()
    return Installation(binaries=environment / "bin", folder=work)


PROBE = """
import importlib, importlib.metadata, importlib.util, json, pathlib
owners = importlib.metadata.packages_distributions()
files = {name: pathlib.Path(importlib.import_module(name).__file__).parent for name in NAMES}
print(json.dumps({
    "owners": {name: owners.get(name) for name in NAMES},
    "installed": {name: "site-packages" in folder.parts for name, folder in files.items()},
    "typed": {name: (folder / "py.typed").exists() for name, folder in files.items()},
    "present": [name for name in ("torch", "torchaudio", "torchvision") if importlib.util.find_spec(name)],
}))
"""


def test_five_packages_belong_to_grym_alone(installation: Installation) -> None:
    """Each root package comes from the wheel, is typed, and no other distribution claims its name."""
    facts = json.loads(installation.run("python", "-I", "-c", f"NAMES = {PACKAGES!r}\n{PROBE}"))
    assert facts["owners"] == {name: ["grym"] for name in PACKAGES}
    assert all(facts["installed"].values()), facts
    assert all(facts["typed"].values()), facts
    assert facts["present"] == []


def test_tests_are_not_shipped(installation: Installation) -> None:
    """Nothing but the five packages reaches the environment."""
    probe = (
        "import importlib.util as u; print([n for n in ('tests', 'tools', 'benchmarks', 'examples') if u.find_spec(n)])"
    )
    assert installation.run("python", "-I", "-c", probe).strip() == "[]"


def test_command_line_starts(installation: Installation) -> None:
    """The installed program prints its help."""
    assert "compose" in installation.run("grym", "--help")


def test_a_piece_is_composed_without_the_sources(installation: Installation) -> None:
    """Everything a request needs, migrations included, is in the wheel."""
    home = {"GRYM_HOME": str(installation.folder / "home")}
    words = ("compose", "a short folk tune in G major", "--seconds", "6", "--seed", "1", "--backend", "synth")
    piece = json.loads(installation.run("grym", *words, "--out", "out", "--json", extra=home))
    assert piece["outcome"] == "completed"
    assert Path(installation.folder, piece["audio"]).stat().st_size > 6 * 44_100
