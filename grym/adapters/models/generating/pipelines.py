"""Generators that are pipelines of diffusers: what each is asked, and how each is watched between steps."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
import soxr

from grym.adapters.models.folders import refused
from grym.adapters.models.generating.inspecting import digest_of
from grym.adapters.models.generating.loading import loaded_pipeline, quiet
from grym.adapters.models.generating.memory import is_out_of_memory
from grym.adapters.models.generating.shelf import SavedGenerator
from grym.adapters.models.torch_home import Place, loaded_torch
from grym.domain.signal import FloatArray, Signal
from grym.ports.generating import Asked, Watch

Arguments = dict[str, Any]

Told = Callable[[float], None]
"""Hears the share of steps that are done."""


class PipelineGenerator(ABC):
    """A saved pipeline (see `grym.ports.generating.Generator`); loads its weights when first asked.

    Subclasses say what their pipeline is asked. Everything that is drawn at random follows from the seed: the noise is
    drawn by a generator of its own on the processor, so that a GPU starts from the same, and what a library draws
    besides follows from the seed too.
    """

    usual_steps = 50
    usual_guidance = 3.5

    def __init__(self, saved: SavedGenerator, place: Place) -> None:
        self._saved = saved
        self._place = place

    @property
    def takes_guide(self) -> bool:
        """Whether it can follow the sound of the score."""
        return self._saved.takes_guide

    @property
    @abstractmethod
    def rate_hz(self) -> int:
        """The sample rate of its sound."""

    @property
    @abstractmethod
    def longest_s(self) -> float:
        """What it makes at once, in seconds (see `grym.ports.generating.Generator.longest_s`)."""

    @property
    def steps(self) -> int:
        """Steps from noise to sound."""
        return round(self._saved.number("steps", self.usual_steps))

    @property
    def guidance(self) -> float:
        """How much the words weigh; 1 leaves out the comparison with none."""
        return self._saved.number("guidance", self.usual_guidance)

    @property
    def provenance(self) -> dict[str, str]:
        """See `grym.ports.generating.Generator.provenance`."""
        return {
            "model": f"{self._saved.name} ({self._saved.class_name})",
            "pretrained": str(self._saved.pretrained).lower(),
            "weights": digest_of(self._saved.folder),
            "licence": self._saved.licence,
            "native_rate_hz": str(self.rate_hz),
            "device": self._place.device,
            "precision": self._place.precision,
            "steps": str(self.steps),
            "guidance": f"{self.guidance:g}",
        }

    def generate(self, asked: Asked, watch: Watch) -> Signal:
        """Make a sound (see `grym.ports.generating.Generator.generate`)."""
        torch = loaded_torch()
        devices = list(range(torch.cuda.device_count())) if self._place.device.startswith("cuda") else []
        with torch.random.fork_rng(devices=devices), _telling_memory():
            # Loaded first: what loading draws at random must not come between the seed and the sound.
            assert self._pipeline is not None
            audios = self._seeded(asked, watch)
        samples = channels_of(audios, self._saved.name)[:, : round(asked.seconds * self.rate_hz)]
        return Signal(samples=samples, sample_rate_hz=self.rate_hz)

    def _seeded(self, asked: Asked, watch: Watch) -> Any:
        torch = loaded_torch()
        with quiet(), torch.inference_mode():
            torch.manual_seed(asked.seed)
            noise = torch.Generator("cpu").manual_seed(asked.seed)
            watch(0.0)
            return self._call(asked, noise, lambda share: watch(min(1.0, share)))

    @abstractmethod
    def arguments(self, asked: Asked) -> Arguments:
        """Return what the pipeline is asked, besides noise and callback."""

    def _call(self, asked: Asked, noise: Any, told: Told) -> Any:
        """Run the pipeline."""
        return self._pipeline(**self.arguments(asked), generator=noise, **self._watched(told)).audios

    def _watched(self, told: Told) -> Arguments:
        """Return how the pipeline tells its steps."""
        return {"callback": lambda step, _time, _latents: told((step + 1) / self.steps), "callback_steps": 1}

    @cached_property
    def _pipeline(self) -> Any:
        return loaded_pipeline(self._saved, self._place)


@contextmanager
def _telling_memory() -> Iterator[None]:
    """Make one error of the many ways in which libraries say that memory ran out."""
    try:
        yield
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise MemoryError(str(error)) from error
        raise


def told_at_step_end(told: Told, steps: int) -> Arguments:
    """Return how newer pipelines tell their steps: they want back what they showed."""

    def step_end(_pipeline: Any, step: int, _time: Any, shown: dict[str, Any]) -> dict[str, Any]:
        told((step + 1) / steps)
        return shown

    return {"callback_on_step_end": step_end}


def as_tensor(guide: Signal, rate_hz: int, channels: int = 2) -> Any:
    """Return a guide as a tensor of shape (channels, samples) at the model's sample rate."""
    samples = guide.samples
    if guide.sample_rate_hz != rate_hz:
        samples = np.asarray(soxr.resample(samples.T, guide.sample_rate_hz, rate_hz, quality="HQ"), np.float32).T
    if samples.shape[0] != channels:
        samples = np.repeat(samples.mean(axis=0, keepdims=True), channels, axis=0)
    # A copy of torch's own lies in memory as all its tensors do: elsewhere, sums round differently from call to call.
    return loaded_torch().from_numpy(np.ascontiguousarray(samples)).clone()


def channels_of(audios: Any, name: str) -> FloatArray:
    """Return the first sound of an answer, shape (channels, samples).

    Raises
    ------
    InvalidRequestError
        ``model.refused``: it holds what is no number, or nothing.
    """
    found = audios[0]
    samples = np.atleast_2d(np.asarray(found.float().cpu().numpy() if hasattr(found, "cpu") else found, np.float32))
    if samples.size == 0 or not np.isfinite(samples).all():
        hint = "Its weights may be damaged, or need numbers of another format."
        raise refused(name, "its sound holds values that are no numbers" if samples.size else "it gives no sound", hint)
    return samples
