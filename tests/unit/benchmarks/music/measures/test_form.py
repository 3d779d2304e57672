"""Form of tunes whose phrases and cadences are known by hand."""

from benchmarks.music.measures.form import form
from benchmarks.music.pieces import Note, Window

FIRST = [60, 62, 64, 65, 67, 65, 64, 62, 60, 62, 64, 65]
SECOND = [72, 71, 69, 71, 72, 71, 69, 71, 72, 69, 71, 74]


def _window(*phrases: tuple[list[int], int]) -> Window:
    """Return phrases of twelve quarters and a whole note each."""
    notes = []
    for number, (pitches, last) in enumerate(phrases):
        starts = [16.0 * number + at for at in range(12)]
        notes += [Note(start=start, length=1.0, pitch=pitch) for start, pitch in zip(starts, pitches, strict=True)]
        notes.append(Note(start=16.0 * number + 12, length=4.0, pitch=last))
    return Window(name="x", group="x", voices=(tuple(notes),), bar=4.0, pulse=1.0)


def test_phrases_end_long_and_regularly() -> None:
    """A whole note in every fourth bar is one long note a phrase, four bars apart, at its end."""
    found = form(_window((FIRST, 67), (FIRST, 60), (SECOND, 67), (FIRST, 60)))
    assert found["phrases that end long"] == found["long notes at ends of phrases"] == 1
    assert found["bars between long notes"] == 4
    assert found["spread of bars between"] == 0
    assert found["phrases end on the tonic"] == 0.5
    assert found["ends on the tonic"] == found["phrases end in the tonic chord"] == 1


def test_likeness_of_phrases_follows_the_letters() -> None:
    """In A A B A the first two and the last are equal; in A B A B the halves are."""
    returning = form(_window((FIRST, 60), (FIRST, 60), (SECOND, 67), (FIRST, 60)))
    assert returning["last like the first"] == returning["most alike in pitch"] == 1
    assert form(_window((FIRST, 67), (SECOND, 60), (FIRST, 67), (SECOND, 60)))["halves alike"] == 1
    assert returning["halves alike"] < 1


def test_a_higher_second_half_is_told() -> None:
    """The second half lies as much higher as its phrases do."""
    found = form(_window((FIRST, 60), (FIRST, 60), ([p + 12 for p in FIRST], 72), ([p + 12 for p in FIRST], 72)))
    assert found["second half higher"] == 12
    assert found["second half denser"] == 0
