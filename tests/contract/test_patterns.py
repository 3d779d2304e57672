"""Pattern memory: windows and motifs, newest first."""

import numpy as np

from grym.ports.effects import KeepPattern
from tests.contract.backends import Kit

WINDOWS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, np.float32(1e-30)]], dtype=np.float32)


def windows(pattern_id: str, *, collection: str = "c") -> KeepPattern:
    """Return a pattern of two windows."""
    return KeepPattern(
        pattern_id=pattern_id,
        collection=collection,
        kind="windows",
        name="a piece\x00",
        extractor="dsp/1",
        source_event_id="e",
        request_id="r",
        tags={"style": "nocturne", "odd\x00": "ü\x00"},
        vectors=WINDOWS.astype("<f4").tobytes(),
        vector_dim=3,
    )


def motif(pattern_id: str) -> KeepPattern:
    """Return a pattern that is a motif."""
    return KeepPattern(
        pattern_id=pattern_id,
        collection="c",
        kind="motif",
        name="m",
        extractor="dsp/1",
        source_event_id="e",
        request_id="r",
        motif=b'{"intervals":[2, -1]}',
    )


async def keep(kit: Kit, *patterns: KeepPattern) -> None:
    """Keep patterns, each in a transaction of its own."""
    for pattern in patterns:
        async with kit.backend.work.begin() as work:
            await work.apply(pattern)


async def test_windows_come_back_bit_for_bit(kit: Kit) -> None:
    """As float32 rows, with tags whatever they hold."""
    await keep(kit, windows("a"))
    [stored] = await kit.backend.patterns.patterns("c", kind="windows", limit=5)
    assert stored.vectors.dtype == np.float32
    np.testing.assert_array_equal(stored.vectors, WINDOWS)
    assert (stored.pattern_id, stored.extractor) == ("a", "dsp/1")
    assert stored.tags == {"style": "nocturne", "odd\x00": "ü\x00"}


async def test_motifs_come_back_byte_for_byte(kit: Kit) -> None:
    """Without windows."""
    await keep(kit, motif("m"))
    [stored] = await kit.backend.patterns.patterns("c", kind="motif", limit=5)
    assert stored.motif == b'{"intervals":[2, -1]}'
    assert len(stored.vectors) == 0


async def test_the_newest_of_a_kind_and_collection_come_first(kit: Kit) -> None:
    """Up to the limit."""
    await keep(kit, windows("a"), windows("b"), motif("m"), windows("x", collection="other"), windows("c"))
    found = await kit.backend.patterns.patterns("c", kind="windows", limit=2)
    assert [pattern.pattern_id for pattern in found] == ["c", "b"]


async def test_a_pattern_of_a_known_id_is_kept_as_it_is(kit: Kit) -> None:
    """Keeping it again neither changes nor renews it."""
    await keep(kit, windows("a"), windows("b"), windows("a", collection="other"))
    found = await kit.backend.patterns.patterns("c", kind="windows", limit=5)
    assert [pattern.pattern_id for pattern in found] == ["b", "a"]
    assert await kit.backend.patterns.patterns("other", kind="windows", limit=5) == []
