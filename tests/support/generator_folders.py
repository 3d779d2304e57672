"""Folders that look like saved generators, without torch: configurations, and weights of zeros."""

import json
from pathlib import Path
from typing import Any

WEIGHTED = {
    "vae": ("diffusers", "AutoencoderKL"),
    "text_encoder": ("transformers", "ClapModel"),
    "text_encoder_2": ("transformers", "T5EncoderModel"),
    "projection_model": ("audioldm2", "AudioLDM2ProjectionModel"),
    "language_model": ("transformers", "GPT2LMHeadModel"),
    "unet": ("audioldm2", "AudioLDM2UNet2DConditionModel"),
    "vocoder": ("transformers", "SpeechT5HifiGan"),
}
PLAIN = {"tokenizer": ("transformers", "RobertaTokenizer"), "scheduler": ("diffusers", "DDIMScheduler")}


def write_tensors(path: Path, *, number_format: str = "F32", count: int = 6, width: int = 4) -> None:
    """Write a safetensors file of zeros."""
    entry = {"dtype": number_format, "shape": [2, count // 2], "data_offsets": [0, count * width]}
    header = json.dumps({"__metadata__": {"format": "pt"}, "weight": entry}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(count * width))


def write_pipeline(folder: Path, *, class_name: str = "AudioLDM2Pipeline", **parts: tuple[str, str] | None) -> Path:
    """Write a pipeline; `parts` come in place of its own, None leaves one out of the index."""
    named: dict[str, Any] = {name: part for name, part in ({**WEIGHTED, **PLAIN} | parts).items() if part is not None}
    for name in named:
        (folder / name).mkdir(parents=True)
        if name in PLAIN:
            (folder / name / f"{name}_config.json").write_text("{}", encoding="utf-8")
            continue
        (folder / name / "config.json").write_text("{}", encoding="utf-8")
        write_tensors(folder / name / "diffusion_pytorch_model.safetensors")
    index = {"_class_name": class_name, "_diffusers_version": "0.42.1", **named, "absent": [None, None]}
    (folder / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def write_single(folder: Path, model_type: str = "musicgen") -> Path:
    """Write a single model."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}), encoding="utf-8")
    write_tensors(folder / "model.safetensors")
    return folder
