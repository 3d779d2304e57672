"""`grym analyze --embedding` from a folder of models to the facts, through the event flow."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.cli_world import CommandLine
from tests.contract.test_cli_analyze import clicks


@pytest.fixture
def grym(shelf: Path, tmp_path: Path) -> Iterator[CommandLine]:
    """Call the command line on a home of its own, with the tiny models."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home, pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("GRYM_")]:  # noqa: TID251 (a test's own process)
            environment.delenv(name)
        environment.setenv("GRYM_HOME", home)
        environment.setenv("GRYM_MODELS", str(shelf))
        environment.chdir(tmp_path)
        yield CommandLine(folder=tmp_path)


def test_a_saved_model_embeds_and_writes_words(grym: CommandLine, tmp_path: Path) -> None:
    """The facts name model, origin and words, and say that chance is not learned."""
    file = str(clicks(tmp_path / "clicks.wav"))
    told = grym("analyze", file, "--embedding", "words", "--full", "--no-recognise", "--json").ok().told
    embedding = told["embedding"]
    assert (embedding["name"], embedding["dim"], embedding["pretrained"]) == ("words", 24, False)
    assert sum(value**2 for value in embedding["values"]) == pytest.approx(1.0, abs=1e-4)
    assert embedding["provenance"]["model"] == "Wav2Vec2ForCTC"
    assert (told["speech"]["model"], told["speech"]["pretrained"]) == ("words", False)
    error = grym("analyze", file, "--embedding", "other", "--json").ok(2).told["error"]
    assert error["code"] == "model.unknown"
    assert "clap" in error["hint"]
