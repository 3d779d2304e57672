"""Stable Audio: Open 1.0 (47 s) and 3 (some minutes), 44.1 kHz stereo.

Version 3 can start from a sound instead of from noise alone: the score's own sound is mixed into the noise, and what
the steps make of it keeps its notes as far as the noise leaves them.

References: Evans et al. (2024), "Fast timing-conditioned latent audio diffusion"; Evans et al. (2024), "Stable Audio
Open".
"""

from functools import cached_property
from typing import Any

from grym.adapters.models.generating.pipelines import Arguments, PipelineGenerator, Told, as_tensor, told_at_step_end
from grym.ports.generating import Asked

# ruff: noqa: PLC0415  (diffusers is loaded when a model is)

GUIDE_NOISE = 0.6
"""Share of noise mixed into the guide, as the documentation of the pipeline shows it; 1 would forget the guide."""

DISTILLED_STEPS, BASE_STEPS = 8, 100


class StableAudioGenerator(PipelineGenerator):
    """Stable Audio Open (see `grym.ports.generating.Generator`)."""

    usual_steps = 100
    usual_guidance = 7.0

    @property
    def rate_hz(self) -> int:
        """The sample rate of its autoencoder."""
        return int(self._saved.config_of("vae").get("sampling_rate", 44_100))

    @property
    def longest_s(self) -> float:
        """What its latents span: it always makes all of it, and the rest is cut off."""
        vae, transformer = self._saved.config_of("vae"), self._saved.config_of("transformer")
        hop = 1
        for factor in vae.get("downsampling_ratios", (2, 4, 4, 8, 8)):
            hop *= int(factor)
        return self._saved.number("longest_s", int(transformer.get("sample_size", 1024)) * hop / self.rate_hz)

    def arguments(self, asked: Asked) -> Arguments:
        """Return prompt, negative prompt, length, steps and guidance."""
        return {
            "prompt": asked.prompt,
            "negative_prompt": asked.negative_prompt,
            "audio_end_in_s": asked.seconds,
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
        }


class StableAudio3Generator(PipelineGenerator):
    """Stable Audio 3 (see `grym.ports.generating.Generator`)."""

    usual_guidance = 1.0

    @property
    def rate_hz(self) -> int:
        """The sample rate of its autoencoder."""
        return int(self._saved.config_of("vae").get("sampling_rate", 44_100))

    @property
    def longest_s(self) -> float:
        """The longest its embedding of durations tells apart."""
        return self._saved.number("longest_s", float(self._saved.config_of("duration_embedder").get("max_val", 380.0)))

    @property
    def steps(self) -> int:
        """Eight of distilled weights, whose scheduler draws noise at each step, a hundred otherwise."""
        scheduler = self._saved.config_of("scheduler", "scheduler_config.json")
        return round(
            self._saved.number("steps", DISTILLED_STEPS if scheduler.get("stochastic_sampling") else BASE_STEPS)
        )

    @property
    def provenance(self) -> dict[str, str]:
        """See `grym.ports.generating.Generator.provenance`."""
        return super().provenance | {"guide_noise": f"{self._guide_noise:g}"}

    def arguments(self, asked: Asked) -> Arguments:
        """Return prompt, length and steps, and what depends on the pipeline: the guide, or guidance by words."""
        words: Arguments = {"prompt": asked.prompt, "duration": asked.seconds, "num_inference_steps": self.steps}
        if asked.guide is not None:
            heard = as_tensor(asked.guide, self.rate_hz).unsqueeze(0)
            return words | {"audio": heard, "init_noise_level": self._guide_noise}
        return words | {"negative_prompt": asked.negative_prompt, "guidance_scale": self.guidance}

    def _call(self, asked: Asked, noise: Any, told: Told) -> Any:
        pipeline = self._pipelines["guided" if asked.guide is not None else "free"]
        return pipeline(**self.arguments(asked), generator=noise, **told_at_step_end(told, self.steps)).audios

    @property
    def _guide_noise(self) -> float:
        return min(1.0, self._saved.number("guide_noise", GUIDE_NOISE))

    @cached_property
    def _pipelines(self) -> dict[str, Any]:
        """The two pipelines over one set of parts, whichever of them was saved."""
        import diffusers

        parts = self._pipeline.components
        made = {
            "free": diffusers.StableAudio3Pipeline(**parts),
            "guided": diffusers.StableAudio3AudioToAudioPipeline(**parts),
        }
        for pipeline in made.values():
            pipeline.set_progress_bar_config(disable=True)
        return made
