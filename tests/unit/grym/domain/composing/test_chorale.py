"""Four-part writing."""

from collections.abc import Callable
from itertools import pairwise

from grym.domain.composing.chorale import harmonised
from grym.domain.composing.compose import compose
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Metre, Score, Tonality
from grym.domain.composing.settings import CHOIR
from grym.domain.composing.theory import chord_of
from grym.domain.composing.voicing import parallels

C_MAJOR = Tonality(tonic=0, mode="major")


def _settings(score: Score) -> list[tuple[int, ...]]:
    """Read soprano, alto, tenor and bass wherever any of them moves."""
    by_role = {part.role: part.notes for part in score.parts}
    found = []
    for start in sorted({note.start_ticks for part in score.parts for note in part.notes}):
        sounding = [
            next((n.midi_pitch for n in by_role[role] if n.start_ticks <= start < n.end_ticks), None)
            for role in ("melody", "counter", "chords", "bass")
        ]
        if None not in sounding:
            found.append(tuple(pitch for pitch in sounding if pitch is not None))
    return found


def test_full_close_is_set_by_the_book() -> None:
    """V7 to I under D and C: the leading tone rises, voices keep order and range, nothing is parallel."""
    slots = [
        Slot(start_steps=8 * at, length_steps=8, chord=chord_of(numeral, C_MAJOR))
        for at, numeral in enumerate(("V7", "I"))
    ]
    melody = [MelodyNote(start_steps=8 * at, length_steps=8, midi_pitch=pitch) for at, pitch in enumerate((74, 72))]
    voices = harmonised(melody, slots, C_MAJOR, Metre(beats=4, unit=4), None)
    lines = [[note.midi_pitch for note in voice] for voice in (voices.alto, voices.tenor, voices.bass)]
    before, after = ((74, *(line[0] for line in lines)), (72, *(line[1] for line in lines)))
    assert parallels(before, after) == 0
    assert [pitch % 12 for pitch in (before[3], after[3])] == [7, 0]
    assert {pitch % 12 for pitch in before} >= {7, 11, 5}
    leading = before.index(next(pitch for pitch in before if pitch % 12 == 11))
    assert after[leading] - before[leading] == 1


def test_chorales_keep_the_rules(planned: Callable[..., Plan]) -> None:
    """Over eight chorales voices never cross, keep their ranges, and one move in a hundred is parallel at most."""
    moves = mistakes = 0
    for seed in range(8):
        settings = _settings(compose(planned("a chorale", seed=seed, seconds=40.0), seed=seed))
        assert len(settings) > 8
        for soprano, alto, tenor, bass in settings:
            assert soprano >= alto >= tenor >= bass
            assert 53 <= alto <= CHOIR.alto[1]
            assert 46 <= tenor <= CHOIR.tenor[1]
            assert CHOIR.bass[0] - 2 <= bass <= CHOIR.bass[1]
        for before, after in pairwise(settings):
            moves += 1
            mistakes += parallels(before, after)
    assert mistakes <= 0.01 * moves


def test_voices_are_embellished(planned: Callable[..., Plan]) -> None:
    """The lower voices of a chorale have passing tones: about a quarter more notes than there are chords."""
    score = compose(planned("a chorale in C major", seed=2, seconds=40.0), seed=2)
    lower = [part for part in score.parts if part.role != "melody"]
    assert sum(len(part.notes) for part in lower) > 1.1 * 3 * len(score.chords)
