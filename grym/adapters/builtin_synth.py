"""The built-in synthesiser behind the same ports as FluidSynth, for machines without a SoundFont."""

from grym.domain.composing.score import Score
from grym.domain.reels import Progress, Reels
from grym.domain.synthesis.render import SAMPLE_RATE_HZ, render_parts, spool_parts
from grym.ports.sound import RenderedScore, SpooledScore

VERSION = "grym-synth/1"
"""Raised whenever a voice or the mix of the built-in synthesiser changes audibly."""


class BuiltinSynthRenderer:
    """The renderer that needs nothing but numpy."""

    def render(self, score: Score, *, seed: int) -> RenderedScore:
        """Play a score on the built-in instruments; see `render_parts`."""
        return RenderedScore(stems=render_parts(score, seed=seed), backend="synth", provenance={"synthesiser": VERSION})

    def spool(self, score: Score, *, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        """Play a score onto reels (see `grym.ports.sound.SpoolingRenderer`)."""
        return SpooledScore(
            stems=spool_parts(score, reels=reels, seed=seed, progress=progress),
            sample_rate_hz=SAMPLE_RATE_HZ,
            backend="synth",
            provenance={"synthesiser": VERSION},
        )
