"""Harmony."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.form import Passage, passages
from grym.domain.composing.harmony import Slot, harmonise, tonic_numeral
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.theory import SCALES

Planned = Callable[..., Plan]


def _passage(**fields: object) -> Passage:
    values: dict[str, object] = {
        "name": "A",
        "start_bar": 0,
        "bars": 8,
        "phrases": (4, 4),
        "intensity": 0.5,
        "occurrence": 0,
        "closing": "authentic",
    }
    return Passage(**(values | fields))  # type: ignore[arg-type]  # fields by name


def _harmonise(passage: Passage, plan: Plan, *, seed: int = 1) -> tuple[Slot, ...]:
    return harmonise(passage, plan, STYLES[plan.style], identity="test", seed=seed)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_chords_fill_every_section(planned: Planned, style: str) -> None:
    """Chords follow one another without gap to the end of each section."""
    plan = planned("a piece", style=style, seconds=60.0)
    for passage in passages(plan.sections):
        slots = _harmonise(passage, plan)
        edges = [0, *(slot.end_steps for slot in slots)]
        assert [slot.start_steps for slot in slots] == edges[:-1]
        assert edges[-1] == passage.bars * bar_steps(plan.metre)


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("mode", sorted(SCALES))
def test_pieces_close_on_the_tonic(planned: Planned, style: str, mode: str) -> None:
    """Every style ends every mode on a chord of its first degree, reached from another chord."""
    plan = replace(planned("a piece", style=style), tonality=Tonality(tonic=4, mode=mode))
    slots = _harmonise(_passage(closing="final"), plan)
    assert slots[-1].chord.root == 4
    assert any(slot.chord.root != 4 for slot in slots)


def test_classical_full_close_is_dominant_tonic(planned: Planned) -> None:
    """The last two chords of a classical period are V7 and I."""
    plan = planned("a waltz in C major")
    assert [slot.chord.numeral for slot in _harmonise(_passage(closing="final"), plan)[-2:]] == ["V7", "I"]


def test_half_close_waits_on_the_dominant(planned: Planned) -> None:
    """A classical section that goes on ends on V."""
    plan = planned("a waltz in C major")
    for seed in range(8):
        assert _harmonise(_passage(closing="half"), plan, seed=seed)[-1].chord.root == 7


def test_returning_sections_share_their_chords(planned: Planned) -> None:
    """The second A has the chords of the first."""
    plan = planned("a folk song")
    assert _harmonise(_passage(), plan) == _harmonise(_passage(occurrence=1, start_bar=16), plan)


def test_twelve_bar_blues(planned: Planned) -> None:
    """A chorus of twelve bars has the subdominant in bars 5 and 6 and the turnaround at its end."""
    plan = planned("blues in A major", metre="4/4")
    bar = bar_steps(plan.metre)
    slots = _harmonise(
        _passage(bars=12, phrases=(4, 4, 4), closing="half"), replace(plan, parameters={"complexity": 0.0})
    )

    def numeral(number: int) -> str:
        return next(s.chord.numeral for s in slots if s.start_steps <= (number - 1) * bar < s.end_steps)

    assert [numeral(bar_number) for bar_number in (1, 5, 6, 9, 12)] == ["I7", "IV7", "IV7", "V7", "V7"]


def test_complexity_brings_applied_dominants(planned: Planned) -> None:
    """Secondary dominants appear with complexity and never without."""
    plan = planned("a waltz in C major")

    def applied(complexity: float) -> int:
        changed = replace(plan, parameters={"complexity": complexity})
        slots = [slot for seed in range(30) for slot in _harmonise(_passage(), changed, seed=seed)]
        return sum("/" in slot.chord.numeral for slot in slots)

    assert applied(0.3) == 0
    assert applied(1.0) > 5


def test_coda_of_one_bar_is_the_tonic(planned: Planned) -> None:
    """A coda of one bar holds the tonic."""
    slots = _harmonise(_passage(name="coda", bars=1, phrases=(1,), closing="final"), planned("a waltz in D minor"))
    assert [slot.chord.numeral for slot in slots] == ["i"]


@pytest.mark.parametrize("bars", [2, 3, 4])
def test_longer_codas_cadence(planned: Planned, bars: int) -> None:
    """A longer coda ends by a dominant and the tonic."""
    passage = _passage(name="coda", bars=bars, phrases=(bars,), closing="final")
    slots = _harmonise(passage, planned("a waltz in D minor", metre="3/4"))
    assert [slot.chord.root for slot in slots][-2:] == [9, 2]


def test_tonic_numerals() -> None:
    """The tonic chord is major, minor or diminished with the mode."""
    assert [tonic_numeral(Tonality(tonic=0, mode=mode)) for mode in ("lydian", "dorian", "locrian")] == ["I", "i", "i°"]


def test_two_chords_a_bar_in_six_eight(planned: Planned) -> None:
    """Half bars of 6/8 are dotted quarters."""
    plan = replace(planned("chorale in C major"), metre=Metre(beats=6, unit=8))
    assert {slot.length_steps % 6 for slot in _harmonise(_passage(), plan)} == {0}
