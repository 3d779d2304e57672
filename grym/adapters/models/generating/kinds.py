"""Which saved classes make sound, and by which backend each is asked for.

Only what stands here is loaded: neither a class a folder names of its own nor code that lies beside the weights.
"""

from typing import Literal

Kind = Literal["audioldm2", "audioldm", "acestep", "stableaudio", "stableaudio3", "musicgen"]

PIPELINES: dict[str, Kind] = {
    "AudioLDM2Pipeline": "audioldm2",
    "AudioLDMPipeline": "audioldm",
    "AceStepPipeline": "acestep",
    "StableAudioPipeline": "stableaudio",
    "StableAudio3Pipeline": "stableaudio3",
    "StableAudio3AudioToAudioPipeline": "stableaudio3",
    "StableAudio3InpaintPipeline": "stableaudio3",
}
"""Class of ``model_index.json``. The three pipelines of Stable Audio 3 share their parts."""

MODEL_TYPES: dict[str, Kind] = {"musicgen": "musicgen"}
"""``model_type`` of ``config.json``, for models that are no pipelines."""

BACKENDS: dict[str, tuple[Kind, ...]] = {
    "audioldm2": ("audioldm2", "audioldm"),
    "acestep": ("acestep",),
    "stableaudio": ("stableaudio", "stableaudio3"),
    "stableaudio3": ("stableaudio3",),
    "musicgen": ("musicgen",),
}
"""Kinds a backend may be; the first that is there is taken."""

LIBRARIES = frozenset({"diffusers", "transformers", "audioldm2", "ace_step", "stable_audio", "stable_audio_3"})
"""Where classes of parts may come from: the two libraries, and the modules of diffusers for these pipelines."""

NEEDED_PARTS: dict[Kind, tuple[str, ...]] = {
    "audioldm2": ("vae", "text_encoder", "text_encoder_2", "projection_model", "language_model", "unet", "vocoder"),
    "audioldm": ("vae", "text_encoder", "unet", "vocoder"),
    "acestep": ("vae", "text_encoder", "transformer", "condition_encoder"),
    "stableaudio": ("vae", "text_encoder", "projection_model", "transformer"),
    "stableaudio3": ("vae", "text_encoder", "duration_embedder", "transformer"),
    "musicgen": (),
}
"""Parts without which there is no sound, besides tokeniser and scheduler."""

GUIDED_PARTS = ("audio_tokenizer", "audio_token_detokenizer")
"""What ACE-Step needs to follow a sound."""

REFUSED_TYPES = {
    "musicgen_melody": "it listens to melodies through torchaudio, which does not fit the torch of this version",
}
