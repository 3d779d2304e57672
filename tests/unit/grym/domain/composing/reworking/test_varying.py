"""Theme and variations, and bars made anew."""

from collections.abc import Callable

from grym.domain.composing.plan import Plan
from grym.domain.composing.reworking.source import Rework, Source
from grym.domain.composing.reworking.varying import made_anew, method_of, variation, varied
from grym.domain.composing.score import Score

Planned = Callable[..., Plan]


def pitches(score: Score, *, first: int, last: int) -> list[tuple[int, int, int]]:
    """Return part, place and pitch of what begins in a stretch of ticks."""
    return [
        (at, note.start_ticks, note.midi_pitch)
        for at, part in enumerate(score.parts)
        for note in part.notes
        if first <= note.start_ticks < last
    ]


def test_the_theme_is_the_source_and_the_variations_are_as_long(waltz: Source, planned_for: Planned) -> None:
    """To the tick, three times over."""
    whole, _ = varied(waltz, planned_for(waltz, Rework(verb="vary")), seed=4)
    length = waltz.score.length_ticks
    assert whole.length_ticks == 4 * length
    assert [one.name for one in whole.sections] == ["theme", *["variation"] * 3]
    assert pitches(whole, first=0, last=length) == pitches(waltz.score, first=0, last=length)
    assert all(pitches(whole, first=at * length, last=(at + 1) * length) for at in (1, 2, 3))


def test_each_variation_has_its_way(waltz: Source, planned_for: Planned) -> None:
    """Figures, the other mode, dotted rhythms, and around again; the other mode is another one."""
    assert [method_of(number) for number in range(4)] == ["figures", "other mode", "dotted rhythm", "figures"]
    plan = planned_for(waltz, Rework(verb="vary"))
    assert variation(waltz, plan, 1, seed=4).tonality.mode == "major"
    assert len(variation(waltz, plan, 0, seed=4).parts) == len(waltz.score.parts)


def test_bars_made_anew_leave_all_others_as_they_were(waltz: Source, planned_for: Planned) -> None:
    """What begins outside is equal to the tick, what is new does not sound beyond its bars."""
    rework = Rework(verb="vary", first_bar=3, last_bar=4)
    score, _ = made_anew(waltz, planned_for(waltz, rework), rework, seed=4)
    bar = score.metre.bar_ticks
    for first, last in ((0, 2 * bar), (4 * bar, score.length_ticks)):
        assert pitches(score, first=first, last=last) == pitches(waltz.score, first=first, last=last)
    assert pitches(score, first=2 * bar, last=4 * bar) != pitches(waltz.score, first=2 * bar, last=4 * bar)
    assert all(
        note.end_ticks <= 4 * bar
        for part in score.parts
        for note in part.notes
        if 2 * bar <= note.start_ticks < 4 * bar
    )
