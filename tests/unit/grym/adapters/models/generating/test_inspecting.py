"""What keeps a saved generator from being loaded is told before anything of it is."""

import json
import shutil
from pathlib import Path

import pytest

from grym.adapters.models.generating.inspecting import digest_of, inspected, require_usable
from grym.adapters.models.generating.shelf import SavedGenerator, chosen_generator
from grym.errors import InvalidRequestError
from tests.support.generator_folders import WEIGHTED, write_pipeline, write_single, write_tensors

WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a whole pipeline."""
    return write_pipeline(tmp_path / "m")


def saved(folder: Path) -> SavedGenerator:
    """Return what the folder is."""
    return chosen_generator(folder.parent, f"audioldm2/{folder.name}")


def refusal(folder: Path) -> InvalidRequestError:
    """Return why the folder is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        require_usable(saved(folder))
    return caught.value


def test_a_whole_folder_is_measured(folder: Path) -> None:
    """Weights and bytes of all parts are counted from their headers."""
    found = require_usable(saved(folder))
    assert (found.weights, found.faults) == (6 * len(WEIGHTED), ())
    assert found.size_bytes == sum(file.stat().st_size for file in folder.rglob("*.safetensors"))


def test_a_single_model_is_measured_too(tmp_path: Path) -> None:
    """A model without parts is one part."""
    write_single(tmp_path / "small")
    assert require_usable(chosen_generator(tmp_path, "musicgen")).weights == 6


@pytest.mark.parametrize("gone", ["unet", f"unet/{WEIGHTS}", "vae/config.json", "tokenizer"])
def test_what_is_missing_is_named(folder: Path, gone: str) -> None:
    """A part, its weights, its configuration: the folder is incomplete, and the message says where."""
    path = folder / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    found = refusal(folder)
    assert found.code == "model.incomplete"
    assert gone.partition("/")[0] in found.message


def test_weights_that_are_cut_off_or_split_and_incomplete(folder: Path) -> None:
    """A file shorter than its header says, and a file that an index names and nobody sees."""
    file = folder / "unet" / WEIGHTS
    file.write_bytes(file.read_bytes()[:-4])
    assert "cut off" in refusal(folder).message
    write_tensors(file)
    index = folder / "unet" / f"{WEIGHTS}.index.json"
    index.write_text(json.dumps({"weight_map": {"a": WEIGHTS, "b": "second.safetensors"}}), encoding="utf-8")
    found = refusal(folder)
    assert (found.code, "second.safetensors is missing" in found.message) == ("model.incomplete", True)


def test_variants_are_no_weights(folder: Path) -> None:
    """Beside the weights a variant is not counted; alone it is told by name, since it would not be loaded."""
    weights = require_usable(saved(folder)).weights
    variant = folder / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    write_tensors(variant)
    assert require_usable(saved(folder)).weights == weights
    (folder / "unet" / WEIGHTS).unlink()
    found = refusal(folder)
    assert (found.code, variant.name in found.message) == ("model.incomplete", True)


def test_a_part_that_the_index_does_not_name(tmp_path: Path) -> None:
    """An index without a needed part is incomplete."""
    folder = write_pipeline(tmp_path / "m", unet=None)
    assert refusal(folder).code == "model.incomplete"


def test_pickles_are_refused_unless_allowed_by_name(folder: Path) -> None:
    """Pickled weights are refused, not overlooked; who allows them by name gets them."""
    (folder / "unet" / WEIGHTS).rename(folder / "unet" / "diffusion_pytorch_model.bin")
    found = refusal(folder)
    assert (found.code, "pickled" in found.message) == ("model.refused", True)
    assert require_usable(saved(folder), pickles_allowed=True).faults == ()


@pytest.mark.parametrize("number_format", ["F8_E4M3", "U8", "I8"])
def test_numbers_of_eight_bits_are_refused(folder: Path, number_format: str) -> None:
    """Packed weights would be read as nonsense."""
    write_tensors(folder / "unet" / WEIGHTS, number_format=number_format)
    found = refusal(folder)
    assert (found.code, number_format in found.message) == ("model.refused", True)


def test_code_of_others_is_refused(tmp_path: Path) -> None:
    """A part whose class is not of the two libraries is refused, whatever lies beside it."""
    folder = write_pipeline(tmp_path / "m", unet=("my_code", "MyUnet"))
    found = refusal(folder)
    assert (found.code, "my_code" in found.message) == ("model.refused", True)


@pytest.mark.parametrize("content", [b"", b"\xff" * 20, b"\x02\0\0\0\0\0\0\0[]", b'\x09\0\0\0\0\0\0\0{"a": 12}'])
def test_what_is_no_safetensors_is_told(folder: Path, content: bytes) -> None:
    """Rubbish under the name of weights is named as such."""
    (folder / "unet" / WEIGHTS).write_bytes(content)
    assert "unet" in refusal(folder).message


def test_several_faults_are_counted(folder: Path) -> None:
    """The first fault is told, with how many more there are; the list has all."""
    for part in ("unet", "vae", "vocoder"):
        (folder / part / WEIGHTS).unlink()
    assert "(and 2 more)" in refusal(folder).message
    assert len(inspected(saved(folder)).faults) == 3


def test_the_digest_is_of_the_weights(tmp_path: Path) -> None:
    """Equal weights under equal names have one digest; any other byte gives another."""
    one, two = (write_pipeline(tmp_path / name) for name in ("one", "two"))
    assert digest_of(one) == digest_of(two)
    three = write_pipeline(tmp_path / "three")
    write_tensors(three / "unet" / WEIGHTS, count=8)
    assert digest_of(three) != digest_of(one)
