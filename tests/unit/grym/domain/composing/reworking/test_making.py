"""Pieces from a source: what was promised to stay stays, to the tick; the rest is new and says what it took."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from grym.domain.composing.plan import Plan
from grym.domain.composing.reworking.likeness import LIKENESS_LIMIT
from grym.domain.composing.reworking.making import Made, make
from grym.domain.composing.reworking.source import Rework, Source, Verb
from grym.domain.composing.reworking.tune import tune_of
from grym.domain.composing.score import Note, Part

Planned = Callable[..., Plan]
VERBS: tuple[Verb, ...] = ("reference", "continue", "vary", "harmonise", "arrange")


def made(source: Source, planned_for: Planned, rework: Rework, *, seed: int = 7, **wish: object) -> Made:
    """Make a piece."""
    return make(source, planned_for(source, rework, **wish), rework, seed=seed, motifs=(), sha256="0" * 64)


def notes_of(parts: Iterable[Part], start: int, end: int) -> list[tuple[str, Note]]:
    """Return who begins which note in a stretch, in ticks."""
    return [(part.name + part.role, n) for part in parts for n in part.notes if start <= n.start_ticks < end]


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_source_plan_and_seed_give_the_same_piece(waltz: Source, planned_for: Planned, verb: Verb) -> None:
    """And another seed another one, except where nothing is left to chance."""
    rework = Rework(verb=verb)
    assert made(waltz, planned_for, rework) == made(waltz, planned_for, rework)


@pytest.mark.parametrize("verb", VERBS)
def test_a_piece_says_what_it_took(waltz: Source, planned_for: Planned, verb: Verb) -> None:
    """Tempo, metre and key of the source, and the file it came from."""
    found = made(waltz, planned_for, Rework(verb=verb))
    assert {"tempo", "metre", "key"} <= set(found.taken.taken)
    assert (found.taken.verb, found.taken.source_sha256, found.taken.made_of) == (verb, "0" * 64, "musicxml")
    assert found.score.tempo_bpm == pytest.approx(waltz.score.tempo_bpm)
    assert found.score.tonality == waltz.score.tonality


def test_a_piece_after_a_reference_is_no_copy_of_it(waltz: Source, planned_for: Planned) -> None:
    """Its turns are its own, to the share that is told."""
    found = made(waltz, planned_for, Rework(verb="reference"))
    assert found.taken.likeness is not None
    assert found.taken.likeness <= LIKENESS_LIMIT
    assert found.taken.unlike


def test_going_on_leaves_the_given_bars_alone(waltz: Source, planned_for: Planned) -> None:
    """Every given note stands where it stood, and music follows."""
    end = waltz.score.length_ticks
    found = made(waltz, planned_for, Rework(verb="continue"))
    assert notes_of(found.score.parts, 0, end) == notes_of(waltz.score.parts, 0, end)
    assert notes_of(found.score.parts, end, found.score.length_ticks)
    assert found.taken.kept_bars == ((1, waltz.facts.bars),)


def test_only_what_is_new_where_that_is_asked(waltz: Source, planned_for: Planned) -> None:
    """It is the same as follows the given bars."""
    whole = made(waltz, planned_for, Rework(verb="continue")).score
    new = made(waltz, planned_for, Rework(verb="continue", only_new=True)).score
    assert whole.length_ticks == waltz.score.length_ticks + new.length_ticks


@pytest.mark.parametrize("bars", [(3, 4), (1, 1), (2, 8)])
def test_bars_made_anew_leave_all_others_equal_to_the_tick(
    waltz: Source, planned_for: Planned, bars: tuple[int, int]
) -> None:
    """And the new ones neither begin before them nor sound beyond them."""
    found = made(waltz, planned_for, Rework(verb="vary", first_bar=bars[0], last_bar=bars[1])).score
    bar = waltz.score.metre.bar_ticks
    start, end = (bars[0] - 1) * bar, bars[1] * bar
    for a, b in ((0, start), (end, waltz.score.length_ticks)):
        assert notes_of(found.parts, a, b) == notes_of(waltz.score.parts, a, b)
    assert notes_of(found.parts, start, end) != notes_of(waltz.score.parts, start, end)
    assert all(n.end_ticks <= end and n.end_ticks + n.ring_ticks <= end for _, n in notes_of(found.parts, start, end))


def test_a_theme_is_the_source_and_variations_are_as_long(waltz: Source, planned_for: Planned) -> None:
    """The first of equal stretches is given, no other is."""
    found = made(waltz, planned_for, Rework(verb="vary")).score
    length = waltz.score.length_ticks
    assert found.length_ticks == length * len(found.sections)
    assert notes_of(found.parts, 0, length) == notes_of(waltz.score.parts, 0, length)
    assert [section.name for section in found.sections] == ["theme", "variation", "variation", "variation"]


@pytest.mark.parametrize("verb", ["harmonise", "arrange"])
def test_the_tune_stays_note_by_note(waltz: Source, planned_for: Planned, verb: Verb) -> None:
    """In place, length and step; only the octave is the player's."""
    found = made(waltz, planned_for, Rework(verb=verb, instruments=("flute", "harp", "cello"))).score
    given = tune_of(waltz.score)
    tune = next(part for part in found.parts if part.role == "melody").notes
    assert [(n.start_ticks, n.duration_ticks, n.midi_pitch % 12) for n in tune] == [
        (n.start_ticks, n.duration_ticks, n.midi_pitch % 12) for n in given
    ]
    assert len(found.parts) == 3
    assert all(part.notes for part in found.parts)


def test_an_arrangement_in_another_key_is_transposed(waltz: Source, planned_for: Planned) -> None:
    """Every note of the tune by the same interval."""
    found = made(waltz, planned_for, Rework(verb="arrange"), key="A minor").score
    tune = next(part for part in found.parts if part.role == "melody").notes
    moved = {(b.midi_pitch - a.midi_pitch) % 12 for a, b in zip(tune_of(waltz.score), tune, strict=True)}
    assert moved == {2}


def test_a_score_as_it_is_stays_as_it_is(waltz: Source, planned_for: Planned) -> None:
    """Nothing is written anew."""
    found = made(waltz, planned_for, Rework(verb="arrange", as_is=True)).score
    assert found.parts == waltz.score.parts


@pytest.mark.parametrize("seconds", [17.0, 20.0, 33.0])
def test_what_follows_lasts_as_long_as_was_asked(waltz: Source, planned_for: Planned, seconds: float) -> None:
    """No introduction in the middle, and the last chord held where bars do not fill the time."""
    rework = Rework(verb="continue")
    plan = planned_for(waltz, rework, seconds=seconds)
    assert [section.name for section in plan.sections][:2] != ["given", "intro"]
    found = make(waltz, plan, rework, seed=7, motifs=(), sha256="0" * 64)
    assert found.score.sounding_s - waltz.score.duration_s == pytest.approx(seconds, rel=0.021)


def test_after_a_recording_the_piece_is_taken_that_has_as_much_happening(waltz: Source, planned_for: Planned) -> None:
    """Of several pieces the busiest is taken after a busy recording, the sparsest after a quiet one."""

    def onsets(hz: float) -> int:
        facts = replace(waltz.facts, made_of="sound", traits={"onsets_hz": hz, "brightness_hz": 500.0})
        score = made(replace(waltz, facts=facts), planned_for, Rework(verb="reference")).score
        return len({note.start_ticks for part in score.parts for note in part.notes})

    assert onsets(0.5) < onsets(12.0)
