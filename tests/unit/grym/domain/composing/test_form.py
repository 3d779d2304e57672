"""Form."""

import pytest

from grym.domain.composing.form import layout, passages, phrase_lengths
from grym.domain.composing.plan import SectionPlan
from grym.domain.composing.styles import STYLES


@pytest.mark.parametrize("bars", [1, 2, 3, 4, 5, 7, 9, 12, 13, 17, 24, 60, 101, 300])
@pytest.mark.parametrize("family", sorted({style.form for style in STYLES.values()}))
def test_sections_fill_the_bars(bars: int, family: str) -> None:
    """Whatever the number of bars, sections fill them exactly."""
    sections = layout(bars, family=family, bar_s=2.0, dynamics=0.5)  # type: ignore[arg-type]  # families by name
    assert sum(section.bars for section in sections) == bars
    assert all(0 <= section.intensity <= 1 for section in sections)


def test_thirty_two_bars_are_a_song() -> None:
    """32 bars of two seconds in song form are AABA."""
    assert [s.name for s in layout(32, family="aaba", bar_s=2.0, dynamics=0.5)] == ["A", "A", "B", "A"]


def test_choruses_are_louder_than_verses() -> None:
    """Sections that lift are more intense than their neighbours."""
    sections = layout(32, family="verse", bar_s=2.0, dynamics=0.6)
    assert {s.name for s in sections} >= {"verse", "chorus"}
    assert min(s.intensity for s in sections if s.name == "chorus") > sections[0].intensity


def test_closings() -> None:
    """A section before its own return stays open, the last one before the coda closes for good."""
    names = ("intro", "A", "A", "B", "A", "coda")
    found = passages(tuple(SectionPlan(name=name, bars=4, intensity=0.5) for name in names))
    assert [passage.closing for passage in found] == ["half", "half", "authentic", "authentic", "final", "final"]
    assert [passage.occurrence for passage in found] == [0, 0, 1, 0, 2, 0]
    assert [passage.start_bar for passage in found] == [0, 4, 8, 12, 16, 20]


@pytest.mark.parametrize("bars", range(1, 40))
def test_phrases_fill_sections(bars: int) -> None:
    """Phrases sum to their section and have at most six bars."""
    lengths = phrase_lengths(bars)
    assert sum(lengths) == bars
    assert max(lengths) <= 6


def test_a_loop_stays_open() -> None:
    """What goes round does not end."""
    sections = (SectionPlan(name="A", bars=4, intensity=0.5),)
    assert [passage.closing for passage in passages(sections, loop=True)] == ["half"]
    assert [passage.closing for passage in passages(sections)] == ["final"]


def test_ten_minutes_bring_new_contrasts() -> None:
    """A long rondo returns to A between sections that are new each time; a short one is as ever."""
    names = [s.name for s in layout(360, family="rondo", bar_s=1.66, dynamics=0.5)]
    assert len(set(names)) > 8
    assert names[::2] == ["A"] * len(names[::2])
    assert {s.name for s in layout(40, family="rondo", bar_s=2.0, dynamics=0.5)} <= {"A", "B", "C", "coda"}
