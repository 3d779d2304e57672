"""Who does what, by name, register and texture."""

from grym.domain.composing.reworking.roles import with_roles
from grym.domain.composing.score import Note, Part


def part(name: str, *chords: tuple[int, ...], percussion: bool = False) -> Part:
    """Return a part that plays a chord a quarter."""
    notes = tuple(
        Note(start_ticks=480 * at, duration_ticks=480, midi_pitch=pitch, velocity=80)
        for at, chord in enumerate(chords)
        for pitch in chord
    )
    return Part(name=name, role="melody", program=0, notes=notes, percussion=percussion)


def test_register_and_texture_tell_roles() -> None:
    """The highest single voice sings, the lowest is the bass, whole chords accompany."""
    parts = with_roles(
        [
            part("low", (40,), (43,)),
            part("high", (76,), (79,)),
            part("mid", (64,), (62,)),
            part("hands", (60, 64, 67), (59, 62, 67)),
            part("kit", (36,), (38,), percussion=True),
        ]
    )
    assert [one.role for one in parts] == ["bass", "melody", "counter", "chords", "drums"]


def test_a_name_wins_over_register() -> None:
    """A voice that is called the melody is it, however low."""
    parts = with_roles([part("flute", (80,), (81,)), part("Melody", (50,), (52,))])
    assert [one.role for one in parts] == ["counter", "melody"]


def test_a_keyboard_becomes_two_hands_that_lose_nothing() -> None:
    """The tune and the rest, by the same player."""
    whole = part("piano", (48, 64, 72), (50, 65, 74))
    hands = with_roles([whole])
    assert [one.role for one in hands] == ["melody", "chords"]
    assert sorted(n.midi_pitch for one in hands for n in one.notes) == sorted(n.midi_pitch for n in whole.notes)
    assert [n.midi_pitch for n in hands[0].notes] == [72, 74]
