"""Keys of sounds that stay, move and never settle."""

from itertools import pairwise

import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.harmony.chords import chord_spans
from grym.domain.harmony.keys import Tonalities, tonalities
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import Laboratory, certain

DEGREES = ((0, "maj"), (9, "min"), (5, "maj"), (7, "maj"))


def phrase(lab: Laboratory, tonic: int, *, chords: int, close: bool = True) -> FloatArray:
    """I vi IV V over and over, a second each; a closing phrase ends on I."""
    steps = [DEGREES[number % 4] for number in range(chords)]
    if close:
        steps[-2:] = [DEGREES[3], DEGREES[0]]
    played = []
    for step, quality in steps:
        root, third = (tonic + step) % 12, 4 if quality == "maj" else 3
        played.append([36 + root, 60 + root % 12, 60 + (root + third) % 12, 60 + (root + 7) % 12])
    sound = lab.play(played, list(range(chords)), seconds_each=1.0, sustained=True)
    return sound[: chords * 44_100]


def heard(sound: FloatArray) -> Tonalities:
    """The keys of a sound at 44.1 kHz."""
    pitch, duration_s = chroma(sound, 44_100), len(sound) / 44_100
    return tonalities(pitch, chord_spans(pitch, duration_s=duration_s), duration_s=duration_s)


def names(found: Tonalities) -> list[str]:
    """The keys of the passages in order."""
    return [f"{span.key.tonic_name} {span.key.mode}" for span in found.spans]


@pytest.mark.parametrize("tonic", [0, 5, 10])
def test_a_piece_in_one_key_is_one_passage(lab: Laboratory, tonic: int) -> None:
    """Twenty seconds of one key: one span over all, the key of the whole."""
    found = heard(phrase(lab, tonic, chords=20))
    assert certain(found.whole).tonic == tonic
    assert [(span.start_s, span.end_s) for span in found.spans] == [(0.0, 20.0)]
    assert found.spans[0].key.tonic == tonic


def test_a_modulation_is_found_where_it_is(lab: Laboratory) -> None:
    """C major, E major, C major: three passages within two seconds, and C is the key of the whole."""
    found = heard(np.concatenate([phrase(lab, tonic, chords=16) for tonic in (0, 4, 0)]))
    assert names(found) == ["C major", "E major", "C major"]
    np.testing.assert_allclose([span.start_s for span in found.spans], [0.0, 16.0, 32.0], atol=2.0)
    assert certain(found.whole).tonic_name == "C"


def test_a_passing_dominant_is_no_passage(lab: Laboratory) -> None:
    """Two chords of the dominant's key within C major change nothing."""
    sound = [phrase(lab, 0, chords=12), phrase(lab, 7, chords=2), phrase(lab, 0, chords=10)]
    assert names(heard(np.concatenate(sound))) == ["C major"]


def test_passages_cover_the_sound(lab: Laboratory) -> None:
    """Whatever is played, passages touch, last, and hold the key of the whole among them."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        pieces = [phrase(lab, int(rng.integers(12)), chords=int(rng.integers(3, 9)), close=False) for _ in range(5)]
        sound = np.concatenate(pieces)[: -int(rng.integers(1, 30_000))]
        found = heard(sound)
        assert found.spans[0].start_s == 0.0
        assert found.spans[-1].end_s == pytest.approx(len(sound) / 44_100)
        assert all(before.end_s == after.start_s for before, after in pairwise(found.spans))
        assert all(before.key != after.key for before, after in pairwise(found.spans))
        whole = certain(found.whole)
        assert (whole.tonic, whole.mode) in {(span.key.tonic, span.key.mode) for span in found.spans}


def test_noise_and_silence_have_none(lab: Laboratory) -> None:
    """Where nothing has pitch there is no key, and no passages."""
    for sound in (np.zeros(5 * 44_100, dtype=np.float32), lab.noise(seconds=5.0)):
        found = heard(sound)
        assert found.whole is None or found.whole.confidence < 0.2
        assert found.whole is not None or found.spans == ()


def test_the_shortest_sound_has_one_passage(lab: Laboratory) -> None:
    """Half a second of one note: a key without much confidence, one span."""
    found = heard(lab.note(60, seconds=0.5))
    assert len(found.spans) == 1
    assert found.spans[0].end_s == pytest.approx(0.5)
