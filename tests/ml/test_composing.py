"""`grym compose --backend` by tiny generators, from the wish to the files, through the event flow."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.contract.cli_world import CommandLine
from tests.support import generators


@pytest.fixture
def grym(tmp_path: Path) -> Iterator[CommandLine]:
    """Call the command line on a home of its own, with tiny generators."""
    shelf = tmp_path / "models"
    generators.save_generator(shelf / "ldm", "audioldm2")
    generators.say(shelf / "ldm", steps=2, longest_s=3.0)
    generators.save_generator(shelf / "ace", "acestep")
    generators.say(shelf / "ace", steps=2)
    (generators.save_generator(shelf / "torn", "musicgen") / "model.safetensors").unlink()
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home, pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("GRYM_")]:  # noqa: TID251 (a test's own process)
            environment.delenv(name)
        environment.setenv("GRYM_HOME", home)
        environment.setenv("GRYM_MODELS", str(shelf))
        environment.chdir(tmp_path)
        yield CommandLine(folder=tmp_path)


def test_a_piece_sounds_by_a_model(grym: CommandLine) -> None:
    """Score and MIDI, the sound of the model, a guide where it takes one, refusals by name, the doctor's list."""
    wish = ("compose", "a calm nocturne in D minor", "--seconds", "6", "--seed", "3", "--json")
    told = grym(*wish, "--backend", "audioldm2", "--out", "ldm").ok().told
    provenance = told["provenance"]
    assert (told["backend"], told["stems"], told["sample_rate_hz"]) == ("audioldm2", [], 44_100)
    assert (provenance["pretrained"], provenance["native_rate_hz"], provenance["guide"]) == ("false", "16000", "none")
    assert int(provenance["segments"]) >= 2
    assert Path(told["midi"]).is_file()
    assert Path(told["score"]).is_file()
    assert soundfile.info(told["audio"]).duration == pytest.approx(told["duration_s"], abs=0.01)

    guided = grym(*wish, "--backend", "acestep/ace", "--out", "ace").ok().told
    assert guided["provenance"]["guide"] in {"soundfont", "synth"}
    assert guided["seed"] == told["seed"]

    missing = grym(*wish, "--backend", "stableaudio").ok(2).told["error"]
    assert missing["code"] == "model.unknown"
    assert "audioldm2/ldm" in missing["hint"]
    assert grym(*wish, "--backend", "musicgen").ok(2).told["error"]["code"] == "model.incomplete"

    found = [check for check in grym("doctor", "--json").told["checks"] if check["name"] == "model"]
    assert [check["ok"] for check in found] == [True, True, False]
    assert "AceStepPipeline" in found[0]["detail"]
    assert "untrained" in found[0]["detail"]
