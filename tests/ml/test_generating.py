"""Generators of every kind, tiny, saved and loaded as a user's would be: what the sound of each keeps to."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grym.adapters.models.generating.inspecting import require_usable
from grym.adapters.models.generating.loading import quiet
from grym.adapters.models.generating.opening import generator_of
from grym.adapters.models.generating.pipelines import PipelineGenerator
from grym.adapters.models.generating.shelf import chosen_generator
from grym.adapters.models.torch_home import Place
from grym.domain.signal import Signal
from grym.errors import InvalidRequestError
from grym.ports.generating import Asked
from tests.support import generators

F32 = Place(device="cpu", precision="f32")
BF16 = Place(device="cpu", precision="bf16")
KINDS = {
    "audioldm2": (16_000, 1),
    "audioldm": (16_000, 1),
    "acestep": (48_000, 2),
    "stableaudio": (44_100, 2),
    "stableaudio3": (44_100, 2),
    "musicgen": (32_000, 1),
}
ASKED = Asked(
    prompt="calm nocturne, piano, 72 BPM",
    negative_prompt="noise",
    seconds=1.5,
    tempo_bpm=72.0,
    key="D minor",
    metre="3/4",
    seed=5,
)


def opened(shelf: Path, kind: str, place: Place = F32) -> PipelineGenerator:
    """Return a generator of the shelf by its kind."""
    backend = f"audioldm2/{kind}" if kind == "audioldm" else kind
    return generator_of(chosen_generator(shelf, backend), place)


def unwatched(share: float) -> None:
    """Take no notice."""


def made(generator: PipelineGenerator, **changes: Any) -> Signal:
    """Return what a generator makes of the usual question."""
    return generator.generate(replace(ASKED, **changes), unwatched)


def tone(seconds: float) -> Signal:
    """Return a tone of 440 Hz, stereo at 44,100 Hz."""
    wave = 0.3 * np.sin(2 * np.pi * 440.0 * np.arange(round(seconds * 44_100)) / 44_100)
    return Signal(samples=np.stack([wave, wave]).astype(np.float32), sample_rate_hz=44_100)


@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_what_was_asked_at_its_own_rate(generator_shelf: Path, kind: str) -> None:
    """A sound of the length asked for, of the model's rate and channels, neither silent nor clipped flat."""
    rate_hz, channels = KINDS[kind]
    sound = made(opened(generator_shelf, kind))
    assert (sound.sample_rate_hz, sound.channels) == (rate_hz, channels)
    assert sound.duration_s == pytest.approx(1.5, abs=0.02)
    assert 1e-3 < float(np.sqrt(np.mean(sound.samples**2))) < 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides(generator_shelf: Path, kind: str) -> None:
    """One seed gives one sound, asked twice and loaded twice; another seed another one; chance outside stays."""
    generator = opened(generator_shelf, kind)
    torch.manual_seed(99)
    before = torch.get_rng_state()
    first = made(generator)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(made(opened(generator_shelf, kind)).samples, first.samples)
    assert not np.array_equal(made(generator, seed=6).samples, first.samples)


@pytest.mark.parametrize("kind", KINDS)
def test_half_width_sounds_nearly_the_same(generator_shelf: Path, kind: str) -> None:
    """With weights in bf16 it still makes a sound of the length, about as loud: what decodes stays exact."""
    exact, halved = (made(opened(generator_shelf, kind, place)) for place in (F32, BF16))
    assert halved.samples.shape == exact.samples.shape
    levels = [float(np.sqrt(np.mean(sound.samples**2))) for sound in (exact, halved)]
    assert levels[1] == pytest.approx(levels[0], rel=0.1)


@pytest.mark.parametrize("kind", ["audioldm2", "acestep", "stableaudio3"])
def test_saved_and_loaded_it_is_the_same(generator_shelf: Path, kind: str) -> None:
    """What a pipeline in memory makes of the same arguments is what its saved folder makes: to the bit, or to rounding.

    Where weights lie in memory decides how transposed convolutions of the other two sum up.
    """
    import diffusers

    pipeline = generators.built(kind)
    generator = opened(generator_shelf, kind)
    if kind == "audioldm2":  # its saved noise levels name how steps lie, which those in memory leave open
        levels = diffusers.DDIMScheduler.from_pretrained(str(generator_shelf / kind / "scheduler")).config
        pipeline.scheduler = diffusers.DPMSolverMultistepScheduler.from_config(levels)
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(ASKED.seed)
        noise = torch.Generator("cpu").manual_seed(ASKED.seed)
        theirs = np.atleast_2d(np.asarray(pipeline(**generator.arguments(ASKED), generator=noise).audios[0]))
    sound = made(generator)
    assert sound.samples == pytest.approx(theirs[:, : sound.length_samples], abs=0 if kind == "audioldm2" else 1e-5)


@pytest.mark.parametrize("kind", ["acestep", "stableaudio3"])
def test_a_guide_is_followed(generator_shelf: Path, kind: str) -> None:
    """Where a model takes the sound of the score, another sound gives another result, and none a third."""
    generator = opened(generator_shelf, kind)
    assert generator.takes_guide
    silent = Signal(samples=np.zeros((2, round(1.5 * 44_100)), dtype=np.float32), sample_rate_hz=44_100)
    guided = [made(generator, guide=guide).samples for guide in (tone(1.5), silent, None)]
    assert not np.array_equal(guided[0], guided[1])
    assert not np.array_equal(guided[0], guided[2])
    assert np.array_equal(made(generator, guide=tone(1.5)).samples, guided[0])


