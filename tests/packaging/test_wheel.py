"""The wheel, installed in a clean environment far from the sources, is complete and works."""

import json
import subprocess
from collections.abc import Mapping
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


@pytest.fixture(scope="module")
def uv(checkout: Path) -> str:
    """Return the path of uv, as the Makefile finds it."""
    found = subprocess.run(["tools/setup.sh", "uv"], cwd=checkout, capture_output=True, text=True, check=True)
    return found.stdout.strip()


@pytest.fixture(scope="module")
def wheel(checkout: Path, uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", str(folder)], cwd=checkout, check=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installation(checkout: Path, uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Install the wheel with the locked versions of its dependencies, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "environment"
    export = [uv, "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "-o"]
    subprocess.run([*export, str(folder / "locked.txt")], cwd=checkout, check=True, stdout=subprocess.DEVNULL)
    own_python = checkout / ".venv/bin/python"
    subprocess.run([uv, "venv", "--quiet", "--python", str(own_python), str(environment)], cwd=folder, check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(environment / "bin/python")]
    subprocess.run([*install, "-c", str(folder / "locked.txt"), str(wheel)], cwd=folder, check=True, timeout=300)
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
