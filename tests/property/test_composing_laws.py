"""Laws of the composer over wishes nobody thought of."""

import itertools
import re
from collections.abc import Mapping

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grym.domain.composing.adapt import RULES, adapt
from grym.domain.composing.compose import compose
from grym.domain.composing.midi import midi_to_notes, played_span, score_to_midi
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.notation import bars_of
from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.planner import plan, validate_wish
from grym.domain.composing.reading import read
from grym.domain.composing.score import PITCH_CLASS_NAMES, Metre, Note
from grym.domain.composing.styles import STYLES
from grym.domain.composing.theory import SCALES
from grym.domain.quality.check import Check
from grym.errors import InvalidRequestError

SETTINGS = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
MODES = st.sampled_from(sorted(SCALES))
WISHES = st.builds(
    Wish,
    prompt=st.sampled_from(["a piece", "something slow with drums", "solo piano", "a happy tune, no bass", "complex"]),
    seconds=st.floats(4, 60),
    tempo_bpm=st.none() | st.floats(30, 260),
    key=st.none() | st.builds(lambda tonic, mode: f"{tonic} {mode}", st.sampled_from(PITCH_CLASS_NAMES), MODES),
    metre=st.none() | st.builds(lambda beats, unit: f"{beats}/{unit}", st.integers(2, 12), st.sampled_from([2, 4, 8])),
    style=st.none() | st.sampled_from(sorted(STYLES)),
)


@SETTINGS
@given(wish=WISHES, seed=st.integers(0, 2**63 - 1))
def test_any_possible_wish_becomes_a_whole_piece(wish: Wish, seed: int) -> None:
    """Notes lie inside the piece and inside MIDI, bars fill the plan, and both files are written."""
    made = plan(wish, seed=seed)
    score = compose(made, seed=seed)
    assert abs((score.duration_s + made.hold_s) / made.seconds - 1) <= 0.05 + 1e-9
    if wish.tempo_bpm is not None:
        assert score.tempo_bpm == wish.tempo_bpm
    for part in score.parts:
        for note in part.notes:
            assert 0 <= note.start_ticks < note.end_ticks <= score.length_ticks
            assert 0 <= note.midi_pitch <= 127
            assert 1 <= note.velocity <= 127
        for voices in bars_of(part.notes, score.metre, length_ticks=score.length_ticks, percussion=part.percussion):
            assert all(sum(value.length for value in voice) * 40 == score.metre.bar_ticks for voice in voices)
    assert score_to_musicxml(score).endswith("</score-partwise>\n")
    assert score_to_midi(score) == score_to_midi(compose(plan(wish, seed=seed), seed=seed))


def _refusal(wish: Wish, *, seed: int) -> InvalidRequestError | None:
    """Plan a wish; return why it was refused, by validation and planning alike."""
    try:
        validate_wish(wish)
    except InvalidRequestError as refusal:
        return refusal
    assert isinstance(plan(wish, seed=seed), Plan)
    return None


@SETTINGS
@given(prompt=st.text(max_size=300), seed=st.integers(0, 1000))
def test_any_text_is_planned_or_refused(prompt: str, seed: int) -> None:
    """No sentence breaks the planner, and what passes validation is planned."""
    refusal = _refusal(Wish(prompt=prompt), seed=seed)
    assert refusal is None or (re.fullmatch(r"request\.\w+", refusal.code) and refusal.hint)


@SETTINGS
@given(
    seconds=st.floats(),
    tempo_bpm=st.none() | st.floats(),
    key=st.none() | st.text(max_size=20),
    metre=st.none() | st.text(max_size=20),
)
def test_any_numbers_are_planned_or_refused(
    seconds: float, tempo_bpm: float | None, key: str | None, metre: str | None
) -> None:
    """Infinite, negative and senseless values are refused by code, never by accident."""
    refusal = _refusal(Wish(prompt="a waltz", seconds=seconds, tempo_bpm=tempo_bpm, key=key, metre=metre), seed=1)
    codes = {"request.seconds", "request.tempo", "request.key", "request.metre"}
    assert refusal is None or refusal.code in codes


