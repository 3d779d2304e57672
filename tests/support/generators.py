"""Tiny generators built from configurations and saved as anybody would; their weights are drawn, and folders say so.

Each is built in evaluation mode, as loading gives it, so that what it makes can be compared to the bit.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grym.adapters.models.folders import MARKER, mark_untrained

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-:#/|"
TEXT = {
    "vocab_size": 64,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 80,
    "projection_dim": 16,
}
AUDIO = {
    "depths": [1, 1],
    "hidden_size": 16,
    "num_attention_heads": [2, 2],
    "patch_embeds_hidden_size": 8,
    "num_mel_bins": 64,
    "spec_size": 256,
    "window_size": 8,
    "projection_dim": 16,
}
ATTENTION = {"hidden_size": 16, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8}
ACE = {**ATTENTION, "intermediate_size": 16, "sliding_window": 16}
LOUD_WEIGHTS = 0.13
"""Spread of the vocoder's weights at which its sound is neither silent nor clipped; the default of 0.01 is silent."""


def save_generator(folder: Path, kind: str, *, seed: int = 0, marked: bool = True, **changes: Any) -> Path:
    """Save a tiny generator of a kind of `grym.adapters.models.generating.kinds`."""
    made = built(kind, seed=seed, **changes)
    made.save_pretrained(str(folder))
    if kind == "musicgen":
        _t5_tokeniser().save_pretrained(str(folder))
    if marked:
        mark_untrained(folder, why=f"drawn at random, seed {seed}")
    return folder


def say(folder: Path, **more: Any) -> None:
    """Write more into the marker of a folder: ``steps``, ``longest_s`` …"""
    path = folder / MARKER
    said = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(said | more), encoding="utf-8")


def built(kind: str, *, seed: int = 0, **changes: Any) -> Any:
    """Build a tiny generator in memory, ready to be asked."""
    import torch

    from grym.adapters.models.generating.loading import quiet

    with quiet():
        torch.manual_seed(seed)
        made = BUILDERS[kind](**changes)
        parts = [made] if kind == "musicgen" else made.components.values()
        for part in parts:
            if isinstance(part, torch.nn.Module):
                _draw_what_is_zero(part.eval())
        if kind == "musicgen":
            return made
        made.set_progress_bar_config(disable=True)
        return made


def _draw_what_is_zero(part: Any) -> None:
    """Draw matrices that training would fill from zero: with them at zero, a model answers everything alike."""
    import torch

    with torch.no_grad():
        for name, weights in part.state_dict().items():
            if weights.ndim > 1 and weights.is_floating_point() and "silence" not in name and not weights.any():
                weights.normal_(std=0.5)


def _audioldm2(*, spread: float = LOUD_WEIGHTS) -> Any:
    import diffusers
    import transformers

    language = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(vocab_size=16, n_positions=256, n_embd=16, n_layer=1, n_head=2)
    )
    language.config.max_new_tokens = 8
    return diffusers.AudioLDM2Pipeline(
        vae=_mel_autoencoder(),
        text_encoder=transformers.ClapModel(
            transformers.ClapConfig(audio_config=AUDIO, text_config=TEXT, projection_dim=16)
        ),
        text_encoder_2=_t5(),
        projection_model=diffusers.AudioLDM2ProjectionModel(
            text_encoder_dim=16, text_encoder_1_dim=16, langauge_model_dim=16
        ),
        language_model=language,
        tokenizer=_roberta_tokeniser(),
        tokenizer_2=_t5_tokeniser(),
        feature_extractor=transformers.ClapFeatureExtractor(truncation="rand_trunc"),
        unet=diffusers.AudioLDM2UNet2DConditionModel(
            **_unet(), cross_attention_dim=((None, 16, 16),) * 2, attention_head_dim=4
        ),
        scheduler=_noise_levels(),
        vocoder=_vocoder(spread),
    )


