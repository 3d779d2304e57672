"""Tests of streams.live.recognised: what is asked every second is said once."""

import pytest

from grym.ports.patterns import Match, Recognition
from schemas.live import PatternHeard
from streams.live.recognised import NEEDED_S, Sounding, Stretch, ended, heard

LENGTH_S = 7.0


def match(offset_s: float, *, name: str = "tune", transposition: int = 0, ratio: float = 1.0) -> Match:
    """Return a match whose sound begins at `offset_s` of the pattern."""
    return Match(
        pattern_id=name,
        name=name,
        confidence=0.98765,
        offset_s=offset_s,
        transposition_semitones=transposition,
        tempo_ratio=ratio,
        why="peaks meet",
        evidence={"peaks_met": 12.0},
    )


def answer(*matches: Match) -> Recognition:
    """Return what memory says."""
    return Recognition(known=bool(matches), matches=matches, searched=3, as_of=5)


def listen(
    begins_s: float, ends_s: float, *, until_s: int, ratio: float = 1.0
) -> tuple[list[Sounding], list[PatternHeard]]:
    """Ask each second about a stream in which one pattern sounds from `begins_s` to `ends_s`."""
    soundings: list[Sounding] = []
    said: list[PatternHeard] = []
    for end_s in range(3, until_s):
        stretch = Stretch(start_s=max(0.0, end_s - LENGTH_S), end_s=float(end_s))
        held_s = min(ends_s, stretch.end_s) - max(begins_s, stretch.start_s)
        offset_s = (stretch.start_s - begins_s) * ratio
        found = answer(match(offset_s, ratio=ratio)) if held_s >= NEEDED_S else answer()
        soundings, more = heard(soundings, found, stretch)
        said += more
    return soundings, said


def test_a_pattern_is_told_of_when_it_begins_and_when_it_ends() -> None:
    """However often memory is asked in between; both instants are those of the pattern, not of the questions."""
    soundings, (began, gone) = listen(10.0, 25.0, until_s=40)
    assert soundings == []
    assert (began.state, began.at_s, began.match.offset_s, began.heard_until_s) == ("began", 10.0, 0.0, 12.0)
    assert gone.state == "ended"
    assert gone.at_s == pytest.approx(25.0, abs=1.01)
    assert gone.match.offset_s == pytest.approx(15.0, abs=1.01)
    assert began.as_of == 5
    assert began.match.evidence == {"peaks_met": 12.0}


def test_a_pattern_that_sounds_from_before_is_told_of_from_the_first_instant_heard() -> None:
    """Its place in the pattern says how far it was then."""
    _, (began,) = listen(-20.0, 100.0, until_s=20)
    assert (began.at_s, began.match.offset_s) == (0.0, 20.0)


@pytest.mark.parametrize("ratio", [0.8, 1.25])
def test_another_tempo_is_still_one_sounding(ratio: float) -> None:
    """The place in the pattern moves by its tempo, the instant of its start does not."""
    _, said = listen(10.0, 30.0, until_s=28, ratio=ratio)
    assert [one.state for one in said] == ["began"]


def test_a_jump_in_the_pattern_is_a_change() -> None:
    """So is another key."""
    stretch = Stretch(start_s=10.0, end_s=17.0)
    soundings, _ = heard([], answer(match(3.0)), stretch)
    after, later = Stretch(start_s=11.0, end_s=18.0), Stretch(start_s=12.0, end_s=19.0)
    found, said = heard(soundings, answer(match(30.0)), after)
    assert said == []
    _, (jumped,) = heard(found, answer(match(31.0)), later)
    assert (jumped.state, jumped.at_s, jumped.match.offset_s) == ("changed", 12.0, 31.0)
    found, _ = heard(soundings, answer(match(4.0, transposition=2)), after)
    _, (higher,) = heard(found, answer(match(5.0, transposition=2)), later)
    assert (higher.state, higher.match.transposition_semitones) == ("changed", 2)


def test_a_piece_that_repeats_itself_is_one_sounding() -> None:
    """Memory finds it at this repeat or at that; as long as no other place is found twice in a row nothing changes."""
    soundings: list[Sounding] = []
    said: list[PatternHeard] = []
    for second, offset_s in enumerate((18.0, 5.0, 27.0, 18.0 + 3, 9.0, 0.6, 18.0 + 6, 11.0)):
        stretch = Stretch(start_s=float(second), end_s=second + LENGTH_S)
        soundings, more = heard(soundings, answer(match(offset_s)), stretch)
        said += more
    assert [one.state for one in said] == ["began"]


def test_one_unlucky_question_ends_nothing() -> None:
    """A second in a row does."""
    stretch = Stretch(start_s=0.0, end_s=7.0)
    soundings, _ = heard([], answer(match(1.0)), stretch)
    soundings, said = heard(soundings, answer(), Stretch(start_s=1.0, end_s=8.0))
    assert said == []
    soundings, said = heard(soundings, answer(match(3.0)), Stretch(start_s=2.0, end_s=9.0))
    assert said == []
    soundings, said = heard(soundings, answer(), Stretch(start_s=3.0, end_s=10.0))
    assert said == []
    _, said = heard(soundings, answer(), Stretch(start_s=4.0, end_s=11.0))
    assert [one.state for one in said] == ["ended"]


def test_two_patterns_are_told_apart() -> None:
    """Each begins and ends by itself."""
    stretch = Stretch(start_s=0.0, end_s=7.0)
    soundings, said = heard([], answer(match(0.0), match(5.0, name="other")), stretch)
    assert [one.match.name for one in said] == ["tune", "other"]
    for start_s in (1.0, 2.0):
        soundings, said = heard(soundings, answer(match(start_s)), Stretch(start_s=start_s, end_s=start_s + 7))
    assert [(one.state, one.match.name) for one in said] == [("ended", "other")]
    assert [sounding.match.name for sounding in soundings] == ["tune"]


def test_what_sounds_when_the_stream_ends_ends_with_it() -> None:
    """Nothing says that it stopped before."""
    soundings, _ = heard([], answer(match(1.0)), Stretch(start_s=0.0, end_s=7.0))
    assert ended(soundings[0], heard_until_s=7.0).at_s == 7.0
