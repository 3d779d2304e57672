"""Wire and domain name their fields alike, so nothing is lost between them."""

import dataclasses

import msgspec
import pytest

from grym.domain.composing.patterns import Pattern
from grym.domain.composing.plan import Instrument, LastPiece, Motif, Plan, SectionPlan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.quoting import Quotation
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES, Style
from grym.domain.quality.check import Check
from grym.errors import InvalidRequestError
from schemas.body import CheckResult, MotifData, MotifUse
from schemas.commands import MakePlan
from schemas.music import InstrumentData, LastPieceData, MetreData, PlanData, SectionPlanData, TonalityData
from schemas.styles import PatternData, StyleData
from streams.translate import (
    checks_from_wire,
    checks_to_wire,
    fault_of,
    motifs_from_wire,
    motifs_to_wire,
    plan_from_wire,
    plan_to_wire,
    style_from_wire,
    style_to_wire,
    wish_of,
)

PAIRS = [
    (Plan, PlanData),
    (Metre, MetreData),
    (Tonality, TonalityData),
    (Instrument, InstrumentData),
    (SectionPlan, SectionPlanData),
    (Motif, MotifData),
    (Check, CheckResult),
    (Quotation, MotifUse),
    (LastPiece, LastPieceData),
    (Style, StyleData),
    (Pattern, PatternData),
]


@pytest.mark.parametrize(("domain", "wire"), PAIRS)
def test_both_sides_have_the_same_fields(domain: type, wire: type[msgspec.Struct]) -> None:
    """The plain form is the translation, so names must agree."""
    assert {field.name for field in dataclasses.fields(domain)} == set(wire.__struct_fields__)


@pytest.mark.parametrize("prompt", ["a waltz in G major", "techno, 128 bpm", "slow blues in E without drums"])
def test_plans_survive_the_wire(prompt: str) -> None:
    """There and back gives the same plan."""
    made = plan(Wish(prompt=prompt), seed=3)
    assert plan_from_wire(plan_to_wire(made)) == made


@pytest.mark.parametrize("name", sorted(STYLES))
def test_plans_carry_a_style_that_was_brought_along(name: str) -> None:
    """A definition comes through JSON as it was, own patterns and their numbers included."""
    groove = {36: Pattern(metres={"4/4": ("X..." * 4,)})}
    own = dataclasses.replace(STYLES[name], name="own", drums="own", drum_patterns={"own": groove})
    made = plan(Wish(prompt="a piece", definition=own), seed=3)
    sent = msgspec.json.encode(plan_to_wire(made))
    assert plan_from_wire(msgspec.json.decode(sent, type=PlanData)) == made


def test_a_choice_that_is_not_known_is_refused() -> None:
    """Dialects and forms are plain text on the wire, and checked when they are read."""
    sent = msgspec.structs.replace(style_to_wire(STYLES["waltz"]), dialect="klingon")
    with pytest.raises(InvalidRequestError) as refusal:
        style_from_wire(sent)
    assert refusal.value.code == "wire.choice"


def test_checks_and_motifs_survive_the_wire() -> None:
    """There and back gives the same values."""
    check = Check(name="a", value=None, required="<= 1", unit="dB", passed=False, advice="less")
    motif = Motif(intervals=(2, -1), durations_beats=(1.0, 0.5, 1.5), pattern_id="p")
    assert checks_from_wire(checks_to_wire((check,))) == (check,)
    assert motifs_from_wire(motifs_to_wire((motif,))) == (motif,)


def test_a_wish_is_read_from_a_command() -> None:
    """Explicit values are carried over; the prompt comes from elsewhere."""
    command = MakePlan(
        prompt_ref="text://r/prompt", seconds=20.0, seed=1, tempo_bpm=99.0, key="C", metre="3/4", style="x"
    )
    assert wish_of(command, prompt="hello") == Wish(
        prompt="hello", seconds=20.0, tempo_bpm=99.0, key="C", metre="3/4", style="x"
    )


def test_a_fault_keeps_code_message_and_hint() -> None:
    """What a person needs to mend it travels."""
    fault = fault_of(InvalidRequestError("no", code="request.key", hint="say C"))
    assert (fault.code, fault.message, fault.hint) == ("request.key", "no", "say C")