def _audioldm() -> Any:
    import diffusers
    import transformers

    return diffusers.AudioLDMPipeline(
        vae=_mel_autoencoder(),
        text_encoder=transformers.ClapTextModelWithProjection(transformers.ClapTextConfig(**TEXT)),
        tokenizer=_roberta_tokeniser(),
        unet=diffusers.UNet2DConditionModel(
            **_unet(),
            cross_attention_dim=(8, 16),
            class_embed_type="simple_projection",
            projection_class_embeddings_input_dim=16,
            class_embeddings_concat=True,
        ),
        scheduler=_noise_levels(),
        vocoder=_vocoder(LOUD_WEIGHTS),
    )


def _stableaudio() -> Any:
    import diffusers

    return diffusers.StableAudioPipeline(
        vae=_oobleck(44_100, (16, 32)),
        text_encoder=_t5(),
        projection_model=diffusers.StableAudioProjectionModel(
            text_encoder_dim=16, conditioning_dim=4, min_value=0, max_value=32
        ),
        tokenizer=_t5_tokeniser(),
        transformer=diffusers.StableAudioDiTModel(
            sample_size=256,
            in_channels=4,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=2,
            num_key_value_attention_heads=1,
            out_channels=4,
            cross_attention_dim=16,
            time_proj_dim=8,
            global_states_input_dim=8,
            cross_attention_input_dim=4,
        ),
        scheduler=diffusers.CosineDPMSolverMultistepScheduler(solver_order=2, sigma_schedule="exponential"),
    )


def _stableaudio3(*, distilled: bool = True) -> Any:
    import diffusers
    import transformers
    from diffusers.pipelines.stable_audio_3 import StableAudio3DurationEmbedder

    module = {**ATTENTION, "vocab_size": 64, "intermediate_size": 16, "num_hidden_layers": 1}
    module["query_pre_attn_scalar"] = 8
    transformer = diffusers.StableAudio3DiTModel(
        io_channels=8,
        embed_dim=16,
        depth=1,
        num_heads=2,
        cond_token_dim=16,
        global_cond_dim=16,
        local_add_cond_dim=9,
        timestep_features_dim=8,
        num_memory_tokens=2,
    )
    return diffusers.StableAudio3Pipeline(
        vae=diffusers.AutoencoderSAME(
            patch_size=64,
            encoder_channels=16,
            encoder_c_mults=(2,),
            encoder_strides=(4,),
            encoder_transformer_depths=(1,),
            latent_dim=8,
            dim_heads=8,
        ),
        text_encoder=transformers.T5GemmaEncoderModel(
            transformers.T5GemmaConfig(encoder=module, decoder=module, is_encoder_decoder=False, vocab_size=64)
        ),
        tokenizer=transformers.GemmaTokenizer(
            vocab=_numbered("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS),
            merges=[],
            model_max_length=64,
        ),
        duration_embedder=StableAudio3DurationEmbedder(output_dim=16, fourier_dim=8, max_val=60.0),
        transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(
            num_train_timesteps=1, shift=1.0, stochastic_sampling=distilled
        ),
    )


def _acestep(*, covers: bool = True, turbo: bool = True) -> Any:
    import diffusers
    import transformers
    from diffusers.pipelines import ace_step

    latents = {**ACE, "audio_acoustic_hidden_dim": 4, "pool_window_size": 5}
    latents["num_attention_pooler_hidden_layers"] = 1
    sounds = {
        "audio_tokenizer": ace_step.AceStepAudioTokenizer(**latents, fsq_dim=16, fsq_input_levels=[3, 3, 3]),
        "audio_token_detokenizer": ace_step.AceStepAudioTokenDetokenizer(**latents),
    }
    return diffusers.AceStepPipeline(
        vae=_oobleck(48_000, (40, 48)),
        text_encoder=transformers.Qwen3Model(
            transformers.Qwen3Config(
                **ATTENTION, vocab_size=300, intermediate_size=16, num_hidden_layers=1, max_position_embeddings=4096
            )
        ),
        tokenizer=_byte_tokeniser(),
        transformer=diffusers.AceStepTransformer1DModel(
            **ACE, num_hidden_layers=2, in_channels=12, audio_acoustic_hidden_dim=4, patch_size=2, is_turbo=turbo
        ),
        condition_encoder=ace_step.AceStepConditionEncoder(
            **ACE,
            text_hidden_dim=16,
            timbre_hidden_dim=4,
            num_lyric_encoder_hidden_layers=1,
            num_timbre_encoder_hidden_layers=1,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
        **(sounds if covers else {}),
    )


def _musicgen() -> Any:
    import transformers

    books = 32
    config = transformers.MusicgenConfig(
        text_encoder={**_t5_config().to_dict(), "model_type": "t5"},
        audio_encoder=transformers.EncodecConfig(
            sampling_rate=32_000,
            target_bandwidths=[2.2],
            upsampling_ratios=[8, 5, 4, 4],
            num_filters=4,
            hidden_size=8,
            codebook_size=books,
            codebook_dim=8,
            num_lstm_layers=1,
            audio_channels=1,
        ).to_dict(),
        decoder=transformers.MusicgenDecoderConfig(
            vocab_size=books,
            hidden_size=16,
            ffn_dim=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_codebooks=4,
            # Outside the codebook, or shapes do not fit.
            pad_token_id=books,
            bos_token_id=books,
            audio_channels=1,
        ).to_dict(),
    )
    model = transformers.MusicgenForConditionalGeneration(config)
    for name in ("decoder_start_token_id", "pad_token_id", "bos_token_id"):
        setattr(model.generation_config, name, books)
    return model


BUILDERS: dict[str, Callable[..., Any]] = {
    "audioldm2": _audioldm2,
    "audioldm": _audioldm,
    "acestep": _acestep,
    "stableaudio": _stableaudio,
    "stableaudio3": _stableaudio3,
    "musicgen": _musicgen,
}


def _numbered(*tokens: str) -> dict[str, int]:
    return {token: number for number, token in enumerate(tokens)}


def _roberta_tokeniser() -> Any:
    import transformers

    vocabulary = _numbered("<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *LETTERS)
    return transformers.RobertaTokenizer(vocab=vocabulary, merges=[], model_max_length=64)


def _t5_tokeniser() -> Any:
    import transformers

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((letter, -3.0) for letter in LETTERS)]
    return transformers.T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=64)


def _byte_tokeniser() -> Any:
    import transformers

    # The letters that stand for bytes in its vocabulary, for the bytes of plain text: the space and the end of a line.
    letters = ["Ġ", "Ċ", *map(chr, range(33, 127))]
    words = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    return transformers.Qwen2Tokenizer(vocab=_numbered(*letters, *words), merges=[])


def _t5_config() -> Any:
    import transformers

    return transformers.T5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)


