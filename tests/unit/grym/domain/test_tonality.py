"""Keys: all 24, from notes and from sound."""

import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.harmony.chords import chord_spans
from grym.domain.harmony.keys import tonalities
from grym.domain.tonality import (
    PROFILES,
    Key,
    key_scores,
    tonality_of_pitches,
    tonality_of_weights,
)
from tests.unit.grym.domain.laboratory import Laboratory, certain

MAJOR = (0, 2, 4, 5, 7, 9, 11)
NATURAL = (0, 2, 3, 5, 7, 8, 10)
HARMONIC = (0, 2, 3, 5, 7, 8, 11)
KEYS = [(tonic, mode) for tonic in range(12) for mode in ("major", "minor")]
NAMES = [f"{tonic}-{mode}" for tonic, mode in KEYS]


def cadence(tonic: int, mode: str) -> list[list[int]]:
    """I IV V I in four parts, minor with its leading note."""
    third, sixth = (4, 9) if mode == "major" else (3, 8)
    degrees = [(0, 7, 12, 12 + third), (5, 12, sixth, 17), (-5, 7, 11, 14), (-12, 0, third, 7)]
    return [[48 + tonic + step for step in chord] for chord in degrees]


def scale(tonic: int, steps: tuple[int, ...]) -> list[list[int]]:
    """Up one octave and back, one note at a time."""
    up = [60 + tonic + step for step in (*steps, 12)]
    return [[pitch] for pitch in (*up, *up[-2::-1])]


def heard(lab: Laboratory, chords: list[list[int]], *, cents: float = 0.0) -> Key:
    """The key of chords played as sound, half a second each."""
    detuned = [[pitch + cents / 100.0 for pitch in chord] for chord in chords]
    times = [0.1 + 0.5 * index for index in range(len(chords))]
    sound = lab.play(detuned, times)
    pitch, duration_s = chroma(sound, 44_100), len(sound) / 44_100
    return certain(tonalities(pitch, chord_spans(pitch, duration_s=duration_s), duration_s=duration_s).whole)


def written(chords: list[list[int]]) -> Key:
    """The key of the same chords as notes of one beat."""
    return certain(tonality_of_pitches((pitch, 1.0) for chord in chords for pitch in chord))


@pytest.mark.parametrize(("tonic", "mode"), KEYS, ids=NAMES)
def test_cadence(lab: Laboratory, tonic: int, mode: str) -> None:
    """A full cadence tells its key, written and heard."""
    for key in (written(cadence(tonic, mode)), heard(lab, cadence(tonic, mode))):
        assert (key.tonic, key.mode) == (tonic, mode)
        assert key.confidence > 0.5


@pytest.mark.parametrize(("tonic", "mode"), KEYS, ids=NAMES)
def test_scale(lab: Laboratory, tonic: int, mode: str) -> None:
    """A major or harmonic minor scale tells its key, written and heard."""
    notes = scale(tonic, MAJOR if mode == "major" else HARMONIC)
    for key in (written(notes), heard(lab, notes)):
        assert (key.tonic, key.mode) == (tonic, mode)


@pytest.mark.parametrize("tonic", range(12))
def test_natural_minor_is_not_its_relative_major(lab: Laboratory, tonic: int) -> None:
    """The natural minor scale from tonic to tonic is heard as minor although it shares its notes."""
    key = heard(lab, scale(tonic, NATURAL))
    assert (key.tonic, key.mode) == (tonic, "minor")


@pytest.mark.parametrize(("tonic", "mode"), KEYS, ids=NAMES)
def test_triad(lab: Laboratory, tonic: int, mode: str) -> None:
    """A repeated tonic triad tells its key."""
    triad = [48 + tonic, 60 + tonic, 60 + tonic + (4 if mode == "major" else 3), 67 + tonic]
    key = heard(lab, [triad] * 4)
    assert (key.tonic, key.mode) == (tonic, mode)


@pytest.mark.parametrize("cents", [-45.0, 40.0])
@pytest.mark.parametrize(("tonic", "mode"), [(2, "minor"), (9, "major")])
def test_a_recording_out_of_tune(lab: Laboratory, tonic: int, mode: str, cents: float) -> None:
    """A recording almost half a semitone off keeps its key."""
    key = heard(lab, cadence(tonic, mode), cents=cents)
    assert (key.tonic, key.mode) == (tonic, mode)


def test_a_chromatic_cluster_has_no_clear_key() -> None:
    """Twelve nearly equal weights give a key without confidence; twelve equal ones none."""
    weights = np.ones(12)
    assert tonality_of_weights(weights) is None
    weights[3] += 1e-3
    weights[8] += 1e-3
    weights[1] += 1e-3
    assert certain(tonality_of_weights(weights)).confidence < 0.5


def test_nothing_has_no_key() -> None:
    """Silence and an empty score have no key."""
    assert tonality_of_pitches([]) is None
    assert tonalities(chroma(np.zeros(44_100, dtype=np.float32), 44_100), (), duration_s=1.0).whole is None


def test_scores_are_correlations() -> None:
    """A profile correlates best with its own key, and transposing the weights transposes the scores."""
    weights = np.array(PROFILES["temperley"][0])
    scores = key_scores(weights)
    assert scores.argmax() == 0
    assert (np.abs(scores) <= 1.0).all()
    np.testing.assert_allclose(np.roll(scores[:12], 5), key_scores(np.roll(weights, 5))[:12])


def test_the_weight_of_notes_counts() -> None:
    """Long notes count more than short ones: the same pitches, once in C major, once in A minor."""
    pitches = [60, 62, 64, 65, 67, 69, 71]
    in_c = certain(tonality_of_pitches((p, 4.0 if p in (60, 64, 67) else 1.0) for p in pitches))
    in_a = certain(tonality_of_pitches((p, 4.0 if p in (69, 60, 64) else 1.0) for p in pitches))
    assert (in_c.tonic, in_c.mode) == (0, "major")
    assert (in_a.tonic, in_a.mode) == (9, "minor")


def test_names_are_spelled_as_musicians_do() -> None:
    """E flat major, but C sharp minor."""
    assert Key(tonic=3, mode="major", confidence=1.0).tonic_name == "Eb"
    assert Key(tonic=1, mode="minor", confidence=1.0).tonic_name == "C#"
    assert Key(tonic=1, mode="major", confidence=1.0).tonic_name == "Db"
