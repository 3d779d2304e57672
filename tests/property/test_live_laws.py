"""What must hold of live sound however it is cut, stored, shuffled or damaged on its way."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import zip_longest

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.domain.live.company import Company
from grym.domain.live.extractor import Extractor
from grym.domain.live.facts import Features, Heard
from grym.domain.live.followers import default_followers
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.stream import LiveStream
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, cepstrum, describe, joined, level_db
from grym.domain.stft import framing_for
from tests.support.live import MONO, REMEMBERING, cuts, end_of, even, frames_of, heard, music, of, same

slowly = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
rates = st.sampled_from([8_000, 11_025, 12_345, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000])
channel_counts = st.integers(min_value=1, max_value=8)
seeds = st.integers(min_value=0, max_value=2**16)

ARRAYS = [field.name for field in fields(SpectralFrames) if field.name not in {"framing", "first_frame"}]
NOT_TOLD = {"contrast_db", "zero_crossing_rate", "rms"}
TOLERANCE = 1e-5


def in_pieces(mono: FloatArray, extractor: Extractor, lengths: list[int]) -> SpectralFrames:
    """Return the frames of a sound that comes in pieces of the given lengths, then all the rest."""
    pieces = [frame.samples[0] for frame in frames_of(mono[None], [*lengths, len(mono)])]
    return joined([*(extractor.push(piece) for piece in pieces), extractor.finish()])


def assert_same_frames(live: SpectralFrames, offline: SpectralFrames, *, names: Sequence[str] = ARRAYS) -> None:
    """Assert that every feature agrees to 1e-5 of its range."""
    for name in names:
        ours, theirs = getattr(live, name), getattr(offline, name)
        scale = max(1.0, float(np.abs(theirs).max(initial=0.0)))
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE * scale, err_msg=name)


@slowly
@given(rate_hz=rates, lengths=cuts, seed=seeds)
def test_any_blocks_give_the_frames_of_the_whole(rate_hz: int, lengths: list[int], seed: int) -> None:
    """Blocks of any size give the frame features that the whole sound has, the padded ends included."""
    sound = music(StreamFormat(sample_rate_hz=rate_hz, channels=1), seconds=0.8, seed=seed)[0]
    framing = framing_for(rate_hz)
    assert_same_frames(in_pieces(sound, Extractor(framing), lengths), describe(sound, framing))
    told = in_pieces(sound, Extractor(framing, full=False), lengths)
    assert_same_frames(told, describe(sound, framing), names=[name for name in ARRAYS if name not in NOT_TOLD])


@slowly
@given(rate_hz=rates, others=st.lists(st.tuples(rates, cuts), max_size=9), lengths=cuts, seed=seeds)
def test_company_changes_nothing(
    rate_hz: int, others: list[tuple[int, list[int]]], lengths: list[int], seed: int
) -> None:
    """In turns with streams of any rates a stream says what it says alone, and is in the same state, bit for bit."""
    company = Company()
    plans = [(rate_hz, lengths), (rate_hz, lengths), *others]
    sounds = [
        music(StreamFormat(sample_rate_hz=hz, channels=1), seconds=0.6, seed=seed + n)
        for n, (hz, _) in enumerate(plans)
    ]
    frames = [frames_of(sound, cut, sample_rate_hz=hz) for sound, (hz, cut) in zip(sounds, plans, strict=True)]
    beside = [stream_of(hz, company) for hz, _ in plans]
    facts = in_turns(beside, frames)
    for hz, sent, stream, said in zip((hz for hz, _ in plans), frames, beside, facts, strict=True):
        alone = stream_of(hz, Company())
        same([fact for frame in sent for fact in alone.take(frame)], said)
        assert alone.state() == stream.state()


def stream_of(rate_hz: int, company: Company) -> LiveStream:
    """Return a stream with all that listens by default."""
    return LiveStream(StreamFormat(sample_rate_hz=rate_hz, channels=1), default_followers(), company=company)


def steps_of(stream: LiveStream, frames: list[Frame]) -> Iterator[list[Heard]]:
    """Yield what a stream says step by step."""
    for frame in frames:
        yield from stream.steps(frame)


def in_turns(streams: list[LiveStream], frames: list[list[Frame]]) -> list[list[Heard]]:
    """Fold streams in turns, a step of each, and return what each says."""
    said: list[list[Heard]] = [[] for _ in streams]
    steps = [steps_of(stream, sent) for stream, sent in zip(streams, frames, strict=True)]
    for turn in zip_longest(*steps, fillvalue=()):
        for heard_now, facts in zip(said, turn, strict=True):
            heard_now.extend(facts)
    return said


@slowly
@given(rate_hz=rates, channels=channel_counts, lengths=cuts, seed=seeds)
def test_features_of_a_stream_are_those_of_the_whole(
    rate_hz: int, channels: int, lengths: list[int], seed: int
) -> None:
    """The windows of a stream sum up the frames that the offline extractor finds in the whole sound."""
    stream_format = StreamFormat(sample_rate_hz=rate_hz, channels=channels)
    sound = music(stream_format, seconds=0.75, seed=seed)
    told = of(Features, heard(frames_of(sound, lengths, sample_rate_hz=rate_hz), LiveStream(stream_format)))
    offline = describe(sound.mean(axis=0, dtype=np.float32), framing_for(rate_hz))
    ends = [sum(fact.frames_folded for fact in told[: index + 1]) for index in range(len(told))]
    assert ends[-1] == len(offline.rms)
    for fact, start, end in zip(told, [0, *ends], ends, strict=False):
        assert fact.centroid_hz == pytest.approx(offline.centroid_hz[start:end].mean(), rel=1e-4, abs=1e-3)
        assert fact.flatness == pytest.approx(offline.flatness[start:end].mean(), rel=1e-4, abs=1e-5)
        assert fact.flux == pytest.approx(offline.flux[start:end].max(), rel=1e-4, abs=1e-5)
        mfcc = cepstrum(level_db(offline.mel_power[start:end])).mean(axis=0)
        np.testing.assert_allclose(fact.mfcc, mfcc, rtol=1e-4, atol=1e-2)


@slowly
@given(one=cuts, other=cuts, seed=seeds, channels=st.integers(min_value=1, max_value=2))
def test_how_a_stream_is_cut_changes_nothing_at_all(one: list[int], other: list[int], seed: int, channels: int) -> None:
    """The same samples in other frames give the same facts, to the last bit."""
    stream_format = StreamFormat(sample_rate_hz=44_100, channels=channels)
    sound = music(stream_format, seconds=1.5, seed=seed)
    first, second = (
        heard(frames_of(sound, lengths), LiveStream(stream_format, [REMEMBERING])) for lengths in (one, other)
    )
    same(first[:-1], second[:-1])


@slowly
@given(lengths=cuts, stops=st.sets(st.integers(min_value=0, max_value=40), max_size=4), seed=seeds, data=st.data())
def test_a_stored_stream_goes_on_to_the_last_bit(
    lengths: list[int], stops: set[int], seed: int, data: st.DataObject
) -> None:
    """Restoring the state between any two frames, lost and shuffled ones included, changes no fact."""
    frames = frames_of(music(MONO, seconds=2.0, seed=seed), [*lengths, 3_000])
    lost = data.draw(st.sets(st.integers(min_value=0, max_value=len(frames) - 1), max_size=3))
    order = data.draw(st.permutations(range(len(frames)))) if seed % 3 == 0 else range(len(frames))
    sent = [frames[index] for index in order if index not in lost]
    whole = heard(sent, LiveStream(MONO, [REMEMBERING]))
    stream, facts = LiveStream(MONO, [REMEMBERING]), []
    for index, frame in enumerate(sent):
        facts += stream.take(frame)
        if index in stops:
            stream = LiveStream.restored(stream.state(), [REMEMBERING])
    same([*facts, *stream.finish()], whole)


@slowly
@given(seed=seeds, doubled=st.sets(st.integers(min_value=0, max_value=29), max_size=10), data=st.data())
def test_doubled_and_shuffled_frames_change_no_feature(seed: int, doubled: set[int], data: st.DataObject) -> None:
    """Frames sent twice, and shuffled within a fifth of a second, leave every window as it was."""
    frames = even(music(MONO, seconds=1.5, seed=seed), 2_205)
    sent = [frame for index, frame in enumerate(frames) for _ in range(2 if index in doubled else 1)]
    groups = [data.draw(st.permutations(sent[first : first + 4])) for first in range(0, len(sent), 4)]
    shuffled = [frame for group in groups for frame in group]
    plain = heard(frames, LiveStream(MONO))
    facts = heard(shuffled, LiveStream(MONO))
    same(of(Features, facts), of(Features, plain))
    assert end_of(facts).counts.get("duplicate", 0) == len(doubled)
    assert end_of(facts).missing_s == 0.0


@slowly
@given(seed=seeds, order=st.permutations(range(30)), lost=st.sets(st.integers(min_value=0, max_value=29), max_size=12))
def test_every_sample_is_accounted_for(seed: int, order: list[int], lost: set[int]) -> None:
    """Whatever is lost or comes in whatever order, each sample was heard, came late, or is named missing or refused."""
    frames = even(music(MONO, seconds=1.5, seed=seed), 2_205)
    ended = end_of(heard([frames[index] for index in order if index not in lost], LiveStream(MONO)))
    sent_s = 0.05 * (30 - len(lost))
    refused_s = 0.05 * (ended.counts.get("too_late", 0) + ended.counts.get("jump", 0))
    assert ended.heard_s + ended.late_s + refused_s >= sent_s - 1e-9
    assert ended.heard_s + ended.late_s <= sent_s + 1e-9
    assert ended.duration_s == pytest.approx(ended.heard_s + ended.missing_s)


@slowly
@given(
    seed=seeds,
    bad=st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 1e30, -1e9]), min_size=1, max_size=20),
    data=st.data(),
)
def test_bad_samples_never_spread(seed: int, bad: list[float], data: st.DataObject) -> None:
    """Samples that are no sound count as silence: the facts are those of the stream with zeros in their places."""
    sound = music(MONO, seconds=1.0, seed=seed)
    places = data.draw(st.lists(st.integers(0, sound.shape[1] - 1), min_size=len(bad), max_size=len(bad), unique=True))
    damaged, mended = sound.copy(), sound.copy()
    damaged[0, places], mended[0, places] = bad, 0.0
    facts = heard(even(damaged), LiveStream(MONO, [REMEMBERING]))
    same(of(Features, facts), of(Features, heard(even(mended), LiveStream(MONO, [REMEMBERING]))))
    assert end_of(facts).counts["not_finite"] == len(bad)


positions = st.integers(0, 120_000) | st.integers(0, 2_000_000) | st.integers(0, 10**18 - 1)
hostile_frames = st.builds(
    Frame,
    sequence=st.integers(0, 20) | st.integers(0, 10**18 - 1),
    first_sample=positions,
    sample_rate_hz=st.sampled_from([8_000, 8_000, 8_000, 44_100]),
    samples=st.builds(
        lambda channels, length, level: np.full((channels, length), level, dtype=np.float32),
        st.sampled_from([1, 1, 1, 2]),
        st.integers(0, 4_000),
        st.sampled_from([0.0, 0.3, -1.0, 1e-30, np.nan, np.inf, 3e38]),
    ),
)


@settings(parent=slowly, max_examples=40)
@given(frames=st.lists(hostile_frames, max_size=25))
def test_no_frame_breaks_a_stream(frames: list[Frame]) -> None:
    """Whatever comes, windows ascend, nothing but numbers is said, and the state stays small and exact."""
    stream_format = StreamFormat(sample_rate_hz=8_000, channels=1)
    stream, twin = (LiveStream(stream_format, [REMEMBERING]) for _ in range(2))
    facts: list[Heard] = []
    for frame in frames:
        facts += stream.take(frame)
        twin.take(frame)
        twin = LiveStream.restored(twin.state(), [REMEMBERING])
        assert len(twin.state()) < 1_500_000
    last = stream.finish()
    same(twin.finish(), last)
    facts += last
    in_time = [fact.window for fact in of(Features, facts) if not fact.late]
    assert in_time == sorted(set(in_time))
    assert "nan" not in repr(facts)
    assert "inf" not in repr(facts).replace("infinite", "")
    assert end_of(facts).heard_s + end_of(facts).missing_s <= end_of(facts).duration_s + 1e-9


@slowly
@given(rate_hz=rates, seed=seeds, hops=st.integers(min_value=1, max_value=40))
def test_frames_move_with_the_sound_by_whole_hops(rate_hz: int, seed: int, hops: int) -> None:
    """Silence of h hops before a sound moves its frames by h and changes none that does not touch the edge."""
    sound = music(StreamFormat(sample_rate_hz=rate_hz, channels=1), seconds=0.5, seed=seed)[0]
    framing = framing_for(rate_hz)
    moved = np.concatenate([np.zeros(hops * framing.hop_length, dtype=np.float32), sound])
    before, after = describe(sound, framing), describe(moved, framing)
    for name in ARRAYS:
        ours, theirs = getattr(after, name)[hops + 3 :], getattr(before, name)[3:]
        scale = max(1.0, float(np.abs(theirs).max(initial=0.0)))
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE * scale, err_msg=name)


@slowly
@given(seed=seeds, octaves=st.integers(min_value=-4, max_value=2))
def test_gain_scales_levels_and_leaves_shapes(seed: int, octaves: int) -> None:
    """A gain of 2^k multiplies RMS and mel power exactly, and leaves centroid, roll-off, flux and crossings alone."""
    sound = music(MONO, seconds=0.5, seed=seed)[0]
    framing, gain = framing_for(44_100), np.float32(2.0**octaves)
    before, after = describe(sound, framing), describe(sound * gain, framing)
    np.testing.assert_array_equal(after.rms, before.rms * gain)
    np.testing.assert_array_equal(after.mel_power, before.mel_power * gain * gain)
    np.testing.assert_array_equal(after.zero_crossing_rate, before.zero_crossing_rate)
    loud = before.rms > 1e-3
    for name in ("centroid_hz", "bandwidth_hz", "rolloff_hz", "flux"):
        np.testing.assert_allclose(getattr(after, name)[loud], getattr(before, name)[loud], rtol=1e-5, err_msg=name)


@slowly
@given(rate_hz=rates, seed=seeds)
def test_polarity_changes_no_feature(rate_hz: int, seed: int) -> None:
    """A sound turned over has the same features; only the zero before it may count as crossed."""
    sound = music(StreamFormat(sample_rate_hz=rate_hz, channels=1), seconds=0.5, seed=seed)[0]
    framing = framing_for(rate_hz)
    before, after = describe(sound, framing), describe(-sound, framing)
    for name in ARRAYS:
        if name != "zero_crossing_rate":
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name), err_msg=name)
    crossings = np.abs(after.zero_crossing_rate - before.zero_crossing_rate) * framing.n_fft
    assert float(crossings.max()) < 4.0 + 1e-3


@slowly
@given(
    seed=seeds,
    hz=st.floats(min_value=200.0, max_value=3_000.0),
    rate_hz=st.sampled_from([16_000, 22_050, 48_000, 96_000]),
)
def test_features_in_hertz_do_not_depend_on_the_rate(seed: int, hz: float, rate_hz: int) -> None:
    """The same band of tones sampled at another rate has the same centroid, bandwidth, level and crossings a second."""
    rng = np.random.default_rng(seed)
    # The lowest is so strong that the others never bend the wave back over zero.
    strengths = (0.5, *rng.uniform(0.05, 0.1, 2))
    partials = [
        (hz * ratio, level, rng.uniform(0.0, 6.28)) for ratio, level in zip((1.0, 1.5, 2.0), strengths, strict=True)
    ]

    def at(rate: int) -> SpectralFrames:
        time = np.arange(round(0.6 * rate)) / rate
        waves = [strength * np.sin(2.0 * np.pi * f * time + phase) for f, strength, phase in partials]
        return describe(np.sum(waves, axis=0).astype(np.float32), framing_for(rate))

    one, other = at(44_100), at(rate_hz)
    for name, tolerance in (("centroid_hz", 0.02), ("bandwidth_hz", 0.1), ("rms", 0.02)):
        mine, theirs = (float(np.median(getattr(frames, name))) for frames in (one, other))
        assert theirs == pytest.approx(mine, rel=tolerance), name
    crossings = [float(np.median(f.zero_crossing_rate)) * f.framing.sample_rate_hz for f in (one, other)]
    one_in_a_window = 44_100 / one.framing.n_fft
    assert crossings[1] == pytest.approx(crossings[0], rel=0.01, abs=1.5 * one_in_a_window)
