"""The course of learning as the log tells it."""

from collections.abc import Callable

import pytest

from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import FeedbackFolded, FeedbackGiven, GuardChanged, ParametersExposed
from streams.courses import Telling

Event = Callable[..., Envelope]


def exposed(user: str = "ann", *, arm: str = "learned", style: str = "waltz") -> ParametersExposed:
    """Return a piece that reached its listener."""
    return ParametersExposed(
        user=user, style=style, parameters={"pace": 0.2}, quality_passed=True, quality_share=1.0, arm=arm
    )


def told(event: Event, *events: tuple[str, Body], user: str | None = None) -> Telling:
    """Return what some events tell, each with the piece it is about."""
    telling = Telling(user=user)
    for subject, body in events:
        telling.take(event(body, subject=subject))
    return telling


def test_the_last_opinion_of_a_piece_counts(event: Event) -> None:
    """And only that of its own listener."""
    course = told(
        event,
        ("r1", exposed()),
        ("r1", FeedbackGiven(user="ann", stars=1)),
        ("r1", FeedbackGiven(user="ann", stars=5)),
        ("r1", FeedbackGiven(user="eve", stars=1)),
    ).told()
    assert [(piece.piece_id, piece.arm, piece.utility) for piece in course.served] == [("r1", "learned", 1.0)]


def test_an_opinion_may_come_before_its_piece(event: Event) -> None:
    """It counts once the piece is there; without a piece it is nothing."""
    course = told(
        event,
        ("r1", FeedbackGiven(user="ann", stars=3)),
        ("r2", FeedbackGiven(user="ann", stars=5)),
        ("r1", exposed()),
    ).told()
    assert [(piece.piece_id, piece.utility) for piece in course.served] == [("r1", 0.5)]


def test_aspects_are_part_of_it(event: Event) -> None:
    """Stars and aspects 7 : 3, as the learner takes them."""
    course = told(event, ("r1", exposed()), ("r1", FeedbackGiven(user="ann", stars=5, aspects={"melody": 1}))).told()
    assert course.served[0].utility == pytest.approx(0.7)


def test_preferences_compare_arms(event: Event) -> None:
    """Between two pieces of one listener and of different arms; the last word on a pair counts."""
    events = (("a", exposed()), ("b", exposed(arm="default")), ("c", exposed("eve", arm="default")))
    course = told(
        event,
        *events,
        ("a", FeedbackGiven(user="ann", preferred_over="b")),
        ("b", FeedbackGiven(user="ann", preferred_over="a")),
        ("a", FeedbackGiven(user="ann", preferred_over="c")),
    ).told()
    assert [(pair.better, pair.worse) for pair in course.pairs] == [("default", "learned")]


def test_one_listener_is_told_apart(event: Event) -> None:
    """Of others neither pieces nor opinions nor turns of the guard are told."""
    turn = GuardChanged(style="waltz", serving=True, reason="gain", lower=0.6, holdout=0.4)
    telling = told(
        event,
        ("r1", exposed()),
        ("r2", exposed("eve")),
        ("r1", turn),
        ("r2", turn),
        ("r2", FeedbackFolded(feedback_id="f", accepted=True, style="waltz", parameters={"pace": 0.9})),
        ("r1", FeedbackFolded(feedback_id="g", accepted=True, style="waltz", parameters={"pace": 0.1})),
        user="ann",
    )
    course = telling.told()
    assert [piece.piece_id for piece in course.served] == ["r1"]
    assert course.guard == ((1, True),)
    assert telling.wished() == {("ann", "waltz"): {"pace": 0.1}}


def test_a_repeated_exposure_is_one_piece(event: Event) -> None:
    """Delivery is at least once."""
    assert len(told(event, ("r1", exposed()), ("r1", exposed())).told().served) == 1
