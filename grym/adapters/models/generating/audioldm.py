"""AudioLDM 2, and checkpoints of its first version: latent diffusion of a mel spectrogram, 16 kHz, one channel.

The saved scheduler walks two hundred steps; DPM-Solver++ over the same noise levels needs about twenty for the same.

References: Liu et al. (2023), "AudioLDM 2"; Liu et al. (2023), "AudioLDM"; Lu et al. (2022), "DPM-Solver++".
"""

import math
from functools import cached_property
from typing import Any

from grym.adapters.models.generating.pipelines import Arguments, PipelineGenerator
from grym.ports.generating import Asked

# ruff: noqa: PLC0415  (diffusers is loaded when a model is)

SOLVED = ("DDIMScheduler", "PNDMScheduler", "LMSDiscreteScheduler")
"""Schedulers that DPM-Solver++ stands in for; any other was chosen by whoever saved the model, and stays."""


class AudioLdm2Generator(PipelineGenerator):
    """AudioLDM 2 (see `grym.ports.generating.Generator`)."""

    usual_steps = 20
    usual_guidance = 3.5

    @property
    def rate_hz(self) -> int:
        """The sample rate of its vocoder."""
        return int(self._saved.config_of("vocoder").get("sampling_rate", 16_000))

    @property
    def longest_s(self) -> float:
        """The length it was trained on: the width of its spectrogram (10.24 s, first version 5.12 s)."""
        vocoder, unet = self._saved.config_of("vocoder"), self._saved.config_of("unet")
        hop = math.prod(vocoder.get("upsample_rates", (5, 4, 2, 2, 2)))
        shrunk = 2 ** (len(self._saved.config_of("vae").get("block_out_channels", (1, 1, 1))) - 1)
        native_s = int(unet.get("sample_size") or 256) * shrunk * hop / self.rate_hz
        return self._saved.number("longest_s", native_s)

    @property
    def provenance(self) -> dict[str, str]:
        """See `grym.ports.generating.Generator.provenance`."""
        return super().provenance | {"scheduler": self._scheduler}

    def arguments(self, asked: Asked) -> Arguments:
        """Return prompt, negative prompt, length, steps and guidance."""
        return {
            "prompt": asked.prompt,
            "negative_prompt": asked.negative_prompt,
            "audio_length_in_s": asked.seconds,
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
        }

    @property
    def _scheduler(self) -> str:
        """The class that walks the steps."""
        saved = self._saved.parts.get("scheduler", ("", ""))[1]
        return "DPMSolverMultistepScheduler" if saved in SOLVED else saved

    @cached_property
    def _pipeline(self) -> Any:
        pipeline = super()._pipeline
        if self._scheduler != type(pipeline.scheduler).__name__:
            import diffusers

            pipeline.scheduler = diffusers.DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)
        return pipeline


class AudioLdmGenerator(AudioLdm2Generator):
    """The first AudioLDM; diffusers keeps its pipeline without mending it any more."""

    usual_guidance = 2.5
