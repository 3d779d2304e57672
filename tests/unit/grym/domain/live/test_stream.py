"""A whole stream: bad input of each kind, silence, endings, states. Laws over random streams are in tests/property."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from grym.domain.live.facts import Alert, Features, Heard, KeyHeard, Loudness
from grym.domain.live.followers import default_followers
from grym.domain.live.following import FollowerKind
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.stream import LiveStream
from grym.domain.loudness import measure_loudness
from grym.domain.signal import Signal
from grym.errors import ContractError, InvariantError
from tests.support.live import MONO, REMEMBERING, end_of, even, heard, music, of, same

SOUND = music(MONO, seconds=4.0)
FRAMES = even(SOUND)


def names(facts: list[Heard]) -> list[str]:
    """The names of the alerts, in order."""
    return [alert.name for alert in of(Alert, facts)]


def test_every_window_is_told_once_in_order() -> None:
    """Windows count up without holes; each covers a tenth of a second; the last holds what is left."""
    told = of(Features, heard(FRAMES, LiveStream(MONO)))
    assert [fact.window for fact in told] == list(range(41))
    assert [fact.end_s for fact in told[:-1]] == pytest.approx([0.1 * (n + 1) for n in range(40)])
    assert sum(fact.frames_folded for fact in told) == 1 + SOUND.shape[1] // 512


def test_a_window_is_told_with_the_frame_that_ends_it() -> None:
    """Nothing waits for sound to come: the block that fills the window brings its features."""
    stream = LiveStream(MONO)
    for number, frame in enumerate(FRAMES):
        assert [fact.window for fact in of(Features, stream.take(frame))] == [number]


def test_the_meters_speak_once_a_second() -> None:
    """Loudness after each second, the integrated one equal to that of the whole."""
    facts = heard(FRAMES, LiveStream(MONO))
    spoken = of(Loudness, facts)
    assert [fact.second for fact in spoken] == [0, 1, 2, 3]
    offline = measure_loudness(Signal(samples=SOUND, sample_rate_hz=44_100))
    assert spoken[-1].integrated_lufs == pytest.approx(offline.integrated_lufs, abs=0.02)
    assert end_of(facts).integrated_lufs == spoken[-1].integrated_lufs


def test_keys_and_beats_are_numbered_through() -> None:
    """What followers say is numbered by the stream."""
    facts = heard(FRAMES, LiveStream(MONO, [REMEMBERING]))
    assert [fact.number for fact in of(KeyHeard, facts)] == list(range(41))
    assert of(Features, facts)[3].onsets_s
    assert len(of(Features, facts)[3].chroma) == 12


def test_a_gap_is_named_and_its_windows_are_not_told() -> None:
    """Two lost frames: one alert, two windows fewer, all others unchanged but those that touch the gap."""
    plain = of(Features, heard(FRAMES, LiveStream(MONO)))
    facts = heard(FRAMES[:10] + FRAMES[12:], LiveStream(MONO))
    (gap,) = of(Alert, facts)
    assert gap.name == "gap"
    assert gap.at_s == pytest.approx(1.0)
    assert gap.duration_s == pytest.approx(0.2)
    told = {fact.window: fact for fact in of(Features, facts)}
    assert sorted(set(range(41)) - set(told)) == [10, 11]
    assert told[9] == plain[9]
    assert told[20].centroid_hz == plain[20].centroid_hz
    assert end_of(facts).missing_s == pytest.approx(0.2)


def test_part_of_a_window_missing_is_said() -> None:
    """A hole of 50 ms marks its window by a share."""
    halves = even(SOUND, 2_205)
    told = of(Features, heard(halves[:20] + halves[21:], LiveStream(MONO)))
    assert told[10].missing_share == pytest.approx(0.5)
    assert {fact.missing_share for fact in told[:10] + told[11:]} == {0.0}


def test_late_frames_are_told_as_late() -> None:
    """A frame that comes after its hole was given up is told again, marked late, under its own number."""
    facts = heard([*FRAMES[:10], *FRAMES[11:20], FRAMES[10], *FRAMES[20:]], LiveStream(MONO))
    (late,) = [fact for fact in of(Features, facts) if fact.late]
    assert (late.window, late.late_sequence) == (10, 10)
    assert late.rms_db is not None
    assert names(facts) == ["gap", "late"]
    assert end_of(facts).late_s == pytest.approx(0.1)
    assert end_of(facts).missing_s == pytest.approx(0.1)


def test_bad_samples_are_counted_and_silent() -> None:
    """Not-a-number and absurd samples are named with their count; nothing after them is harmed."""
    damaged = SOUND.copy()
    damaged[0, 50_000:50_010] = np.nan
    damaged[0, 60_000] = 1e20
    facts = heard(even(damaged), LiveStream(MONO))
    assert end_of(facts).counts == {"not_finite": 11}
    values = [value for fact in of(Features, facts) for value in (*fact.mfcc, fact.centroid_hz, fact.rms_db or 0.0)]
    assert np.isfinite(values).all()


@pytest.mark.parametrize(("rate_hz", "channels"), [(48_000, 1), (44_100, 2)])
def test_another_format_is_refused_and_the_stream_goes_on(rate_hz: int, channels: int) -> None:
    """Frames of another rate or channel count are named; those of the stream's own format still count."""
    alien = replace(FRAMES[5], sample_rate_hz=rate_hz, samples=np.zeros((channels, 4_410), dtype=np.float32))
    facts = heard([*FRAMES[:5], alien, *FRAMES[5:]], LiveStream(MONO))
    assert names(facts) == ["format_changed"]
    same(of(Features, facts), of(Features, heard(FRAMES, LiveStream(MONO))))


