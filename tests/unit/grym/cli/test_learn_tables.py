"""What `grym learn` tells."""

from datetime import UTC, datetime

import pytest

from grym.cli.learn_tables import comparison_json, report_json, show_comparison, show_report
from grym.cli.screen import Screen
from grym.domain.courses import Course, Pair, Served, steps_of
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import FeedbackFolded, FeedbackGiven, ParametersExposed
from streams.courses import Telling


def _served(number: int, arm: str, utility: float | None, user: str = "ann") -> Served:
    return Served(piece_id=str(number), user=user, style="waltz", arm=arm, utility=utility)


def _course(*served: Served, pairs: tuple[Pair, ...] = ()) -> Course:
    return Course(served=served, pairs=pairs, steps=steps_of(served))


def event(body: Body, *, subject: str) -> Envelope:
    """Return a body in an envelope."""
    return Envelope(
        id=f"{subject}-{type(body).__name__}",
        source="test",
        type=type(body).TYPE,
        subject=subject,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        body=body,
        correlation_id=subject,
    )


@pytest.fixture
def telling() -> Telling:
    """Return what the log tells of two pieces, one of them rated."""
    found = Telling()
    for name, arm in (("a", "default"), ("b", "learned")):
        exposed = ParametersExposed(
            user="ann", style="waltz", parameters={}, quality_passed=True, quality_share=1.0, arm=arm
        )
        found.take(event(exposed, subject=name))
    found.take(event(FeedbackGiven(user="ann", stars=5), subject="b"))
    found.take(
        event(FeedbackFolded(feedback_id="f", accepted=True, style="waltz", parameters={"pace": 0.2}), subject="b")
    )
    return found


def test_a_report_tells_arms_and_styles(telling: Telling, capsys: pytest.CaptureFixture[str]) -> None:
    """Utility of what was learned, nothing of what was not rated, and what was learned by style."""
    told = report_json(telling, user="ann", style=None)
    assert (told["pieces"], told["rated"], told["utility"], told["holdout"]) == (2, 1, 1.0, None)
    assert (told["regret"], told["coverage"], told["fallback"]["pieces"]) == (0.0, 0.5, 0)
    assert told["parameters"] == {"waltz": {"pace": 0.2}}
    low, high = told["arms"]["learned"]["interval"]
    assert 0.0 <= low < high <= 1.0
    show_report(Screen(), told)
    assert "pace 0.20" in capsys.readouterr().out


def test_nothing_is_told_of_all_listeners_together(telling: Telling) -> None:
    """What is learned belongs to one listener."""
    assert report_json(telling, user=None, style=None)["parameters"] == {}


def test_few_comparisons_leave_it_open(capsys: pytest.CaptureFixture[str]) -> None:
    """One pair and two ratings prove nothing."""
    pair = Pair(user="ann", better="learned", worse="default")
    told = comparison_json(
        _course(_served(1, "learned", 1.0), _served(2, "holdout", 0.0), pairs=(pair,)), experiment=None
    )
    assert (told["pairs"]["learned_better"], told["pairs"]["better"], told["arms"]["better"]) == (1, None, None)
    show_comparison(Screen(), told)
    assert "not sure yet" in capsys.readouterr().out


def test_many_comparisons_decide() -> None:
    """Sixty pairs and eighty ratings of one mind do, in either direction."""
    for ours, theirs, better in (("learned", "holdout", "learned"), ("holdout", "learned", "default")):
        pairs = tuple(Pair(user="ann", better=ours, worse=theirs) for _ in range(60))
        served = [_served(n, ours if n % 2 else theirs, 1.0 if n % 2 else 0.0) for n in range(80)]
        told = comparison_json(_course(*served, pairs=pairs), experiment=None)
        assert (told["pairs"]["better"], told["arms"]["better"]) == (better, better)


def test_an_experiment_compares_halves_of_the_listeners() -> None:
    """Everybody is on one side; a side that pleases more is named once that is sure."""
    from grym.domain.learning import side_of

    users = [f"user-{number}" for number in range(200)]
    served = [_served(n, "default", 1.0 if side_of(user, "x") == "a" else 0.0, user) for n, user in enumerate(users)]
    told = comparison_json(_course(*served), experiment="x")["experiment"]
    assert sum(told["users"].values()) == len(users)
    assert told["better"] == "a"


def test_no_comparison_is_told_as_none() -> None:
    """Nothing is made up."""
    told = comparison_json(_course(), experiment="x")
    assert told["pairs"]["interval"] is None
    assert told["arms"]["difference"] is None
    assert told["experiment"]["better"] is None
