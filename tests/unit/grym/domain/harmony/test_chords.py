"""Chords of sounds whose chords are known."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.harmony.chords import chord_spans
from grym.domain.harmony.values import QUALITY_STEPS, ChordSpan
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import Laboratory

C, A_MINOR, F, G7 = [36, 60, 64, 67], [45, 57, 60, 64], [41, 57, 60, 65], [43, 59, 62, 65]


def heard(sound: FloatArray, beats_s: Sequence[float] | None = None) -> tuple[ChordSpan, ...]:
    """The chords of a sound at 44.1 kHz."""
    times = None if beats_s is None else np.array(beats_s)
    return chord_spans(chroma(sound, 44_100), duration_s=len(sound) / 44_100, beats_s=times)


def played(lab: Laboratory, chords: list[list[int]], *, seconds_each: float = 1.0) -> FloatArray:
    """Sustained chords one after the other from 0 on, nothing after them."""
    times = [seconds_each * number for number in range(len(chords))]
    sound = lab.play(chords, times, seconds_each=seconds_each, sustained=True)
    return sound[: round(seconds_each * len(chords) * 44_100)]


def main_names(spans: Sequence[ChordSpan], *, least_s: float = 0.4) -> list[str]:
    """The names of chords that last."""
    return [span.name for span in spans if span.end_s - span.start_s >= least_s]


def test_a_progression(lab: Laboratory) -> None:
    """C Am F G7 C, a second each: the names, changing within a fifth of a second."""
    found = heard(played(lab, [C, A_MINOR, F, G7, C]))
    assert main_names(found) == ["C", "Am", "F", "G7", "C"]
    lasting = [span for span in found if span.end_s - span.start_s >= 0.4]
    np.testing.assert_allclose([span.start_s for span in lasting], range(5), atol=0.2)
    assert all(span.confidence > 0.3 for span in lasting)


def test_chords_change_on_beats(lab: Laboratory) -> None:
    """With beats given, borders lie on them."""
    found = heard(played(lab, [C, A_MINOR, F, G7, C]), [0.5 * number for number in range(11)])
    assert [(span.start_s, span.name) for span in found] == [(0, "C"), (1, "Am"), (2, "F"), (3, "G7"), (4, "C")]


@pytest.mark.parametrize("quality", sorted(set(QUALITY_STEPS) - {"aug", "dim7"}))
@pytest.mark.parametrize("root", [0, 3, 7, 10])
def test_each_quality(lab: Laboratory, root: int, quality: str) -> None:
    """A chord above its root in the bass has that root and quality."""
    chord = [36 + root, *(57 + (root + 3 + step) % 12 for step in QUALITY_STEPS[quality])]
    longest = max(heard(played(lab, [chord], seconds_each=2.0)), key=lambda span: span.end_s - span.start_s)
    assert (longest.root, longest.quality) == (root, quality)


@pytest.mark.parametrize("quality", ["aug", "dim7"])
def test_chords_that_divide_the_octave_evenly_take_their_root_from_the_bass(lab: Laboratory, quality: str) -> None:
    """An augmented triad has three possible roots, a diminished seventh four: the bass decides."""
    for root in (2, 5):
        chord = [38 + root - 2, *(60 + (root + step) % 12 for step in QUALITY_STEPS[quality])]
        longest = max(heard(played(lab, [chord], seconds_each=2.0)), key=lambda span: span.end_s - span.start_s)
        assert (longest.root, longest.quality) == (root, quality)


@pytest.mark.parametrize("bass", [40, 43])
def test_inversions_keep_their_root(lab: Laboratory, bass: int) -> None:
    """C major over E or over G is C major."""
    assert main_names(heard(played(lab, [[bass, 60, 64, 67]], seconds_each=2.0))) == ["C"]


def test_arpeggios_are_chords(lab: Laboratory) -> None:
    """Broken chords, four notes a second over a bass note each: C then F, told by beats of a second."""
    notes = [[36, 60], [64], [67], [72], [41, 60], [65], [69], [72]] * 2
    sound = lab.play(notes, [0.25 * number for number in range(16)], seconds_each=0.9)[: 4 * 44_100]
    assert main_names(heard(sound, [0.0, 1.0, 2.0, 3.0, 4.0])) == ["C", "F", "C", "F"]


def test_nothing_sounds_where_nothing_has_pitch(lab: Laboratory) -> None:
    """A pause and noise are N; what is between keeps its chord, and the whole is covered without gaps."""
    silence = np.zeros(44_100, dtype=np.float32)
    found = heard(np.concatenate([silence, played(lab, [C]), lab.noise(seconds=1.5)]))
    assert [span.name for span in found] == ["N", "C", "N"]
    assert found[0].start_s == 0.0
    assert found[-1].end_s == 3.5
    assert all(before.end_s == after.start_s for before, after in pairwise(found))
    assert found[0].confidence == 0.0


@pytest.mark.parametrize("sound", [np.zeros(50_000, dtype=np.float32), np.zeros(3_000, dtype=np.float32)])
def test_silence_is_one_span(sound: FloatArray) -> None:
    """Silence of any length has one span, N."""
    assert [span.name for span in heard(sound)] == ["N"]


def test_a_sound_of_no_length_has_no_chords() -> None:
    """Nothing can be said of nothing."""
    assert chord_spans(chroma(np.zeros(10, dtype=np.float32), 44_100), duration_s=0.0) == ()


def test_one_voice_alone_has_no_chord(lab: Laboratory) -> None:
    """A scale of one voice, a second a note: nothing sounds together, so no chord is told."""
    scale = [[64], [66], [68], [69], [71], [73], [75], [76]]
    assert {span.name for span in heard(played(lab, scale))} == {"N"}


def test_noise_alone_has_no_chord(lab: Laboratory) -> None:
    """Where nothing else sounds, noise is the loudest: still no chord."""
    assert {span.name for span in heard(lab.noise(seconds=4.0))} == {"N"}
