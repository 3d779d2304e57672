"""Saying what a sound is."""

import numpy as np
import pytest

from grym.domain.recognition.codec import decode, encode
from grym.domain.recognition.confidence import Experience
from grym.domain.recognition.recognising import THRESHOLD, Finding, recognise
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.recognition.sounds import RATE_HZ, excerpt, noisy, signal, tune

TUNES = 10
IMPRINTS = [take_imprint(signal(tune(seed, seconds=20.0))) for seed in range(TUNES)]


def shelf_of(order: list[int]) -> Shelf:
    """Return a library of tunes, put there in an order."""
    library = Shelf()
    for seed in order:
        library.put(IMPRINTS[seed])
    return library


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A library of ten tunes, numbered as they are seeded."""
    return shelf_of(list(range(TUNES)))


def ask(sound: FloatArray, library: Shelf) -> Finding | None:
    """Return the surest finding."""
    findings = recognise(take_imprint(signal(sound)), library)
    return findings[0] if findings else None


@pytest.mark.parametrize("snr_db", [60.0, 0.0, -5.0])
@pytest.mark.parametrize("seed", [0, 4, 7])
def test_an_excerpt_is_known_in_noise_with_its_place(shelf: Shelf, seed: int, snr_db: float) -> None:
    """Five seconds of a tune are found in it where they were cut, at its key and tempo, with reasons."""
    start_s = 3.0 + 1.37 * seed
    found = ask(noisy(excerpt(tune(seed, seconds=20.0), start_s, 5.0), snr_db), shelf)
    assert found is not None
    assert (found.number, found.transposition_semitones) == (seed, 0)
    assert found.confidence > 0.9
    assert found.offset_s == pytest.approx(start_s, abs=0.1)
    assert found.tempo_ratio == pytest.approx(1.0, abs=0.01)
    assert found.evidence["peaks_met"] > found.evidence["peaks_by_chance"]
    assert found.evidence["margin"] > 0
    assert found.why.endswith(".")


@pytest.mark.parametrize(("semitones", "tempo"), [(4, 1.0), (-6, 1.0), (0, 0.8), (0, 1.2), (-3, 1.1), (6, 0.9)])
def test_another_key_and_tempo_are_known_and_told(shelf: Shelf, semitones: int, tempo: float) -> None:
    """Six seconds played in another way are found, with how they differ."""
    sound = excerpt(tune(6, seconds=20.0, semitones=semitones, tempo=tempo), 4.0, 6.0)
    found = ask(noisy(sound, 15.0), shelf)
    assert found is not None
    assert (found.number, found.transposition_semitones) == (6, semitones)
    assert found.confidence > THRESHOLD
    assert found.tempo_ratio == pytest.approx(tempo, rel=0.02)
    assert found.offset_s == pytest.approx(4.0 * tempo, abs=0.1)


@pytest.mark.parametrize("seed", range(20, 30))
def test_a_stranger_is_not_known(shelf: Shelf, seed: int) -> None:
    """A tune that was never learned is not known, whether memory holds much or little."""
    sound = excerpt(tune(seed), 3.0, 5.0)
    for library in (shelf, shelf_of([3]), shelf_of([1, 8])):
        found = ask(sound, library)
        assert found is None or found.confidence < THRESHOLD


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0, 10.0])
def test_what_is_no_music_is_not_known(shelf: Shelf, seconds: float) -> None:
    """Silence, noise, a sine and a click are not known, however long."""
    count = round(seconds * RATE_HZ)
    times = np.arange(count) / RATE_HZ
    noise = np.random.default_rng(5).normal(scale=0.1, size=count)
    click = (np.arange(count) == count // 2).astype(np.float32)
    for samples in (0.0 * times, noise, 0.3 * np.sin(2 * np.pi * 440.0 * times), click):
        found = ask(samples.astype(np.float32), shelf)
        assert found is None or found.confidence < 0.1


def test_the_same_question_has_the_same_answer(shelf: Shelf) -> None:
    """Asking again, and asking by what was encoded, gives the same findings to the last digit."""
    query = take_imprint(signal(noisy(excerpt(tune(2, seconds=20.0), 5.0, 4.0), 3.0)))
    assert recognise(query, shelf) == recognise(query, shelf) == recognise(decode(encode(query)), shelf)


def test_the_order_of_learning_changes_nothing(shelf: Shelf) -> None:
    """A library filled in another order says the same of the same tunes."""
    order = np.random.default_rng(1).permutation(TUNES).tolist()
    other = shelf_of(order)
    for seed, semitones in ((1, 0), (4, 3), (25, 0)):
        query = take_imprint(signal(noisy(excerpt(tune(seed, semitones=semitones), 2.0, 5.0), 5.0)))
        ours = {one.number: (one.confidence, one.offset_s) for one in recognise(query, shelf, top=3)}
        theirs = {order[one.number]: (one.confidence, one.offset_s) for one in recognise(query, other, top=3)}
        assert ours.keys() == theirs.keys()
        for number, values in ours.items():
            assert theirs[number] == pytest.approx(values)


def test_findings_are_surest_first_and_as_many_as_asked(shelf: Shelf) -> None:
    """No pattern comes twice, and none before a surer one."""
    query = take_imprint(signal(excerpt(tune(9), 2.0, 5.0)))
    for top in (1, 3, 50):
        findings = recognise(query, shelf, top=top)
        assert len(findings) <= top
        assert len({one.number for one in findings}) == len(findings)
        assert [one.confidence for one in findings] == sorted((one.confidence for one in findings), reverse=True)


def test_experience_is_asked_by_number(shelf: Shelf) -> None:
    """What was denied before is a little less sure, and nothing else changes."""
    query = take_imprint(signal(noisy(excerpt(tune(2, seconds=20.0), 5.0, 4.0), -10.0)))
    plain = recognise(query, shelf)[0]
    denied = recognise(query, shelf, experience=lambda number: Experience(denied=5 if number == plain.number else 0))
    same = next(one for one in denied if one.number == plain.number)
    assert same.confidence < plain.confidence
    assert same.offset_s == plain.offset_s


def test_a_long_sound_is_found_though_most_of_it_is_unknown(shelf: Shelf) -> None:
    """Ten known seconds inside a minute of others are found at their place."""
    sound = np.concatenate([tune(31, seconds=24.0), excerpt(tune(5, seconds=20.0), 6.0, 12.0), tune(32, seconds=24.0)])
    found = ask(sound, shelf)
    assert found is not None
    assert found.number == 5
    assert found.confidence > THRESHOLD
    assert found.offset_s == pytest.approx(6.0 - 24.0, abs=0.15)


def test_an_empty_memory_knows_nothing() -> None:
    """Without patterns there is no finding."""
    assert recognise(IMPRINTS[0], Shelf()) == ()


@pytest.mark.parametrize("hertz", [440.0, 450.0, 523.25])
def test_a_steady_tone_is_nothing_in_particular(hertz: float) -> None:
    """Not even where another one was learned: they lie upon each other in every key and everywhere."""
    time_s = np.arange(8 * RATE_HZ) / RATE_HZ
    library = Shelf()
    library.put(take_imprint(signal((0.3 * np.sin(2.0 * np.pi * 440.0 * time_s)).astype(np.float32))))
    assert ask((0.3 * np.sin(2.0 * np.pi * hertz * time_s)).astype(np.float32), library) is None
