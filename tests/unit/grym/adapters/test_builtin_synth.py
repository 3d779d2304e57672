"""The built-in synthesiser behind the port."""

import numpy as np

from grym.adapters.builtin_synth import VERSION, BuiltinSynthRenderer
from grym.domain.composing.score import Score
from grym.domain.synthesis.performance import perform


def test_it_renders_like_any_other_renderer(score: Score) -> None:
    """Stems by part name, of one length, audible, with its own name as backend."""
    rendered = BuiltinSynthRenderer().render(score, seed=1)
    length = round(perform(score).duration_s * 44_100)
    assert rendered.backend == "synth"
    assert rendered.provenance == {"synthesiser": VERSION}
    assert [name for name, _ in rendered.stems] == ["Piano", "Bass", "Drums"]
    assert {signal.samples.shape for _, signal in rendered.stems} == {(2, length)}
    assert all(float(np.abs(signal.samples).max()) > 0.01 for _, signal in rendered.stems)
