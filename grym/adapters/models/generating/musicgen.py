"""MusicGen: a language model over the tokens of a codec, 32 kHz, fifty steps for each second.

References: Copet et al. (2023), "Simple and controllable music generation".
"""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from grym.adapters.models.generating.loading import loaded_model, loaded_tokeniser, quiet
from grym.adapters.models.generating.pipelines import Arguments, PipelineGenerator, Told
from grym.adapters.models.torch_home import loaded_torch
from grym.ports.generating import Asked

# ruff: noqa: PLC0415  (transformers is loaded when a model is)

LONGEST_S = 30.0
"""What it was trained on; beyond, it loses the thread."""


class MusicgenGenerator(PipelineGenerator):
    """MusicGen (see `grym.ports.generating.Generator`)."""

    usual_guidance = 3.0

    @property
    def rate_hz(self) -> int:
        """The sample rate of its codec."""
        return int(self._codec.get("sampling_rate", 32_000))

    @property
    def longest_s(self) -> float:
        """Thirty seconds."""
        return self._saved.number("longest_s", LONGEST_S)

    @property
    def provenance(self) -> dict[str, str]:
        """See `grym.ports.generating.Generator.provenance`."""
        return super().provenance | {"steps": f"{self._frames_a_second:g} a second"}

    def arguments(self, asked: Asked) -> Arguments:
        """Return how many tokens it writes, and how much the words weigh."""
        return {"max_new_tokens": self._tokens(asked.seconds), "do_sample": True, "guidance_scale": self.guidance}

    def _call(self, asked: Asked, noise: Any, told: Told) -> Any:
        del noise  # tokens are drawn by the library's own chance, which follows from the seed too
        words = self._tokeniser([asked.prompt], truncation=True, return_tensors="pt").to(self._place.device)
        total, torch = self._tokens(asked.seconds), loaded_torch()

        def step_end(tokens: Any, _scores: Any, **_options: Any) -> Any:
            told(tokens.shape[-1] / total)
            return torch.zeros(tokens.shape[0], dtype=torch.bool, device=tokens.device)

        wave = self._pipeline.generate(**words, **self.arguments(asked), stopping_criteria=[step_end])
        return wave[:, :, : round(asked.seconds * self.rate_hz)]

    def _tokens(self, seconds: float) -> int:
        """Return how many steps a sound takes: codebooks are written one step after each other."""
        books = int(self._saved.config_of().get("decoder", {}).get("num_codebooks", 4))
        return math.ceil(seconds * self._frames_a_second) + books - 1

    @property
    def _frames_a_second(self) -> float:
        hop: int = math.prod(self._codec.get("upsampling_ratios", (8, 5, 4, 4)))
        return self.rate_hz / hop

    @property
    def _codec(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._saved.config_of().get("audio_encoder", {})
        return found

    @cached_property
    def _tokeniser(self) -> Any:
        return loaded_tokeniser(self._saved)

    @cached_property
    def _pipeline(self) -> Any:
        with quiet():
            import transformers

            model = loaded_model(transformers.MusicgenForConditionalGeneration, self._saved, self._place.dtype)
            model.audio_encoder.float()  # what turns tokens into sound stays exact
            return model.to(self._place.device)
