"""The built-in synthesiser behind the same port as FluidSynth, for machines without a SoundFont."""

from grym.domain.composing.score import Score
from grym.domain.synthesis.render import render_parts
from grym.ports.sound import RenderedScore

VERSION = "grym-synth/1"
"""Raised whenever a voice or the mix of the built-in synthesiser changes audibly."""


class BuiltinSynthRenderer:
    """The `Renderer` that needs nothing but numpy."""

    def render(self, score: Score, *, seed: int) -> RenderedScore:
        """Play a score on the built-in instruments; see `render_parts`."""
        return RenderedScore(stems=render_parts(score, seed=seed), backend="synth", provenance={"synthesiser": VERSION})
