"""Imprints as bytes."""

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from grym.domain.recognition.codec import HEADER, decode, encode, settled
from grym.domain.recognition.imprint import Imprint, Melody, Peaks, Tonal
from grym.domain.recognition.taking import take_imprint
from grym.errors import InvalidPatternError
from tests.unit.grym.domain.recognition.sounds import signal, tune


@st.composite
def imprints(draw: st.DrawFn) -> Imprint:
    """Make imprints with anything that their types allow, in the units that are kept."""
    rng = np.random.default_rng(draw(st.integers(min_value=0, max_value=2**32)))
    peaks, notes, frames = (draw(st.integers(min_value=0, max_value=80)) for _ in range(3))
    loud = draw(st.sampled_from([0.0, 1e-3, 1.0, 3.3, 1e4]))
    starts = np.sort(rng.uniform(0.0, 900.0, notes)).astype(np.float32)
    return Imprint(
        duration_s=draw(st.floats(min_value=0.0, max_value=3_600.0)),
        peaks=Peaks(
            frames=np.sort(rng.integers(0, 40_000, peaks)).astype(np.int32),
            bins=rng.integers(0, 1_025, peaks).astype(np.int32),
            levels_db=rng.integers(0, 256, peaks).astype(np.uint8),
        ),
        tonal=Tonal(
            frames=(rng.uniform(0.0, 1.0, (frames, 60)) * loud).astype(np.float32),
            rate_hz=draw(st.floats(min_value=1.0, max_value=50.0)),
            tuning_cents=draw(st.floats(min_value=-50.0, max_value=50.0)),
        ),
        melody=Melody(
            pitches=rng.integers(0, 128, notes).astype(np.int32), starts_s=starts, ends_s=starts + np.float32(0.25)
        ),
    )


def same(one: Imprint, other: Imprint) -> bool:
    """Return whether two imprints hold the same, array by array."""
    pairs: list[tuple[NDArray[Any], NDArray[Any]]] = [
        (one.peaks.frames, other.peaks.frames),
        (one.peaks.bins, other.peaks.bins),
        (one.peaks.levels_db, other.peaks.levels_db),
        (one.tonal.frames, other.tonal.frames),
        (one.melody.pitches, other.melody.pitches),
        (one.melody.starts_s, other.melody.starts_s),
        (one.melody.ends_s, other.melody.ends_s),
        (one.windows.vectors, other.windows.vectors),
        (one.windows.starts_s, other.windows.starts_s),
    ]
    plain = (one.duration_s, one.extractor, one.tonal.rate_hz, one.tonal.tuning_cents)
    return plain == (other.duration_s, other.extractor, other.tonal.rate_hz, other.tonal.tuning_cents) and all(
        left.dtype == right.dtype and np.array_equal(left, right) for left, right in pairs
    )


@given(imprints())
@settings(max_examples=60, deadline=None)
def test_what_is_decoded_is_what_was_settled(imprint: Imprint) -> None:
    """Decoding gives the settled imprint; settling and encoding again change nothing more."""
    once = decode(encode(imprint))
    assert same(once, settled(imprint))
    assert same(once, settled(once))
    assert encode(once) == encode(imprint)


@given(imprints())
@settings(max_examples=40, deadline=None)
def test_little_is_lost(imprint: Imprint) -> None:
    """Peaks come back exactly, salience within a 127th of its greatest value, times within a millisecond."""
    back = decode(encode(imprint))
    assert np.array_equal(back.peaks.frames, imprint.peaks.frames)
    top = float(imprint.tonal.frames.max(initial=0.0))
    np.testing.assert_allclose(back.tonal.frames, imprint.tonal.frames, atol=top / 250.0 + 1e-9)
    np.testing.assert_allclose(back.melody.starts_s, imprint.melody.starts_s, atol=6e-4)


def test_what_is_taken_is_what_is_remembered() -> None:
    """An imprint just taken equals the one that memory gives back, windows included."""
    taken = take_imprint(signal(tune(1, seconds=6.0)))
    assert same(taken, decode(encode(taken)))
    assert len(taken.windows.starts_s) > 0


def test_a_minute_is_small() -> None:
    """A minute of a dense tune stays below 60 KB."""
    assert len(encode(take_imprint(signal(tune(2, seconds=60.0))))) < 60_000


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_told(data: st.DataObject) -> None:
    """Any changed or missing byte is refused as damage, or as a version that is not known."""
    whole = encode(settled(take_imprint(signal(tune(1, seconds=1.0)))))
    place = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    flipped = bytes(
        [*whole[:place], whole[place] ^ data.draw(st.integers(min_value=1, max_value=255)), *whole[place + 1 :]]
    )
    for damaged in (flipped, whole[:place], whole + b"\0"):
        with pytest.raises(InvalidPatternError) as refused:
            decode(damaged)
        assert refused.value.code in {"imprint.damaged", "imprint.version"}
        assert refused.value.hint


def test_another_version_is_refused_by_name() -> None:
    """Bytes of a later version are told from damage."""
    whole = bytearray(encode(take_imprint(signal(tune(1, seconds=1.0)))))
    whole[4] = 99
    with pytest.raises(InvalidPatternError, match="version 99") as refused:
        decode(bytes(whole))
    assert refused.value.code == "imprint.version"


def test_a_true_checksum_around_nonsense_is_damage() -> None:
    """A head that promises arrays that are not there is refused, whatever its checksum says."""
    for text in (b"{}", b"[]", b'{"arrays":[["tonal","<f4",[9]]]}', b'{"arrays":[["tonal","O",[1]]]}', b"\xff"):
        body = text + zlib.compress(b"abc")
        framed = HEADER.pack(b"GRIM", 1, zlib.crc32(body), len(text)) + body
        with pytest.raises(InvalidPatternError) as refused:
            decode(framed)
        assert refused.value.code == "imprint.damaged"
    with pytest.raises(InvalidPatternError):
        decode(struct.pack("<4s", b"GRIM"))
