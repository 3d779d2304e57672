"""Tiny models built from configurations and saved as anybody would; their weights are drawn, and the folder says so."""

import json
from pathlib import Path
from typing import Any

from grym.adapters.models.folders import mark_untrained

LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefg"]
SPEECH: dict[str, Any] = {
    "vocab_size": len(LETTERS),
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "feat_extract_norm": "layer",
    "mask_time_prob": 0.0,
}


def save_speech(
    folder: Path, *, kind: str = "Wav2Vec2Model", seed: int = 0, marked: bool = True, **changes: Any
) -> Path:
    """Save a tiny encoder of a class of transformers."""
    import torch
    import transformers

    torch.manual_seed(seed)
    config_class = getattr(transformers, kind.replace("ForCTC", "").removesuffix("Model") + "Config")
    settings = SPEECH | changes
    if kind == "Data2VecAudioModel":
        settings |= {"num_conv_pos_embeddings": 3, "conv_pos_kernel_size": 5}
    if kind == "SEWModel":
        settings |= {"conv_dim": (16,) * 13}
    getattr(transformers, kind)(config_class(**settings)).save_pretrained(str(folder))
    transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(str(folder))
    if kind.endswith("ForCTC"):
        spelling = {letter: number for number, letter in enumerate(LETTERS)}
        (folder / "vocab.json").write_text(json.dumps(spelling), encoding="utf-8")
    if marked:
        mark_untrained(folder, why=f"drawn at random, seed {seed}")
    return folder


def save_clap(folder: Path, *, seed: int = 0) -> Path:
    """Save a tiny CLAP with a tokeniser of letters."""
    import torch
    import transformers

    torch.manual_seed(seed)
    audio = {
        "depths": [1, 1],
        "hidden_size": 16,
        "num_attention_heads": [2, 2],
        "patch_embeds_hidden_size": 8,
        "num_mel_bins": 64,
        "spec_size": 256,
        "window_size": 8,
        "projection_dim": 16,
    }
    text = {
        "vocab_size": 64,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 64,
        "projection_dim": 16,
    }
    config = transformers.ClapConfig(audio_config=audio, text_config=text, projection_dim=16)
    transformers.ClapModel(config).save_pretrained(str(folder))
    transformers.ClapFeatureExtractor(truncation="rand_trunc", max_length_s=5).save_pretrained(str(folder))
    tokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *"abcdefghijklmnopqrstuvwxyz"]
    transformers.RobertaTokenizer(
        vocab={token: number for number, token in enumerate(tokens)}, merges=[], model_max_length=32
    ).save_pretrained(str(folder))
    mark_untrained(folder, why=f"drawn at random, seed {seed}")
    return folder
