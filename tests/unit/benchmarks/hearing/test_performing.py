"""The truth follows from the score and from how it is played."""

import numpy as np
import pytest

from benchmarks.hearing.manners import Work
from benchmarks.hearing.performing import beats_of, downbeats_of, merged, perform, ruling_key
from benchmarks.hearing.scores import Bar, Note, Score, Span


def bar(start: float, length: float, metre: tuple[int, int] = (4, 4), number: int = 1) -> Bar:
    """Return a bar."""
    return Bar(start=start, length=length, numerator=metre[0], denominator=metre[1], number=number)


def score(metre: tuple[int, int], *, bars: int, pickup: float = 0.0) -> Score:
    """Return eighth notes through so many bars, after a pickup of so many quarters."""
    full = 4.0 * metre[0] / metre[1]
    found = [bar(0.0, pickup, metre, 0)] if pickup else []
    found += [bar(pickup + number * full, full, metre, number + 1) for number in range(bars)]
    starts = np.arange(0.0, pickup + bars * full, 0.5)
    notes = [Note(start=float(at), end=float(at) + 0.5, pitch=60, part=0) for at in starts]
    return Score(name="x", group="x", notes=notes, bars=found, key="C major")


def work(tempo_bpm: float = 120.0, *, swing: float = 0.5, rubato: float = 0.0, kind: str = "dance") -> Work:
    """Return how it is to be played."""
    return Work(
        name="w",
        kind=kind,
        source="x",
        family="percussive",
        players="piano",
        programs=(0,),
        tempo_bpm=tempo_bpm,
        swing=swing,
        rubato=rubato,
    )


@pytest.mark.parametrize(
    ("metre", "beats"), [((4, 4), 4), ((3, 4), 3), ((2, 4), 2), ((6, 8), 2), ((9, 8), 3), ((12, 8), 4)]
)
def test_tempo_and_bars_are_those_of_the_notated_beat(metre: tuple[int, int], beats: int) -> None:
    """At 120 beats a minute a beat lasts 0.5 s, the dotted quarter in compound metres, and bars hold what they say."""
    truth = perform(work(120.0), score(metre, bars=8)).truth
    assert truth.tempo_bpm == pytest.approx(120.0)
    assert np.diff(truth.beats_s) == pytest.approx(0.5)
    assert np.diff(truth.downbeats_s) == pytest.approx(0.5 * beats)
    assert truth.downbeats_s == truth.beats_s[::beats]


def test_a_pickup_has_beats_but_no_downbeat() -> None:
    """A pickup of one and a half quarters holds one beat, a quarter before the first bar line."""
    truth = perform(work(60.0), score((4, 4), bars=4, pickup=1.5)).truth
    assert truth.downbeats_s[0] - truth.beats_s[0] == pytest.approx(1.0)


def test_a_bar_divided_by_a_repeat_sign_has_one_downbeat() -> None:
    """Three quarters and one more make one bar; what is short for itself begins a bar."""
    assert downbeats_of([bar(0, 4), bar(4, 3), bar(7, 1), bar(8, 4), bar(12, 2)]) == [0, 4, 8, 12]
    assert beats_of(bar(0.0, 1.0)) == [0.0]


def test_swing_moves_what_lies_between_beats_only() -> None:
    """Off-beat eighths come at 62 % of the beat, and beats stay."""
    even = perform(work(120.0), score((4, 4), bars=8))
    swung = perform(work(120.0, swing=0.62), score((4, 4), bars=8))
    assert swung.truth.beats_s == pytest.approx(even.truth.beats_s)
    later = np.array([a[0] - b[0] for a, b in zip(swung.notes, even.notes, strict=True)])
    assert later[::2] == pytest.approx(0.0, abs=1e-9)
    assert later[1::2] == pytest.approx(0.5 * 0.12, abs=1e-9)


def test_the_truth_follows_the_rubato() -> None:
    """With a tempo curve beats are uneven by about its depth, and notes on beats stay with them."""
    played = perform(work(120.0, rubato=0.1), score((4, 4), bars=12))
    intervals = np.diff(played.truth.beats_s)
    assert 0.05 < (intervals.max() - intervals.min()) / intervals.mean() < 0.25
    on_beats = np.array([note[0] for note in played.notes[::2]])
    assert np.abs(on_beats - played.truth.beats_s).max() <= 0.016


def test_onsets_that_fall_together_are_one() -> None:
    """Within 30 ms of the first of a group."""
    assert merged([0.5, 0.0, 0.01, 0.029, 0.04]) == [0.0, 0.04, 0.5]


def test_what_is_cut_ends_at_a_bar_line() -> None:
    """Of a minute as many whole bars are played as fit into the time asked for."""
    played = perform(work(120.0), score((4, 4), bars=30), longest_s=20.0)
    bars = len(played.truth.downbeats_s)
    assert bars in {9, 10}
    assert len(played.truth.beats_s) == 4 * bars
    assert max(note[0] for note in played.notes) < 20.0


def test_notes_are_true_for_melodies_only() -> None:
    """Other works have voices whose notes nobody could name one by one."""
    assert not perform(work(), score((4, 4), bars=4)).truth.notes
    notes = perform(work(kind="melody"), score((4, 4), bars=4)).truth.notes
    assert len(notes) == 32
    assert {pitch for _, _, pitch in notes} == {60}


def test_the_key_that_rules_is_the_longest() -> None:
    """More than half of the time, else there is none."""
    assert ruling_key([(0, 6, "C major"), (6, 8, "A minor"), (8, 10, "C major")]) == "C major"
    assert ruling_key([(0, 4, "C major"), (4, 7, "A minor"), (7, 10, "F major")]) is None


def test_chords_of_people_are_in_seconds() -> None:
    """A chord from the second bar on begins with its downbeat."""
    whole = score((4, 4), bars=4)
    spans = [Span(start=0.0, end=4.0, label="C:maj"), Span(start=4.0, end=16.0, label="G:7")]
    with_chords = Score(name="x", group="x", notes=whole.notes, bars=whole.bars, key=None, chords=spans)
    truth = perform(work(kind="leadsheet"), with_chords).truth
    assert truth.chords_by == "person"
    assert truth.chords[1][0] == pytest.approx(truth.downbeats_s[1])
    assert [label for _, _, label in truth.chords] == ["C:maj", "G:7"]
