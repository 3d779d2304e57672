"""Bass lines."""

from collections.abc import Callable

import pytest

from grym.domain.composing.bass import write_bass
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.texture import Texture
from grym.domain.composing.theory import chord_of

Planned = Callable[..., Plan]
C_MAJOR = Tonality(tonic=0, mode="major")
SLOTS = tuple(
    Slot(start_steps=16 * at, length_steps=16, chord=chord_of(numeral, C_MAJOR))
    for at, numeral in enumerate(("I", "vi", "ii", "V"))
)


def _texture(plan: Plan, *, seed: int = 1, ending: bool = False) -> Texture:
    passage = Passage(name="A", start_bar=0, bars=4, phrases=(4,), intensity=0.5, occurrence=0, closing="half")
    return Texture(
        plan=plan,
        style=STYLES[plan.style],
        passage=passage,
        slots=SLOTS,
        following=None if ending else SLOTS[0],
        identity="test",
        seed=seed,
        has_bass=True,
    )


@pytest.mark.parametrize("style", sorted(name for name, style in STYLES.items() if style.bass))
def test_roots_on_the_first_beat(planned: Planned, style: str) -> None:
    """In every style the first bass note of a chord is its root and all lie in range."""
    voice = VOICES["double bass"]
    notes, last = write_bass(_texture(planned("a piece", style=style, metre="4/4")), voice, None)
    firsts = [min((n for n in notes if n.start_steps // 16 == at), key=lambda n: n.start_steps) for at in range(4)]
    assert [note.midi_pitch % 12 for note in firsts] == [0, 9, 2, 7]
    assert all(voice.low <= note.midi_pitch <= voice.high for note in notes)
    assert last == notes[-1].midi_pitch


def test_walking_steps_into_the_next_root(planned: Planned) -> None:
    """The fourth beat of a walking bar lies a semitone or a tone from the next root."""
    plan = planned("a swing tune in C major", metre="4/4")
    for seed in range(10):
        notes, _ = write_bass(_texture(plan, seed=seed), VOICES["double bass"], None)
        pitches = [note.midi_pitch for note in notes]
        assert len(pitches) == 16
        assert all(1 <= abs(pitches[at] - pitches[at - 1]) <= 2 for at in (4, 8, 12))


def test_the_last_bass_note_is_held(planned: Planned) -> None:
    """At the end of the piece the root lasts the whole bar."""
    notes, _ = write_bass(_texture(planned("a jazz tune", metre="4/4"), ending=True), VOICES["double bass"], None)
    assert (notes[-1].start_steps, notes[-1].length_steps) == (48, 16)


def test_tumbao_leaves_the_downbeat_free_and_sounds_the_next_root_early(planned: Planned) -> None:
    """Beat four has the root of the bar that comes, and nothing is struck on beat one."""
    notes, _ = write_bass(_texture(planned("salsa in C major")), VOICES["double bass"], None)
    fourth = [note.midi_pitch % 12 for note in notes if note.start_steps % 16 == 12]
    assert fourth == [9, 2, 7, 0]
    assert not [note for note in notes if note.start_steps % 16 == 0]
