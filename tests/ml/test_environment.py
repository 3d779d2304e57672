"""The environment of neural models: what must never be in it, and who must never load torch."""

import importlib.util
import subprocess
import sys

import pytest

PROGRAM = "import grym.cli.main, grym.runtime, grym.runtime.crew, streams.features, grym.adapters.models.serving, sys"


@pytest.mark.parametrize("package", ["torchaudio", "torchvision"])
def test_what_breaks_transformers_is_not_here(package: str) -> None:
    """Installed beside this torch, either makes the loading of most models fail."""
    assert importlib.util.find_spec(package) is None


def test_the_program_does_without_torch() -> None:
    """Importing the program, its runtime and the ports of models loads neither torch nor transformers."""
    check = f"{PROGRAM}; print([name for name in ('torch', 'transformers') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
