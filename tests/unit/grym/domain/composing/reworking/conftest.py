"""Sources whose every note is known, and pieces of grym read back."""

from collections.abc import Callable

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.planning import fitted, guided
from grym.domain.composing.reworking.reading import read_score
from grym.domain.composing.reworking.source import Rework, Source
from grym.domain.composing.reworking.studying import study
from grym.domain.composing.score import Score

Planned = Callable[..., Plan]


@pytest.fixture(scope="session")
def piece() -> Score:
    """Return a waltz of grym's own, 12 seconds in G minor."""
    return compose(plan(Wish(prompt="a waltz in G minor, 150 bpm, 12 seconds"), seed=3), seed=3)


@pytest.fixture(scope="session")
def waltz(piece: Score) -> Source:
    """Return the waltz as a source, by way of MusicXML."""
    return study(read_score(score_to_musicxml(piece).encode()))


@pytest.fixture(scope="session")
def planned_for() -> Planned:
    """Return how to plan a rework of a source."""

    def make(source: Source, rework: Rework, **wish: object) -> Plan:
        asked = guided(Wish(prompt="music", **wish), source.facts, rework)  # type: ignore[arg-type]
        return fitted(plan(asked, seed=7), source.facts, rework)

    return make
