"""Every processor of `streams` under every law."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.envelope import encode
from schemas.registry import BODIES
from streams.processor import AnyProcessor
from tests.contract.bodies import events
from tests.contract.fakes import run_virtual
from tests.contract.processor_laws import build, discover, law_deterministic, law_idempotent, law_keeps_the_chain

PROCESSORS = discover()
SLOW = frozenset({"features", "quality"})
"""They listen to a sound for every event: fewer examples tell as much."""

SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def examples(cls: type[AnyProcessor], many: int) -> int:
    """Return how many examples a processor gets."""
    return max(3, many // 10) if cls.name in SLOW else many


def stories(cls: type[AnyProcessor], *, longest: int) -> st.SearchStrategy[list[object]]:
    """Return a strategy for hostile events of every accepted type, about one request."""
    return st.lists(st.one_of(*(events(body) for body in cls.accepts)), min_size=1, max_size=longest)


def test_all_six_are_found() -> None:
    """The laws see every capability."""
    assert [cls.name for cls in PROCESSORS] == [
        "coordinator",
        "enhancing",
        "features",
        "generation",
        "learning",
        "patterns",
        "quality",
        "sessions",
    ]


@pytest.mark.parametrize("cls", PROCESSORS, ids=lambda cls: str(cls.name))
def test_names_and_bodies_fit_the_contract(cls: type[AnyProcessor]) -> None:
    """A processor takes in registered bodies only, each once, and has a state type."""
    processor = build(cls)
    assert len(set(processor.accepts)) == len(processor.accepts)
    assert set(processor.accepts) <= set(BODIES)
    assert isinstance(processor.state_type, type)


@pytest.mark.parametrize("cls", PROCESSORS, ids=lambda cls: str(cls.name))
def test_hostile_events_are_decided_and_always_the_same(cls: type[AnyProcessor]) -> None:
    """Whatever decodes is decided or refused with a typed error, and twice the same to the byte."""

    @settings(SETTINGS, max_examples=examples(cls, 60))
    @given(stories(cls, longest=4))
    def law(story: list[object]) -> None:
        run_virtual(law_deterministic(cls, story))  # type: ignore[arg-type]  # hypothesis loses the type in one_of

    law()


@pytest.mark.parametrize("cls", PROCESSORS, ids=lambda cls: str(cls.name))
def test_outputs_keep_the_causal_chain(cls: type[AnyProcessor]) -> None:
    """Correlation, causation, tenant and trace are kept."""

    @settings(SETTINGS, max_examples=examples(cls, 30))
    @given(st.one_of(*(events(body) for body in cls.accepts)))
    def law(envelope: object) -> None:
        run_virtual(law_keeps_the_chain(cls, envelope))  # type: ignore[arg-type]  # hypothesis loses the type in one_of

    law()


@pytest.mark.parametrize("cls", PROCESSORS, ids=lambda cls: str(cls.name))
def test_repeated_events_have_one_effect(cls: type[AnyProcessor]) -> None:
    """Delivered four times, in two processes one after the other, a story leaves what it leaves once."""

    @settings(SETTINGS, max_examples=examples(cls, 10))
    @given(stories(cls, longest=3))
    def law(story: list[object]) -> None:
        law_idempotent(cls, [encode(envelope) for envelope in story])  # type: ignore[arg-type]

    law()
