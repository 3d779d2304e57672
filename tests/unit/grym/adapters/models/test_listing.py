"""What `grym doctor` lists: every saved model, what it is for, and what is wrong with it."""

import json
from pathlib import Path

from grym.adapters.models.listing import listed
from tests.support.generator_folders import write_pipeline, write_single


def test_every_folder_is_listed_with_its_use(tmp_path: Path) -> None:
    """Generators and encoders, by name, with size, licence, and whether their weights were learned."""
    write_pipeline(tmp_path / "ldm")
    speech = write_single(tmp_path / "ears", model_type="wav2vec2")
    (speech / "grym-model.json").write_text(json.dumps({"pretrained": False}), encoding="utf-8")
    (speech / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    ears, ldm = listed(tmp_path)
    assert (ears.name, ears.kind, ears.use, ears.licence) == ("ears", "wav2vec2", "--embedding ears", "mit")
    assert (ears.pretrained, ears.weights, ears.fault) == (False, 6, "")
    assert (ldm.kind, ldm.use, ldm.licence) == ("AudioLDM2Pipeline", "--backend audioldm2/ldm", "unknown")
    assert (ldm.pretrained, ldm.weights, ldm.fault) == (True, 42, "")


def test_what_is_wrong_is_listed_too(tmp_path: Path) -> None:
    """A model that lacks a part, one of no use, one that is damaged: none keeps the others from being listed."""
    (write_pipeline(tmp_path / "a") / "unet" / "config.json").unlink()
    write_single(tmp_path / "b", model_type="bert")
    (write_single(tmp_path / "c", model_type="hubert") / "model.safetensors").unlink()
    (write_single(tmp_path / "d") / "config.json").write_text("{", encoding="utf-8")
    assert ["unet" in listed(tmp_path)[0].fault, *(one.fault != "" for one in listed(tmp_path)[1:])] == [True] * 4


def test_without_a_folder_nothing_is_listed(tmp_path: Path) -> None:
    """No setting, no folder, an empty folder: nothing."""
    assert listed(None) == listed(tmp_path / "gone") == listed(tmp_path) == []