def _t5() -> Any:
    import transformers

    return transformers.T5EncoderModel(_t5_config())


def _unet() -> dict[str, Any]:
    return {
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "norm_num_groups": 8,
        "sample_size": 64,
        "in_channels": 4,
        "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    }


def _mel_autoencoder() -> Any:
    import diffusers

    return diffusers.AutoencoderKL(
        block_out_channels=(8, 8, 8),
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        latent_channels=4,
        norm_num_groups=4,
    )


def _noise_levels() -> Any:
    import diffusers

    return diffusers.DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def _vocoder(spread: float) -> Any:
    import transformers

    return transformers.SpeechT5HifiGan(
        transformers.SpeechT5HifiGanConfig(
            model_in_dim=16,
            sampling_rate=16_000,
            upsample_initial_channel=64,
            # Their product is the hop of 10 ms.
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[10, 8, 4, 4, 4],
            resblock_kernel_sizes=[3],
            resblock_dilation_sizes=[[1, 3, 5]],
            normalize_before=False,
            initializer_range=spread,
        )
    )


def _oobleck(rate_hz: int, strides: tuple[int, ...]) -> Any:
    import diffusers

    return diffusers.AutoencoderOobleck(
        encoder_hidden_size=8,  # mean and spread of four latents
        downsampling_ratios=list(strides),
        decoder_channels=4,
        decoder_input_channels=4,
        audio_channels=2,
        channel_multiples=[1, 1],
        sampling_rate=rate_hz,
    )
