"""Forty pieces rated by somebody who likes slow music in minor with strings: later pieces move there, nobody else's do.

The bounds are half of what was measured with six names: tempo down by a fifth, minor up from four to nine pieces of
ten, strings from a third to more than two thirds of the parts, two stars more.
"""

from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.tastes import (
    USUAL_BPM,
    Listener,
    Story,
    listening,
    require_moved,
    require_told,
    require_unmoved,
    told_in_a_line,
)

pytestmark = [pytest.mark.slow]

TAKES = 3
RATED = 40


@pytest.fixture(scope="module")
def story(grym: Grym) -> Iterator[Story]:
    """Let rosa rate while a server runs, and bert listen."""
    server = grym.start("up")
    rosa, bert = (Listener(name=name, tell=grym.tell, folder=grym.work) for name in ("rosa", "bert"))
    yield listening(rosa, bert, list(USUAL_BPM), takes=TAKES)
    server.stop()


def test_later_pieces_move(story: Story, measured: Measured) -> None:
    """Slower, more often in minor, with more strings, and rated higher, holdouts included."""
    measured(f"first ten of {RATED} rated pieces", told_in_a_line(story.first), "")
    measured("the same ten wishes afterwards", told_in_a_line(story.later), "all four moved")
    assert len(story.rated) == RATED
    require_moved(story, pace=0.92, minor=0.25, strings=0.2, stars=1.0)


def test_parameters_say_why(story: Story) -> None:
    """Where each came from, on how many ratings, and what it is expected to bring."""
    require_told(story)


def test_nobody_else_moves(grym: Grym, story: Story) -> None:
    """Who rated nothing gets the same notes as before, to the byte."""
    require_unmoved(grym.work, story)


def test_a_replay_decides_the_same(grym: Grym, story: Story) -> None:
    """Every proposal made again is the one that was made, and two audits have one digest."""
    end = grym.tell("learn", "replay")["to"]
    first, second = (grym.tell("learn", "replay", "--to", end, "--audit") for _ in range(2))
    assert first["equal"], first["differences"]
    assert first["proposals"] >= RATED + 3 * len(story.first)
    assert first["proposals_sha256"] == second["proposals_sha256"] == first["logged_sha256"]


def test_the_report_tells_it(grym: Grym, story: Story) -> None:
    """What was learned pleases more than the default by lot, and every style is told."""
    told = grym.tell("learn", "report", "--user", "rosa", "--plot", "course.png")
    assert (told["pieces"], told["rated"]) == (RATED + len(story.later), RATED)
    assert told["utility"] > told["holdout"]
    assert 0 < told["coverage"] < 1
    assert len(told["styles"]) == len(USUAL_BPM)
    assert (grym.work / "course.png").stat().st_size > 10_000
    assert grym.tell("learn", "report", "--user", "bert")["rated"] == 0
