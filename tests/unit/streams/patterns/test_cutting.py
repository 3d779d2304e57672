"""Long recordings are kept in parts, and told as one."""

import pytest

from grym.domain.recognition.codec import decode
from schemas.commands import RecallPatterns
from streams.patterns.cutting import pieces_of, start_of
from tests.unit.streams.patterns.world import RATE_HZ, Memory, imprint_of, noisy, tune


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pattern hold less than ten seconds, and a part at most four."""
    monkeypatch.setattr("streams.patterns.cutting.MAX_PATTERN_BYTES", 1000)
    monkeypatch.setattr("streams.patterns.cutting.MOST_PART_S", 4.0)


def test_what_fits_stays_whole() -> None:
    """One piece, the very bytes, and nothing said of parts."""
    encoded = imprint_of(tune(1))
    [piece] = pieces_of(decode(encoded), encoded)
    assert (piece.encoded, dict(piece.tags)) == (encoded, {})


@pytest.mark.usefixtures("small")
def test_parts_are_equal_and_cover_the_whole() -> None:
    """Ten seconds are three parts, each with its place."""
    encoded = imprint_of(tune(1))
    pieces = list(pieces_of(decode(encoded), encoded))
    assert [piece.tags["part"] for piece in pieces] == ["1/3", "2/3", "3/3"]
    assert [start_of(piece.tags) for piece in pieces] == pytest.approx([0.0, 10 / 3, 20 / 3], abs=0.1)
    assert sum(piece.imprint.duration_s for piece in pieces) == pytest.approx(10.0, abs=0.1)
    assert all(decode(piece.encoded).duration_s == piece.imprint.duration_s for piece in pieces)


@pytest.mark.usefixtures("small")
async def test_places_count_from_the_start_of_the_whole(memory: Memory) -> None:
    """An excerpt of the second part is found where it lies in the recording."""
    answer = await memory.learn(tune(1), name="long")
    assert [(one.name, one.new) for one in answer.learned] == [("long", True)] * 3
    excerpt = noisy(tune(1)[round(3.5 * RATE_HZ) : round(6.5 * RATE_HZ)])
    [told] = await memory.take(RecallPatterns(purpose="recognise", imprint=await memory.sound(excerpt)))
    assert told.matches[0].pattern_id == answer.learned[1].pattern_id
    assert told.matches[0].offset_s == pytest.approx(3.5, abs=0.1)


@pytest.mark.usefixtures("small")
async def test_parts_follow_each_other(memory: Memory) -> None:
    """Each is related to the next; learning the whole again makes nothing new and relates nothing anew."""
    first = await memory.learn(tune(1), name="long", tags={"mood": "calm"})
    parts = {facts.tags["part"]: facts for facts in await memory.all()}
    followers = {name: {(r.other_id, r.kind) for r in facts.relations} for name, facts in parts.items()}
    ids = {name: facts.pattern_id for name, facts in parts.items()}
    assert followers["1/3"] >= {(ids["2/3"], "sequential")}
    assert followers["2/3"] >= {(ids["1/3"], "sequential"), (ids["3/3"], "sequential")}
    assert {facts.tags["mood"] for facts in parts.values()} == {"calm"}
    again = await memory.learn(tune(1), name="long", tags={"mood": "calm"})
    assert [(one.pattern_id, one.new) for one in again.learned] == [(name, False) for name in first.pattern_ids]
    assert [facts.count for facts in await memory.all()] == [2, 2, 2]


@pytest.mark.parametrize(
    ("tags", "start_s"),
    [
        ({}, 0.0),
        ({"start_s": "9"}, 0.0),
        ({"part": "2/3", "start_s": "9.5"}, 9.5),
        ({"part": "2/3"}, 0.0),
        ({"part": "2/3", "start_s": "late"}, 0.0),
        ({"part": "2/3", "start_s": "nan"}, 0.0),
        ({"part": "2/3", "start_s": "-3"}, 0.0),
    ],
)
def test_only_parts_begin_later(tags: dict[str, str], start_s: float) -> None:
    """Whatever somebody wrote into the tags."""
    assert start_of(tags) == start_s
