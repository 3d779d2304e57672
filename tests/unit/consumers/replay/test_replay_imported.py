"""Replay of what an import brought: decided again in the time of its own log, apart from what was worked on here."""

from dataclasses import replace

import pytest

from consumers.replay import Part, Report, Span
from streams.coordinator import Coordinator
from tests.unit.consumers.archive.test_imported_requests import archive, bring, other
from tests.unit.consumers.replay.afternoon import Afternoon
from tests.unit.consumers.replay.test_replay import _learner, _lived, _replay


async def _replayed(home: Afternoon, span: Span) -> Report:
    return await _replay(home, Part(processor=Coordinator()), _learner(), span=span)


@pytest.mark.parametrize("seed", range(10))
async def test_imported_events_are_decided_the_same(seed: int) -> None:
    """Every decision of the other log is found again; what leans on all of its past is not judged."""
    lived, home = await _lived(seed), await other()
    await bring(home, await archive(lived.backend))
    await home.live()
    span = Span(begin=min(lived.begun.values()), end=lived.end, imported=True)
    report = await _replayed(home, span)
    there = await _replayed(lived, replace(span, imported=False))
    assert report.equal, report.to_json()["differences"]
    assert report.by_processor["coordinator"] == there.by_processor["coordinator"]
    assert report.read == there.read - there.skipped["repeated"]
    assert report.skipped["open"] == report.skipped["unreadable"] == report.skipped["imported"] == 0
    assert report.skipped["unfounded"] > 0
    assert not report.partial_keys


@pytest.mark.parametrize("seed", range(5))
async def test_history_and_work_are_replayed_apart(seed: int) -> None:
    """What was worked on here is the same with and without history beside it, of requests of the same names even."""
    lived, home = await _lived(seed), await _lived(seed + 100)
    span = Span(begin=min(home.begun.values()), end=home.end)
    before = await _replayed(home, span)
    imported, _ = await bring(home, await archive(lived.backend))
    while await home.step():
        pass
    report = await _replayed(home, replace(span, end=home.end))
    assert 0 < report.skipped.pop("imported") <= imported
    assert report.to_json() == before.to_json()


@pytest.mark.parametrize("seed", range(5))
async def test_an_archive_that_ends_in_the_middle_is_no_difference(seed: int) -> None:
    """What had not followed yet is open."""
    lived, home = await _lived(seed), await other()
    await bring(home, await archive(lived.backend, upto=40))
    report = await _replayed(home, Span(begin=min(lived.begun.values()), end=lived.end, imported=True))
    assert report.same > 0
    assert report.skipped["open"] > 0
    assert report.extra == report.changed == 0


async def test_a_span_counts_in_the_time_of_its_own_log() -> None:
    """Requests that began before the span are left out, as where they were worked on."""
    lived, home = await _lived(1), await other()
    await bring(home, await archive(lived.backend))
    begin = sorted(lived.begun.values())[3]
    report = await _replayed(home, Span(begin=begin, end=lived.end, imported=True))
    assert report.equal
    early = {("coordinator", name) for name, at in lived.begun.items() if at < begin}
    assert {key for key in report.partial_keys if key[0] == "coordinator"} <= early
    assert report.by_processor["coordinator"]["same"] > 0
