"""Saved models as folders: found by name, refused by name, never left by a name."""

import json
from pathlib import Path
from typing import Any

import pytest

from grym.adapters.models.folders import mark_untrained, model_names, saved_model
from grym.errors import InvalidRequestError


def save(folder: Path, *, weights: str = "model.safetensors", **config: Any) -> Path:
    """Write a folder as a saved model has it; the weights are any bytes."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "hubert"} | config), encoding="utf-8")
    (folder / weights).write_bytes(b"weights")
    return folder


def test_a_folder_is_a_model_with_its_digest(tmp_path: Path) -> None:
    """Type and class are read from the configuration, and weights count as learned until their maker denies it."""
    folder = save(tmp_path / "base", architectures=["HubertForCTC"])
    found = saved_model(tmp_path, "base")
    assert (found.family, found.architecture, found.pretrained) == ("speech", "HubertForCTC", True)
    assert len(found.digest) == 16
    assert not found.writes_words
    (folder / "vocab.json").write_text("{}", encoding="utf-8")
    mark_untrained(folder, why="a test")
    again = saved_model(tmp_path, "base")
    assert again.writes_words
    assert not again.pretrained
    assert again.digest == found.digest


@pytest.mark.parametrize("name", ["nobody", "../base", "", ".", "a/b", "x" * 65])
def test_names_that_are_no_model_are_unknown(tmp_path: Path, name: str) -> None:
    """A name leads to a folder below the shelf or nowhere; the hint lists what is there."""
    save(tmp_path / "base")
    with pytest.raises(InvalidRequestError) as caught:
        saved_model(tmp_path, name)
    assert caught.value.code == "model.unknown"
    assert "base" in caught.value.hint


def test_without_a_shelf_there_is_none() -> None:
    """The hint names the setting."""
    with pytest.raises(InvalidRequestError, match="no saved model") as caught:
        saved_model(None, "base")
    assert "GRYM_MODELS" in caught.value.hint
    assert model_names(None) == []


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda folder: save(folder, model_type="bert"), "embeds no sound"),
        (lambda folder: save(folder, weights="pytorch_model.bin"), "no safetensors"),
        (lambda folder: (save(folder) / "config.json").write_text("{", encoding="utf-8"), "no JSON"),
        (lambda folder: (save(folder) / "config.json").write_text("[]", encoding="utf-8"), "no JSON object"),
        (lambda folder: (save(folder) / "config.json").write_text(" " * 2_000_000, encoding="utf-8"), "too large"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, make: Any, why: str) -> None:
    """Another kind, pickled weights, a damaged configuration."""
    make(tmp_path / "odd")
    with pytest.raises(InvalidRequestError, match=why) as caught:
        saved_model(tmp_path, "odd")
    assert caught.value.code == "model.refused"
