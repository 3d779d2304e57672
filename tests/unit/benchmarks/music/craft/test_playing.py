"""What hands, lungs and instruments can do."""

from benchmarks.music.craft.playing import hands, in_range, longest_breath_s
from benchmarks.music.pieces import Note


def _chord(*pitches: int, start: float = 0.0, length: float = 1.0) -> list[Note]:
    return [Note(start=start, length=length, pitch=pitch) for pitch in pitches]


def test_notes_outside_an_instrument_are_told() -> None:
    """A violin has its open G and nothing below; a synthesiser has no range to leave."""
    assert in_range(_chord(54, 55, 103, 104), 40) == [False, True, True, False]
    assert in_range(_chord(10), 89) == []


def test_two_hands_take_what_lies_in_two_handfuls() -> None:
    """Two wide chords far apart fit; three single notes two octaves apart do not, nor do eleven at once."""
    assert hands(_chord(36, 43, 52, 67, 72, 76)) == [True]
    assert hands(_chord(36, 60, 84)) == [False]
    assert hands(_chord(*range(60, 71))) == [False]


def test_a_breath_is_taken_in_rests_and_after_long_notes() -> None:
    """Twenty quarters at 60 are twenty seconds; a rest in the middle halves them, and so does a long note."""
    line = [Note(start=at * 0.5, length=0.5, pitch=60) for at in range(40)]
    assert longest_breath_s(line, 1.0) == 20
    rest = [note for note in line if note.start != 9.5]
    assert longest_breath_s(rest, 1.0) == 10
    held = [note for note in line if note.start != 10.0]
    held[19] = Note(start=9.5, length=1.0, pitch=60)
    assert longest_breath_s(held, 1.0) == 10.5
