"""Hypotheses of keys, tempi and places."""

import numpy as np
import pytest

from grym.domain.recognition.hypotheses import OTHER_TEMPI, SAME_TEMPO, hypotheses
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.taking import take_imprint
from tests.unit.grym.domain.recognition.sounds import excerpt, signal, tune

IMPRINTS = [take_imprint(signal(tune(seed))) for seed in range(8)]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A library of eight tunes, numbered as they are seeded."""
    library = Shelf()
    for imprint in IMPRINTS:
        library.put(imprint)
    return library


@pytest.mark.parametrize("semitones", [-6, -5, -1, 0, 2, 6])
def test_another_key_is_supposed_with_its_place(shelf: Shelf, semitones: int) -> None:
    """An excerpt played higher or lower leads to its tune, its key and its place first of all."""
    sound = excerpt(tune(3, semitones=semitones), 4.0, 5.0)
    query = take_imprint(signal(sound))
    first = hypotheses(query, shelf, tempi=SAME_TEMPO, most=5)[0]
    lays = first.lays(query.tonal, IMPRINTS[first.number])
    assert first.number == 3
    assert semitones in {lay.transposition for lay in lays}
    assert lays[0].offset_frames / FRAME_RATE_HZ == pytest.approx(4.0, abs=0.5)


@pytest.mark.parametrize("tempo", [0.8, 0.9, 1.1, 1.25])
def test_another_tempo_is_supposed(shelf: Shelf, tempo: float) -> None:
    """An excerpt played slower or faster leads to its tune at the nearest tempo that is tried."""
    query = take_imprint(signal(excerpt(tune(5, tempo=tempo), 3.0, 5.0)))
    first = hypotheses(query, shelf, tempi=OTHER_TEMPI, most=5)[0]
    assert first.number == 5
    assert first.tempo_ratio == pytest.approx(tempo, rel=0.06)
    assert first.lays(query.tonal, IMPRINTS[5])[0].offset_frames / FRAME_RATE_HZ == pytest.approx(3.0 * tempo, abs=0.5)


def test_six_semitones_are_up_or_down(shelf: Shelf) -> None:
    """Half an octave is supposed both ways, every other key one way, in the sound's own tuning."""
    query = take_imprint(signal(excerpt(tune(1), 2.0, 4.0)))
    found = hypotheses(query, shelf, tempi=SAME_TEMPO, most=200)
    for one in found:
        lays = one.lays(query.tonal, IMPRINTS[one.number])
        ways = {lay.transposition for lay in lays}
        assert ways == ({6, -6} if one.classes == 6 else {(one.classes + 5) % 12 - 5})
        fine = (query.tonal.tuning_cents - IMPRINTS[one.number].tonal.tuning_cents) / 100
        assert all(lay.semitones == pytest.approx(lay.transposition + fine) for lay in lays)
    assert len({(one.number, one.classes) for one in found}) == len(found)
    assert [one.votes for one in found] == sorted((one.votes for one in found), reverse=True)


def test_nothing_is_supposed_of_nothing(shelf: Shelf) -> None:
    """Silence, a sound shorter than a window and an empty library lead nowhere."""
    for sound in (np.zeros(90_000, dtype=np.float32), tune(1)[:9_000], np.zeros(0, dtype=np.float32)):
        assert hypotheses(take_imprint(signal(sound)), shelf, tempi=OTHER_TEMPI, most=5) == []
    assert hypotheses(IMPRINTS[0], Shelf(), tempi=SAME_TEMPO, most=5) == []
