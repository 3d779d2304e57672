"""ACE-Step 1.5: flow matching over the latents of an autoencoder, 48 kHz stereo, up to ten minutes at once.

It takes tempo, key and metre as such besides the prompt. Where its folder has the tokeniser of sounds, it covers the
score's own sound: what is played stays, how it sounds becomes the model's.

References: Gong et al. (2025), "ACE-Step".
"""

import math

from grym.adapters.models.generating.pipelines import Arguments, PipelineGenerator, Told, as_tensor, told_at_step_end
from grym.adapters.models.torch_home import loaded_torch
from grym.ports.generating import Asked

LONGEST_S = 600.0
"""As its authors give it."""

TURBO_STEPS, BASE_STEPS = 8, 50
"""Distilled weights take eight; the others are asked for as many as their authors do."""

INSTRUMENTAL = "[Instrumental]"
"""How its training marks music without words."""


class AceStepGenerator(PipelineGenerator):
    """ACE-Step (see `grym.ports.generating.Generator`)."""

    @property
    def rate_hz(self) -> int:
        """The sample rate of its autoencoder."""
        return int(self._saved.config_of("vae").get("sampling_rate", 48_000))

    @property
    def longest_s(self) -> float:
        """Ten minutes."""
        return self._saved.number("longest_s", LONGEST_S)

    @property
    def steps(self) -> int:
        """Eight of distilled weights, fifty otherwise."""
        return round(self._saved.number("steps", TURBO_STEPS if self._is_turbo else BASE_STEPS))

    @property
    def guidance(self) -> float:
        """Guidance is part of distilled weights already."""
        return 1.0 if self._is_turbo else self._saved.number("guidance", 7.0)

    def arguments(self, asked: Asked) -> Arguments:
        """Return prompt, length, tempo, key and metre, and the sound to cover."""
        words: Arguments = {
            "prompt": asked.prompt,
            "lyrics": INSTRUMENTAL,
            "audio_duration": asked.seconds,
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
            "bpm": round(asked.tempo_bpm),
            "keyscale": asked.key,
            "timesignature": asked.metre.partition("/")[0],
        }
        if asked.guide is not None and self.takes_guide:
            heard = as_tensor(asked.guide, self.rate_hz)
            # The autoencoder leaves out what does not fill a whole latent.
            heard = loaded_torch().nn.functional.pad(heard, (0, -heard.shape[-1] % self._hop))
            words |= {"task_type": "cover", "src_audio": heard}
        return words

    def _watched(self, told: Told) -> Arguments:
        return told_at_step_end(told, self.steps)

    @property
    def _hop(self) -> int:
        """Samples for each latent."""
        return math.prod(self._saved.config_of("vae").get("downsampling_ratios", (1920,)))

    @property
    def _is_turbo(self) -> bool:
        config = self._saved.config_of("transformer")
        return bool(config.get("is_turbo")) or config.get("model_version") == "turbo"
