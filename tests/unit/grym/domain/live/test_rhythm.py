"""Onsets and beats of a stream, on click trains and music whose times are known."""

from collections.abc import Sequence

import mir_eval
import numpy as np
import pytest

from grym.domain.live.codec import decoded, encoded
from grym.domain.live.company import Company, at_once
from grym.domain.live.facts import Beat, Followed, Onset
from grym.domain.live.following import FrameBlock, PitchBlock
from grym.domain.live.rhythm import RHYTHM, RhythmFollower
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)
RATE_HZ = FRAMING.frame_rate_hz
BLOCK = 9


def blocks_of(sound: FloatArray, *, missing_from_s: float = np.inf) -> list[FrameBlock]:
    """Cut the frames of a sound into blocks of about 100 ms."""
    mel = describe(sound, FRAMING).mel_power
    none = PitchBlock(
        framing=FRAMING,
        first_frame=0,
        power=np.empty((0, 8), dtype=np.float32),
        first_sample=0,
        samples=np.empty(0, dtype=np.float32),
    )
    missing = np.arange(len(mel)) / RATE_HZ >= missing_from_s
    return [
        FrameBlock(
            framing=FRAMING,
            first_frame=start,
            mel_power=mel[start : start + BLOCK],
            missing=missing[start : start + BLOCK],
            pitch=none,
        )
        for start in range(0, len(mel), BLOCK)
    ]


def followed(blocks: Sequence[FrameBlock]) -> list[tuple[float, Followed]]:
    """What is heard, each with the time at which it was said."""
    follower = RHYTHM.begun(FRAMING, FRAMING)
    said = []
    for block in blocks:
        until_s = block.end_frame / RATE_HZ + FRAMING.n_fft / 2 / FRAMING.sample_rate_hz
        said += [(until_s, fact) for fact in at_once(follower.follow(block, Company()))]
    return said


def beats_of(said: list[tuple[float, Followed]]) -> list[Beat]:
    """The beats among what was said."""
    return [fact for _, fact in said if isinstance(fact, Beat)]


@pytest.mark.parametrize("bpm", [60, 80, 100, 120])
def test_clicks_are_beats_and_the_next_one_is_foretold(lab: Laboratory, bpm: float) -> None:
    """After eight seconds every click is a beat at its tempo, and the next one comes when it was expected."""
    sound, times = lab.train(bpm, seconds=20.0)
    beats = [beat for beat in beats_of(followed(blocks_of(sound))) if beat.at_s > 8.0]
    found = np.array([beat.at_s for beat in beats])
    assert mir_eval.beat.f_measure(times[(times > 8.0) & (times < 19.5)], found[found < 19.5]) > 0.95
    assert all(beat.tempo_bpm == pytest.approx(bpm, rel=0.03) for beat in beats)
    assert all(np.abs(times - beat.next_s).min() < 0.05 for beat in beats if beat.next_s < times[-1])
    assert all(0.5 < beat.confidence <= 1.0 for beat in beats)


def test_beats_are_said_soon_and_once(lab: Laboratory) -> None:
    """A beat is told within a quarter of a second, and none is told twice."""
    sound, _ = lab.train(100, seconds=15.0)
    said = [(until_s, fact) for until_s, fact in followed(blocks_of(sound)) if isinstance(fact, Beat)]
    assert all(until_s - beat.at_s < 0.25 for until_s, beat in said[1:])
    assert np.diff([beat.at_s for _, beat in said]).min() > 0.4


def test_accents_become_bars(lab: Laboratory) -> None:
    """Every third click louder: after ten seconds the beats are counted in three from the loud one."""
    sound, times = lab.train(100, seconds=25.0, accent_every=3)
    beats = [beat for beat in beats_of(followed(blocks_of(sound))) if beat.at_s > 12.0]
    assert {beat.beats_per_bar for beat in beats} == {3}
    assert all(np.abs(times[::3] - beat.at_s).min() < 0.05 for beat in beats if beat.in_bar == 1)


def test_onsets_are_those_of_the_clicks_and_said_within_a_block(lab: Laboratory) -> None:
    """Every click is one onset, placed within 20 ms, said at most a block and 60 ms later."""
    sound, times = lab.train(120, seconds=8.0)
    said = [(until_s, fact) for until_s, fact in followed(blocks_of(sound)) if isinstance(fact, Onset)]
    found = np.array([onset.at_s for _, onset in said])
    assert len(found) == len(times)
    assert np.abs(found - times).max() < 0.02
    assert all(until_s - onset.at_s < 0.1 + 0.06 + BLOCK / RATE_HZ for until_s, onset in said)


def test_no_beats_in_noise_silence_and_before_anything_repeats(lab: Laboratory) -> None:
    """Silence has none, noise hardly any, music none in its first three seconds."""
    assert not beats_of(followed(blocks_of(np.zeros(10 * 44_100, dtype=np.float32))))
    assert len(beats_of(followed(blocks_of(lab.noise(seconds=20.0))))) <= 4
    sound, _ = lab.train(120, seconds=6.0)
    assert all(beat.at_s > 2.0 for beat in beats_of(followed(blocks_of(sound))))


def test_no_beats_where_sound_is_missing(lab: Laboratory) -> None:
    """Where silence stands for lost sound no beat is told."""
    sound, _ = lab.train(120, seconds=16.0)
    sound[12 * 44_100 :] = 0.0
    beats = beats_of(followed(blocks_of(sound, missing_from_s=12.0)))
    assert max(beat.at_s for beat in beats) < 12.1


def test_no_beats_after_the_music(lab: Laboratory) -> None:
    """Where the music ends in a floor of noise 60 dB below it, no beat is told a second later."""
    sound, _ = lab.train(120, seconds=16.0)
    sound[12 * 44_100 :] = 0.001 * np.abs(sound).max() * lab.noise(seconds=4.0)
    beats = beats_of(followed(blocks_of(sound)))
    assert 11.0 < max(beat.at_s for beat in beats) < 13.0


def test_restored_follower_goes_on_bit_for_bit(lab: Laboratory) -> None:
    """Stored as bytes after every twentieth block and restored, a follower says the same; its state stays small."""
    blocks = blocks_of(lab.music(seconds=14.0, bpm=110.0))
    whole = [fact for _, fact in followed(blocks)]
    heard: list[Followed] = []
    follower = RHYTHM.begun(FRAMING, FRAMING)
    for number, block in enumerate(blocks):
        heard += at_once(follower.follow(block, Company()))
        if number % 20 == 19:
            state = encoded(follower.state())
            assert len(state) < 250_000
            follower = RHYTHM.restored(FRAMING, FRAMING, decoded(state))
    assert isinstance(follower, RhythmFollower)
    assert heard == whole
    assert beats_of(followed(blocks))