@pytest.mark.parametrize("minutes", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_an_hour_of_silence_is_two_alerts(minutes: int) -> None:
    """Digital silence is told when it is two seconds old and when it is over, and the state stays small."""
    stream = LiveStream(MONO)
    silence = np.zeros((1, 441_000), dtype=np.float32)
    facts: list[Heard] = []
    for number in range(6 * minutes):
        frame = Frame(sequence=number, first_sample=number * 441_000, sample_rate_hz=44_100, samples=silence)
        facts += stream.take(frame)
    assert names(facts) == ["silence"]
    assert len(stream.state()) < 65_536
    (over,) = of(Alert, stream.finish())
    assert over.duration_s == pytest.approx(60.0 * minutes)


def test_a_flood_of_repeats_says_little() -> None:
    """A thousand repeats of one frame are one alert with their count at the end."""
    stream = LiveStream(MONO)
    facts = [fact for _ in range(1_000) for fact in stream.take(FRAMES[0])]
    assert names(facts) == ["duplicate"]
    facts += stream.finish()
    assert end_of(facts).counts["duplicate"] == 999
    assert len(of(Alert, facts)) == 2


def test_a_jump_begins_anew_without_telling_of_what_lies_between() -> None:
    """An hour skipped: no hour of windows, and what is told after it lies where the clock says."""
    ahead = 44_100 * 3_600 + 1_000
    later = [replace(frame, first_sample=frame.first_sample + ahead, sequence=frame.sequence + 9) for frame in FRAMES]
    facts = heard([*FRAMES[:15], *later], LiveStream(MONO, [REMEMBERING]))
    told = of(Features, facts)
    assert len(told) < 60
    assert told[15].at_s == pytest.approx(3_600.0)
    assert told[15].missing_share == pytest.approx(1_000 / 4_410)
    assert names(facts) == ["jump"]
    plain = of(Features, heard(FRAMES, LiveStream(MONO)))
    assert told[20].rms_db == pytest.approx(plain[5].rms_db, abs=3.0)


def test_silence_ends_where_the_stream_jumps() -> None:
    """Five seconds of silence before an hour is skipped are five seconds."""
    silence = even(np.zeros((1, 220_500), dtype=np.float32))
    ahead = 44_100 * 3_600
    later = [replace(frame, first_sample=frame.first_sample + ahead, sequence=frame.sequence + 50) for frame in FRAMES]
    over = next(alert for alert in of(Alert, heard([*silence, *later], LiveStream(MONO))) if alert.over)
    assert over.name == "silence"
    assert over.duration_s == pytest.approx(5.0)


def test_a_stream_may_begin_elsewhere() -> None:
    """A first frame far from zero is gone on with once others follow it."""
    ahead = 44_100 * 100
    later = [replace(frame, first_sample=frame.first_sample + ahead) for frame in FRAMES]
    facts = heard(later, LiveStream(MONO))
    assert of(Features, facts)[0].at_s == pytest.approx(100.0)
    assert end_of(facts).heard_s == pytest.approx(4.0)


def test_an_empty_stream_ends_with_nothing() -> None:
    """No frame, no window, only the end."""
    (ended,) = LiveStream(MONO).finish("idle")
    assert ended == end_of([ended])
    assert (end_of([ended]).duration_s, end_of([ended]).windows) == (0.0, 0)


def test_steps_are_take_in_small_pieces() -> None:
    """A frame of a second gives a window at a time."""
    (frame,) = even(SOUND[:, :44_100], 44_100)
    steps = list(LiveStream(MONO).steps(frame))
    assert [count for step in steps if (count := len(of(Features, step)))] == [1] * 10
    same([fact for step in steps for fact in step], LiveStream(MONO).take(frame))


def test_half_taken_frames_have_no_state() -> None:
    """In the middle of a frame neither a state nor another frame is taken."""
    stream = LiveStream(MONO)
    (frame,) = even(SOUND[:, :44_100], 44_100)
    steps = stream.steps(frame)
    next(steps)
    for action in (stream.state, lambda: stream.take(frame), stream.finish):
        with pytest.raises(InvariantError):
            action()


@pytest.mark.parametrize(("followers", "most"), [((), 32_768), (default_followers(), 65_536)])
def test_the_state_is_small_and_does_not_grow(followers: tuple[FollowerKind, ...], most: int) -> None:
    """A mono stream at 44.1 kHz needs 32 KiB and what its followers remember, after a second as after half a minute."""
    stream, sizes = LiveStream(MONO, followers), []
    for second in range(30):
        samples = SOUND[:, second % 4 * 44_100 :][:, :44_100]
        frame = Frame(sequence=second, first_sample=second * 44_100, sample_rate_hz=44_100, samples=samples)
        stream.take(frame)
        sizes.append(len(stream.state()))
    assert max(sizes) <= most
    assert max(sizes[20:]) <= max(sizes[:20]) + 4_096


def test_a_state_of_another_version_is_refused() -> None:
    """Bytes from a later grym are not guessed at."""
    data = bytearray(LiveStream(MONO).state())
    data[4] = 200
    with pytest.raises(ContractError) as refused:
        LiveStream.restored(bytes(data))
    assert refused.value.code == "live.state_version"


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 8), (192_000, 8), (11_025, 3)])
def test_all_rates_and_channels_are_heard(rate_hz: int, channels: int) -> None:
    """The corners of what a frame may be, stored once in between, followers included."""
    stream_format = StreamFormat(sample_rate_hz=rate_hz, channels=channels)
    frames = even(music(stream_format, seconds=0.65), 1_111, sample_rate_hz=rate_hz)
    stream, facts = LiveStream(stream_format, default_followers()), []
    for index, frame in enumerate(frames):
        facts += stream.take(frame)
        if index == len(frames) // 2:
            stream = LiveStream.restored(stream.state(), default_followers())
    facts += stream.finish()
    same(facts, heard(frames, LiveStream(stream_format, default_followers())))
    assert end_of(facts).duration_s == pytest.approx(0.65, abs=1e-3)


def test_a_stream_needs_less_than_two_megabytes() -> None:
    """Twenty streams, each waiting for a lost frame, take less than 2 MB each, tables that they share left out."""
    heard(FRAMES[:20], LiveStream(MONO, default_followers()))
    tracemalloc.start()
    streams = [LiveStream(MONO, default_followers()) for _ in range(20)]
    for stream in streams:
        for frame in FRAMES[:10] + FRAMES[11:15]:
            stream.take(replace(frame, samples=frame.samples.copy()))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / len(streams) < 2_000_000
