"""The short form of `test_taste`: twenty pieces rated, four kinds of music."""

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.tastes import (
    USUAL_BPM,
    Listener,
    listening,
    require_moved,
    require_told,
    require_unmoved,
    told_in_a_line,
)

KINDS = 4
TAKES = 4


def test_ratings_are_heard_in_later_pieces(grym: Grym, measured: Measured) -> None:
    """More in minor and with more strings, told why; nobody else's move, and an audit decides the same."""
    server = grym.start("up")
    rosa, bert = (Listener(name=name, tell=grym.tell, folder=grym.work) for name in ("rosa", "bert"))
    story = listening(rosa, bert, list(USUAL_BPM)[:KINDS], takes=TAKES)
    measured("first four of twenty rated pieces", told_in_a_line(story.first), "")
    measured("the same four wishes afterwards", told_in_a_line(story.later), "minor, strings, stars moved")
    require_moved(story, pace=1.05, minor=0.25, strings=0.2, stars=0.5)  # tempo needs more ratings than twenty
    require_told(story)
    require_unmoved(grym.work, story)
    assert grym.tell("learn", "replay", "--audit")["equal"] is True
    server.stop()
