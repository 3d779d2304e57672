"""The truth itself gets every point, and known mistakes lose known points."""

import pytest

from benchmarks.hearing.answers import TASKS, Answer, from_row
from benchmarks.hearing.performing import Truth
from benchmarks.hearing.scoring import has_truth, score

BEATS_S = [0.5 * number for number in range(60)]
TRUTH = Truth(
    duration_s=30.0,
    tempo_bpm=120.0,
    metre="4/4",
    beats_s=BEATS_S,
    downbeats_s=BEATS_S[::4],
    onsets_s=BEATS_S,
    key="C major",
    keys=[(0.0, 20.0, "C major"), (20.0, 30.0, "A minor")],
    chords=[(0.0, 10.0, "C:maj"), (10.0, 20.0, "X"), (20.0, 30.0, "A:min7")],
    chords_by="person",
    notes=[(1.0, 2.0, 60), (2.0, 3.0, 64)],
)
FORM = Truth(duration_s=30.0, sections=[(0.0, 10.0, "A"), (10.0, 20.0, "B"), (20.0, 30.0, "A")])
RIGHT = Answer(
    tempo_bpm=120.0,
    beats_s=BEATS_S,
    downbeats_s=BEATS_S[::4],
    onsets_s=BEATS_S,
    key="C major",
    keys=TRUTH.keys,
    chords=[(0.0, 20.0, "C:maj"), (20.0, 30.0, "A:min7")],
    notes=[(1.0, 2.0, 60.0), (2.0, 3.0, 64.0)],
    f0_times_s=[0.01 * number for number in range(3000)],
    f0_hz=[261.626 * (100 <= number < 200) + 329.628 * (200 <= number < 300) for number in range(3000)],
)


def test_the_truth_gets_every_point() -> None:
    """Every metric is 1, but the false alarms of voicing, which are 0."""
    points = score(TRUTH, RIGHT, TASKS)
    assert points.pop("voicing false alarm") == 0.0
    assert len(points) >= 15
    assert points == pytest.approx(dict.fromkeys(points, 1.0))


def test_nothing_said_is_not_judged_and_nothing_found_is_wrong() -> None:
    """A contestant that does not know a task has no points there; one that finds no beats has none."""
    assert score(TRUTH, Answer(), TASKS) == {}
    silent = Answer(tempo_bpm=0.0, beats_s=[], downbeats_s=[], onsets_s=[], key="", notes=[])
    assert set(score(TRUTH, silent, TASKS).values()) == {0.0}


@pytest.mark.parametrize(
    ("heard_bpm", "first", "second"), [(124.7, 1, 1), (126, 0, 0), (60, 0, 1), (240, 0, 1), (180, 0, 0)]
)
def test_tempo_within_four_percent_and_octaves(heard_bpm: float, first: float, second: float) -> None:
    """Acc1 takes the tempo itself, Acc2 its double and half too, neither takes 3:2."""
    points = score(TRUTH, Answer(tempo_bpm=heard_bpm), ("tempo",))
    assert points == {"tempo Acc1": first, "tempo Acc2": second}


def test_beats_between_beats_cost_precision() -> None:
    """Twice as many beats, half of them right: F is two thirds; half a beat late: nothing."""
    doubled = [0.25 * number for number in range(120)]
    assert score(TRUTH, Answer(beats_s=doubled), ("beats",))["beat F"] == pytest.approx(2 / 3, abs=0.01)
    late = [at_s + 0.25 for at_s in BEATS_S]
    assert score(TRUTH, Answer(beats_s=late), ("beats",))["beat F"] == 0.0


def test_keys_are_weighed_by_kinship() -> None:
    """The fifth gets half a point, the relative minor 0.3."""
    assert score(TRUTH, Answer(key="G major"), ("key",))["key"] == 0.5
    assert score(TRUTH, Answer(key="A minor"), ("key",))["key"] == pytest.approx(0.3)
    whole = Answer(key="C major", keys=[(0.0, 30.0, "C major")])
    assert score(TRUTH, whole, ("key",))["key segments"] == pytest.approx((20 + 10 * 0.3) / 30)


def test_chords_count_by_their_length_and_open_ones_do_not() -> None:
    """Half of the judged time right is 0.5, whatever is said where the truth is open."""
    points = score(TRUTH, Answer(chords=[(0.0, 30.0, "C:maj")]), ("chords",))
    assert points["chord root"] == pytest.approx(0.5)
    assert points["chord sevenths"] == pytest.approx(0.5)


def test_notes_need_onset_and_pitch() -> None:
    """A semitone off or 60 ms late is wrong; a wrong end costs only where ends count."""
    wrong = Answer(notes=[(1.0, 2.0, 61.0), (2.06, 3.0, 64.0)])
    assert score(TRUTH, wrong, ("notes",))["note F"] == 0.0
    short = score(TRUTH, Answer(notes=[(1.0, 1.2, 60.0), (2.0, 3.0, 64.0)]), ("notes",))
    assert (short["note F"], short["note F with ends"]) == (1.0, 0.5)


def test_borders_of_sections_count_without_the_ends() -> None:
    """One of two inner borders within 3 s, and no other: F is two thirds; labels are judged apart."""
    heard = Answer(sections=[(0.0, 12.0, "A"), (12.0, 30.0, "B")])
    points = score(FORM, heard, ("sections",))
    assert points["section F 3 s"] == pytest.approx(2 / 3)
    assert points["section F 0.5 s"] == 0.0
    right = score(FORM, Answer(sections=FORM.sections), ("sections",))
    assert right == pytest.approx(dict.fromkeys(right, 1.0))


def test_only_what_the_truth_knows_is_asked() -> None:
    """A form has sections and nothing else."""
    assert [task for task in TASKS if has_truth(FORM, task)] == ["sections"]
    assert [task for task in TASKS if has_truth(TRUTH, task)] == [task for task in TASKS if task != "sections"]


def test_answers_survive_being_kept() -> None:
    """What is written down as JSON values comes back equal."""
    assert from_row(RIGHT.as_row()) == RIGHT
