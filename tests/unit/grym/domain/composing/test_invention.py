"""Two voices that imitate."""

from itertools import pairwise

from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.invention import answered_bars, answering, leading
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import stream
from grym.domain.composing.theory import chord_of

FOUR = Metre(beats=4, unit=4)
C_MAJOR = Tonality(tonic=0, mode="major")
BARS = 8
SLOTS = tuple(
    Slot(start_steps=16 * bar, length_steps=16, chord=chord_of(numeral, C_MAJOR))
    for bar, numeral in enumerate(("I", "I", "V", "V", "IV", "IV", "V", "I"))
)
PITCHES = (72, 74, 76, 77, 79, 76, 74, 72)
MELODY = tuple(
    MelodyNote(start_steps=16 * bar + 2 * at, length_steps=2, midi_pitch=pitch)
    for bar in range(BARS)
    for at, pitch in enumerate(PITCHES)
)


def _lower() -> tuple[MelodyNote, ...]:
    played = answering(MELODY, SLOTS, C_MAJOR, FOUR, VOICES["piano"], bars=BARS, chance=stream(1, "x"))
    return tuple(
        MelodyNote(start_steps=n.start_steps, length_steps=n.length_steps, midi_pitch=n.midi_pitch) for n in played
    )


def test_the_close_belongs_to_both() -> None:
    """The lower voice leads in every second bar but the last two."""
    assert answered_bars(8) == {1, 3, 5}
    assert answered_bars(2) == frozenset()


def test_the_answer_has_the_rhythm_and_the_shape() -> None:
    """One bar later the lower voice has every onset of the upper, and moves in its direction nearly always."""
    lower = _lower()
    for bar in (1, 3, 5):
        answer = [note for note in lower if note.start_steps // 16 == bar]
        assert [note.start_steps % 16 for note in answer] == [2 * at for at in range(8)]
        moves = [b.midi_pitch - a.midi_pitch for a, b in pairwise(answer)]
        model = [b - a for a, b in pairwise(PITCHES)]
        assert sum(one * other > 0 for one, other in zip(moves, model, strict=True)) >= 5


def test_one_voice_moves_while_the_other_holds() -> None:
    """The upper voice has fewer notes in bars of the answer, the lower in the others; voices do not cross."""
    upper, lower = leading(MELODY, FOUR, bars=BARS), _lower()
    for bar in range(BARS - 2):
        above = sum(note.start_steps // 16 == bar for note in upper)
        below = sum(note.start_steps // 16 == bar for note in lower)
        assert (above < below) == (bar in answered_bars(BARS))
    assert max(note.midi_pitch for note in lower) <= 64


def test_the_voices_fill_the_section() -> None:
    """Both sound from the first bar to the last."""
    for voice in (leading(MELODY, FOUR, bars=BARS), _lower()):
        ends = [0, *(note.start_steps + note.length_steps for note in voice)]
        assert [note.start_steps for note in voice] == ends[:-1]
        assert ends[-1] == 16 * BARS
