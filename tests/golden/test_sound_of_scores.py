"""Scores of known tempo, key and metre, played on the built-in instruments and heard again."""

import numpy as np
import pytest

from grym.domain.analysis import analyse
from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.signal import Signal
from grym.domain.synthesis.render import render_parts
from grym.domain.tonality import tonality_of_pitches
from tests.unit.grym.domain.laboratory import certain, octave_error

PROMPTS = [
    ("a calm piano nocturne", 70.0, "D minor"),
    ("energetic rock", 140.0, "E major"),
    ("string quartet", 100.0, "C minor"),
    ("acoustic folk song", 118.0, "G major"),
]


@pytest.mark.parametrize(("prompt", "tempo_bpm", "key"), PROMPTS, ids=[p[0] for p in PROMPTS])
def test_the_sound_tells_what_the_score_says(prompt: str, tempo_bpm: float, key: str) -> None:
    """Tempo within 1 % up to octave; the key from the notes and from the sound is the one that was asked for."""
    wish = Wish(prompt=prompt, seconds=20.0, tempo_bpm=tempo_bpm, key=key)
    score = compose(plan(wish, seed=11), seed=11)
    asked = (score.tonality.tonic, score.tonality.mode)
    notes = [
        (note.midi_pitch, note.duration_ticks) for part in score.parts if not part.percussion for note in part.notes
    ]
    written = certain(tonality_of_pitches(notes))
    assert (written.tonic, written.mode) == asked
    mix = np.stack([stem.samples for _, stem in render_parts(score, seed=11)]).sum(axis=0)
    heard = analyse(Signal(samples=mix, sample_rate_hz=44_100))
    assert octave_error(heard.tempo_bpm, tempo_bpm) < np.log2(1.01)
    sounding = certain(heard.key)
    assert (sounding.tonic, sounding.mode) == asked