@SETTINGS
@given(prompt=st.text(alphabet="abc, noru-drumswithout#♭ ", max_size=200))
def test_reading_is_case_blind_but_for_keys(prompt: str) -> None:
    """Capitals change no word that is read."""
    assert read(prompt.upper()).words == read(prompt).words


@SETTINGS
@given(
    names=st.lists(st.sampled_from([*sorted(RULES), "music.density", "music.range", "music.length", "signal.hum"])),
    parameters=st.dictionaries(st.sampled_from(["density", "complexity", "dynamics"]), st.floats(0, 1)),
)
def test_adapted_plans_stay_playable(names: list[str], parameters: Mapping[str, float]) -> None:
    """Whatever fails, the next plan is bounded and composes."""
    made = plan(Wish(prompt="a waltz", seconds=10), seed=1, parameters=parameters)
    failed = [Check(name=name, value=None, required="", unit="", passed=False) for name in names]
    changed = adapt(made, failed)
    assert all(0 <= value <= 1 for value in changed.parameters.values())
    assert len(changed.notes) == len(made.notes) + len(failed)
    assert compose(changed, seed=1).parts


@SETTINGS
@given(
    intervals=st.lists(st.integers(-24, 24), max_size=20),
    durations=st.lists(st.floats(0.01, 16), min_size=1, max_size=21),
)
def test_any_motif_can_be_used(intervals: list[int], durations: list[float]) -> None:
    """Motifs from recordings are rough; none breaks the melody."""
    made = plan(Wish(prompt="a waltz", seconds=10), seed=1)
    motif = Motif(intervals=tuple(intervals), durations_beats=tuple(durations))
    score = compose(made, seed=1, motifs=(motif,))
    assert score.length_ticks == compose(made, seed=1).length_ticks


NOTES = st.builds(
    Note,
    start_ticks=st.integers(0, 4000),
    duration_ticks=st.integers(1, 4000),
    midi_pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
    onset_shift_ticks=st.integers(-50, 50),
    ring_ticks=st.integers(-500, 500),
)


@SETTINGS
@given(notes=st.lists(NOTES, max_size=30))
def test_midi_never_loses_a_pitch(notes: list[Note]) -> None:
    """Every pitch that sounds is read back, at the first moment it sounds, with notes that never overlap themselves."""
    made = plan(Wish(prompt="solo flute waltz", seconds=10), seed=1)
    score = compose(made, seed=1)
    ordered = tuple(sorted(notes, key=lambda note: (note.start_ticks, note.midi_pitch)))
    part = type(score.parts[0])(name="x", role="melody", program=0, notes=ordered)
    changed = type(score)(**{name: getattr(score, name) for name in score.__slots__} | {"parts": (part,)})
    read_back = [note for one in midi_to_notes(score_to_midi(changed)) for note in one.notes]
    assert {note.midi_pitch for note in read_back} == {note.midi_pitch for note in notes}
    for pitch in {note.midi_pitch for note in notes}:
        mine = [note for note in read_back if note.midi_pitch == pitch]
        assert mine[0].start_ticks == min(played_span(note)[0] for note in notes if note.midi_pitch == pitch)
        assert all(a.end_ticks <= b.start_ticks for a, b in itertools.pairwise(mine))


@SETTINGS
@given(
    notes=st.lists(NOTES, max_size=40), beats=st.integers(2, 7), unit=st.sampled_from([4, 8]), percussion=st.booleans()
)
def test_any_notes_are_written_in_full_bars(notes: list[Note], beats: int, unit: int, *, percussion: bool) -> None:
    """Whatever was played, every voice of every bar is full and every value exists."""
    metre = Metre(beats=beats, unit=unit)
    for voices in bars_of(notes, metre, length_ticks=5 * metre.bar_ticks, percussion=percussion):
        for voice in voices:
            at = 0
            for value in voice:
                assert value.start == at
                at = value.end
            assert at * 40 == metre.bar_ticks
