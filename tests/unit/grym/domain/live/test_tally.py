"""Running totals."""

from grym.domain.live.facts import Beat, KeyHeard
from grym.domain.live.frame import StreamFormat
from grym.domain.live.meters import Meters
from grym.domain.live.tally import MOST_TEMPI, Tally
from grym.domain.tonality import Key

A_MINOR = Key(tonic=9, mode="minor", confidence=0.8)


def beat(tempo_bpm: float) -> Beat:
    """A beat of some tempo."""
    return Beat(at_s=1.0, in_bar=1, beats_per_bar=4, tempo_bpm=tempo_bpm, confidence=0.9, next_s=1.5)


def test_beats_and_keys_are_numbered_apart() -> None:
    """Each kind counts from 0; the last of each is kept."""
    tally = Tally()
    assert [tally.number_of(beat(tempo)) for tempo in (120.0, 121.0)] == [0, 1]
    assert tally.number_of(KeyHeard(at_s=2.0, span_s=5.0, key=A_MINOR)) == 0
    assert tally.number_of(KeyHeard(at_s=3.0, span_s=5.0, key=None)) == 1
    assert (tally.tempo_bpm, tally.key) == (120.5, A_MINOR)


def test_the_tempo_is_that_of_most_beats() -> None:
    """A slow last bar does not make a slow piece; only the last beats are remembered, however long it was."""
    tally = Tally()
    for tempo in [60.0] * 400 + [128.0] * 250 + [100.0] * 4:
        tally.number_of(beat(tempo))
    assert tally.tempo_bpm == 128.0
    assert len(tally.tempi) == MOST_TEMPI
    assert Tally().tempo_bpm is None


def test_parts_of_a_frame_count_once() -> None:
    """The same number again is the same frame."""
    tally = Tally()
    for sequence in (0, 0, 1, 1, 2):
        tally.count(sequence)
    assert tally.frames == 3


def test_the_end_sums_up_in_seconds() -> None:
    """Samples become seconds by the stream's rate."""
    tally = Tally(heard_samples=8_000, missing_samples=4_000, late_samples=800, windows=15)
    meters = Meters(StreamFormat(sample_rate_hz=8_000, channels=1))
    ended = tally.ended("idle", sample_rate_hz=8_000, position=12_000, counts={"gap": 1}, meters=meters)
    assert (ended.duration_s, ended.heard_s, ended.missing_s, ended.late_s) == (1.5, 1.0, 0.5, 0.1)
    assert (ended.reason, ended.windows, ended.counts, ended.integrated_lufs) == ("idle", 15, {"gap": 1}, None)


def test_a_tally_is_restored() -> None:
    """All numbers and the key survive."""
    tally = Tally(frames=3, beats=2, tempi=[99.5, 100.0], key=A_MINOR)
    assert Tally.restored(tally.state()) == tally
