"""Saved generators are found by their class, chosen by backend or name, and refused by name."""

import json
from pathlib import Path

import pytest

from grym.adapters.models.generating.shelf import chosen_generator, known_backends, saved_generators
from grym.errors import InvalidRequestError
from tests.support.generator_folders import write_pipeline, write_single


def test_a_backend_finds_the_class_it_stands_for(tmp_path: Path) -> None:
    """Each backend finds its class, `audioldm2` the first version too, `stableaudio` version 3 where it is alone."""
    write_pipeline(tmp_path / "old", class_name="AudioLDMPipeline")
    write_pipeline(tmp_path / "sa3", class_name="StableAudio3AudioToAudioPipeline")
    write_single(tmp_path / "small")
    assert chosen_generator(tmp_path, "audioldm2").name == "old"
    assert chosen_generator(tmp_path, "stableaudio").name == chosen_generator(tmp_path, "stableaudio3").name == "sa3"
    assert chosen_generator(tmp_path, "musicgen").class_name == "MusicgenForConditionalGeneration"
    write_pipeline(tmp_path / "zz-new")
    assert chosen_generator(tmp_path, "audioldm2").name == "zz-new"
    assert known_backends(tmp_path) == ["audioldm2/old", "stableaudio3/sa3", "musicgen/small", "audioldm2/zz-new"]


def test_a_name_chooses_among_several(tmp_path: Path) -> None:
    """After a slash stands the folder; without one the folder called like the backend comes first."""
    for name in ("a", "audioldm2", "b"):
        write_pipeline(tmp_path / name)
    assert chosen_generator(tmp_path, "audioldm2/b").name == "b"
    assert chosen_generator(tmp_path, "audioldm2").name == "audioldm2"


@pytest.mark.parametrize("backend", ["audioldm2", "acestep", "audioldm2/other", "audioldm2/../a"])
def test_what_is_not_here_is_unknown(tmp_path: Path, backend: str) -> None:
    """No folder, no such folder, no way out of the folder; the hint lists what is here."""
    write_single(tmp_path / "small")
    with pytest.raises(InvalidRequestError) as caught:
        chosen_generator(tmp_path, backend)
    assert caught.value.code == "model.unknown"
    assert "musicgen/small" in caught.value.hint
    with pytest.raises(InvalidRequestError, match="no saved model"):
        chosen_generator(None, backend)


def test_another_class_is_refused_by_name(tmp_path: Path) -> None:
    """A folder of another class or of none is refused when it is named, and passed over otherwise."""
    write_pipeline(tmp_path / "pictures", class_name="StableDiffusionPipeline")
    write_single(tmp_path / "sung", model_type="musicgen_melody")
    write_single(tmp_path / "small")
    for backend, why in (
        ("audioldm2/pictures", "no class"),
        ("musicgen/sung", "torchaudio"),
        ("acestep/small", "--backend musicgen"),
    ):
        with pytest.raises(InvalidRequestError, match=why) as caught:
            chosen_generator(tmp_path, backend)
        assert caught.value.code == "model.refused"
    assert [one.name for one in saved_generators(tmp_path)] == ["small"]


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    """An index that is no JSON object is the folder's fault, told by its name."""
    folder = write_pipeline(tmp_path / "torn")
    (folder / "model_index.json").write_text("[1, 2", encoding="utf-8")
    with pytest.raises(InvalidRequestError, match="torn") as caught:
        chosen_generator(tmp_path, "audioldm2/torn")
    assert caught.value.code == "model.refused"


def test_the_marker_and_the_card_are_read(tmp_path: Path) -> None:
    """Whether weights were learned, steps, licence; a number that is none is refused."""
    folder = write_pipeline(tmp_path / "m")
    (folder / "grym-model.json").write_text(json.dumps({"pretrained": False, "steps": 12}), encoding="utf-8")
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: stability-ai-community\n---\n", "utf-8")
    saved = chosen_generator(tmp_path, "audioldm2")
    assert (saved.pretrained, saved.number("steps", 20), saved.number("guidance", 3.5)) == (False, 12.0, 3.5)
    assert saved.licence == "other stability-ai-community"
    assert "absent" not in saved.parts
    for wrong in (0, -1, "many", True, None):
        (folder / "grym-model.json").write_text(json.dumps({"steps": wrong}), encoding="utf-8")
        with pytest.raises(InvalidRequestError, match="steps"):
            chosen_generator(tmp_path, "audioldm2").number("steps", 20)


def test_only_some_follow_a_guide(tmp_path: Path) -> None:
    """Stable Audio 3 does, ACE-Step with its two parts for sounds, the others do not."""
    sounds = {name: ("ace_step", name) for name in ("audio_tokenizer", "audio_token_detokenizer")}
    write_pipeline(tmp_path / "sa3", class_name="StableAudio3Pipeline")
    write_pipeline(tmp_path / "ace", class_name="AceStepPipeline")
    write_pipeline(tmp_path / "covers", class_name="AceStepPipeline", **sounds)
    write_pipeline(tmp_path / "ldm")
    assert {one.name for one in saved_generators(tmp_path) if one.takes_guide} == {"sa3", "covers"}