def test_without_its_tokeniser_of_sounds_ace_step_takes_no_guide(tmp_path: Path) -> None:
    """The folder says what it can: without the two parts that cover a sound, it makes one from words."""
    generators.save_generator(tmp_path / "acestep", "acestep", covers=False)
    generator = opened(tmp_path, "acestep")
    assert not generator.takes_guide
    assert np.array_equal(made(generator, guide=tone(1.5)).samples, made(generator).samples)


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_told_and_can_stop(generator_shelf: Path, kind: str) -> None:
    """Shares rise from 0 to 1, step by step; an error from whoever watches ends the work there and then."""
    generator, told = opened(generator_shelf, kind), list[float]()
    generator.generate(ASKED, told.append)
    assert told[0] == 0.0
    assert told[-1] == pytest.approx(1.0, abs=0.02)
    assert told == sorted(told)
    assert len(told) > 8

    def stopping(share: float) -> None:
        told.append(share)
        if share >= 0.3:
            raise InterruptedError

    told.clear()
    with pytest.raises(InterruptedError):
        generator.generate(ASKED, stopping)
    assert 0.3 <= told[-1] < 0.5


def test_words_tempo_and_key_reach_ace_step(generator_shelf: Path) -> None:
    """Tempo, key and metre are inputs of their own: another tempo alone is another sound."""
    generator = opened(generator_shelf, "acestep")
    told = generator.arguments(ASKED)
    assert (told["bpm"], told["keyscale"], told["timesignature"]) == (72, "D minor", "3")
    assert not np.array_equal(made(generator, tempo_bpm=150.0).samples, made(generator).samples)


@pytest.mark.parametrize("kind", KINDS)
def test_the_prompt_is_heard(generator_shelf: Path, kind: str) -> None:
    """Other words give another sound."""
    generator = opened(generator_shelf, kind)
    assert not np.array_equal(made(generator, prompt="loud techno, drums").samples, made(generator).samples)


def test_what_was_drawn_is_not_called_learned(generator_shelf: Path, tmp_path: Path) -> None:
    """The provenance says model, digest, rate and that weights were drawn; a card's licence is told."""
    told = opened(generator_shelf, "audioldm2").provenance
    assert (told["pretrained"], told["native_rate_hz"], told["licence"]) == ("false", "16000", "unknown")
    assert told["scheduler"] == "DPMSolverMultistepScheduler"
    folder = generators.save_generator(tmp_path / "audioldm2", "audioldm2", marked=False)
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-sa-4.0\n---\n# Tiny\n", encoding="utf-8")
    learned = opened(tmp_path, "audioldm2").provenance
    assert (learned["pretrained"], learned["licence"]) == ("true", "cc-by-nc-sa-4.0")


def test_checkpoints_of_older_versions_load(generator_shelf: Path, tmp_path: Path) -> None:
    """A language model saved without its head, as first checkpoints of AudioLDM 2 are, gives the same to the bit."""
    import transformers

    folder = Path(shutil.copytree(generator_shelf / "audioldm2", tmp_path / "audioldm2"))
    language = transformers.GPT2LMHeadModel.from_pretrained(str(folder / "language_model")).transformer
    shutil.rmtree(folder / "language_model")
    language.save_pretrained(str(folder / "language_model"))
    index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    index["language_model"][1] = "GPT2Model"
    (folder / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    generators.say(folder, steps=8)
    assert np.array_equal(
        made(opened(tmp_path, "audioldm2")).samples, made(opened(generator_shelf, "audioldm2")).samples
    )


def test_pickles_that_are_allowed_are_read(generator_shelf: Path, tmp_path: Path) -> None:
    """Weights of one part as a pickle give the same sound, once somebody has allowed them by name."""
    from safetensors.torch import load_file

    folder = Path(shutil.copytree(generator_shelf / "audioldm2", tmp_path / "audioldm2"))
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    torch.save(load_file(file), file.with_suffix(".bin"))
    file.unlink()
    saved = chosen_generator(tmp_path, "audioldm2")
    with pytest.raises(InvalidRequestError, match="pickled"):
        require_usable(saved)
    require_usable(saved, pickles_allowed=True)
    theirs = made(opened(generator_shelf, "audioldm2"))
    assert made(opened(tmp_path, "audioldm2")).samples == pytest.approx(theirs.samples, abs=1e-6)


@pytest.mark.parametrize("part", ["unet", "text_encoder_2", "vocoder"])
def test_missing_weights_are_refused_instead_of_drawn(tmp_path: Path, part: str) -> None:
    """A part that lacks one weight is refused, whichever library it is of: it would be drawn at random."""
    from safetensors.torch import load_file, save_file

    folder = generators.save_generator(tmp_path / "audioldm2", "audioldm2")
    file = next((folder / part).glob("*.safetensors"))
    weights = load_file(file)
    weights.pop(next(name for name in weights if name.endswith("weight") and "embed" not in name))
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(InvalidRequestError, match="weights are missing") as caught:
        made(opened(tmp_path, "audioldm2"))
    assert caught.value.code == "model.refused"


def test_damaged_weights_are_refused_by_name(tmp_path: Path) -> None:
    """A sound that is no sound is told as the model's fault, not played."""
    from safetensors.torch import load_file, save_file

    folder = generators.save_generator(tmp_path / "audioldm2", "audioldm2")
    file = next((folder / "vocoder").glob("*.safetensors"))
    weights = load_file(file)
    weights["conv_pre.bias"][:] = float("nan")
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(InvalidRequestError, match="no numbers") as caught:
        made(opened(tmp_path, "audioldm2"))
    assert caught.value.code == "model.refused"
