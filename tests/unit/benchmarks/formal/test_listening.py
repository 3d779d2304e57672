"""What is measured in the sound of a score follows what was changed in the score."""

from dataclasses import replace

from benchmarks.formal.listening import heard
from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Score


def piece() -> Score:
    """Return eight seconds of music."""
    return compose(plan(Wish(prompt="a march", seconds=8.0), seed=1), seed=1)


def transposed(score: Score, semitones: int) -> Score:
    """Move every pitched part."""
    parts = [
        part
        if part.percussion
        else replace(part, notes=tuple(replace(note, midi_pitch=note.midi_pitch + semitones) for note in part.notes))
        for part in score.parts
    ]
    return replace(score, parts=tuple(parts))


def test_the_same_score_is_heard_the_same() -> None:
    """The same score and seed give the same numbers."""
    assert heard(piece(), seed=1) == heard(piece(), seed=1)


def test_an_octave_up_is_brighter() -> None:
    """Brightness and crossings of zero rise; onsets stay about where they were."""
    low, high = heard(piece(), seed=1), heard(transposed(piece(), 12), seed=1)
    assert high["brightness (Hz)"] > 1.1 * low["brightness (Hz)"]
    assert high["noise against tones (zero crossings)"] > low["noise against tones (zero crossings)"]


def test_one_pitch_class_is_less_even_than_many() -> None:
    """A piece squeezed onto one pitch class has less evenness."""
    flat = replace(
        piece(),
        parts=tuple(
            part
            if part.percussion
            else replace(part, notes=tuple(replace(n, midi_pitch=n.midi_pitch // 12 * 12) for n in part.notes))
            for part in piece().parts
        ),
    )
    name = "evenness of pitch classes"
    assert heard(flat, seed=1)[name] < heard(piece(), seed=1)[name] - 0.05
