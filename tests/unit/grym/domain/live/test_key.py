"""The key of a stream, of chords whose key is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from grym.domain.live.facts import Features, Heard, KeyHeard
from grym.domain.live.key import KEY_FOLLOWER
from grym.domain.live.stream import LiveStream
from grym.domain.signal import FloatArray
from tests.support.live import MONO, even, heard, of
from tests.unit.grym.domain.laboratory import Laboratory

LAB = Laboratory()
MAJOR_CADENCE = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))


def cadences(tonic: int, *, seconds: float) -> FloatArray:
    """I IV V I over and over, half a second each, with roots in the bass."""
    chords = [[36 + tonic + chord[0], *(60 + tonic + step for step in chord)] for chord in MAJOR_CADENCE]
    count = round(2 * seconds)
    sound = LAB.play([chords[n % 4] for n in range(count)], [0.5 * n for n in range(count)])
    return sound[: round(seconds * 44_100)]


def followed(sound: FloatArray) -> list[Heard]:
    """What a stream of one channel is told by this follower alone."""
    return heard(even(sound[None]), LiveStream(MONO, (KEY_FOLLOWER,)))


def names(facts: Sequence[Heard]) -> list[str | None]:
    """The keys in order, equal neighbours once."""
    told = [f"{fact.key.tonic_name} {fact.key.mode}" if fact.key else None for fact in of(KeyHeard, facts)]
    return [name for place, name in enumerate(told) if not place or told[place - 1] != name]


@pytest.mark.parametrize(("tonic", "name"), [(0, "C major"), (6, "F# major"), (11, "B major")])
def test_a_key_is_told_once_it_is_certain(tonic: int, name: str) -> None:
    """Eight seconds of cadences: their key and no other, told when four seconds have sounded."""
    facts = followed(cadences(tonic, seconds=8.0))
    assert names(facts) == [name]
    assert 4.0 <= of(KeyHeard, facts)[0].at_s <= 6.0


def test_a_modulation_is_told_once() -> None:
    """C major, then a tritone away: two keys, the second within twenty seconds of its beginning."""
    facts = followed(np.concatenate([cadences(0, seconds=10.0), cadences(6, seconds=22.0)]))
    assert names(facts) == ["C major", "F# major"]
    assert 13.0 < next(fact.at_s for fact in of(KeyHeard, facts) if fact.key and fact.key.tonic == 6) < 30.0


def test_a_passing_dominant_is_no_modulation() -> None:
    """Two seconds of G major within C major change nothing."""
    sound = [cadences(0, seconds=8.0), cadences(7, seconds=2.0), cadences(0, seconds=6.0)]
    assert names(followed(np.concatenate(sound))) == ["C major"]


def test_long_silence_ends_a_key() -> None:
    """Twenty seconds without pitch: the key is over."""
    facts = followed(np.concatenate([cadences(0, seconds=6.0), np.zeros(22 * 44_100, dtype=np.float32)]))
    assert names(facts) == ["C major", None]


def test_noise_and_silence_have_no_key() -> None:
    """Nothing is told of what has no pitch, not even pitch classes."""
    for sound in (LAB.noise(seconds=8.0), np.zeros(8 * 44_100, dtype=np.float32)):
        facts = followed(sound)
        assert names(facts) == []
        assert not any(fact.chroma for fact in of(Features, facts))


def test_features_tell_the_pitch_classes() -> None:
    """Once a window full of a C major chord has been heard, its three notes share the pitch classes."""
    facts = of(Features, followed(LAB.play([[60, 64, 67]], [0.0], seconds_each=2.0)))
    assert set(np.argsort(facts[12].chroma)[-3:]) == {0, 4, 7}
    assert sum(facts[12].chroma) == pytest.approx(1.0)


def test_a_restored_stream_goes_on_exactly() -> None:
    """Taken up from its state at any of five places, a stream is told the same."""
    sound = cadences(2, seconds=9.0)
    frames, whole = even(sound[None]), followed(sound)
    for place in (1, 17, 40, 45, 80):
        stream = LiveStream(MONO, (KEY_FOLLOWER,))
        before = [fact for frame in frames[:place] for fact in stream.take(frame)]
        again = LiveStream.restored(stream.state(), (KEY_FOLLOWER,))
        assert before + heard(frames[place:], again) == whole


def test_the_tuning_is_followed() -> None:
    """A stream forty cents high keeps its key and says how high it lies."""
    chords = [[36.4, *(60.4 + step for step in chord)] for chord in MAJOR_CADENCE]
    sound = LAB.play([chords[n % 4] for n in range(16)], [0.5 * n for n in range(16)])
    facts = followed(sound)
    assert names(facts) == ["C major"]
    assert of(KeyHeard, facts)[-1].tuning_cents == pytest.approx(40.0, abs=4.0)
