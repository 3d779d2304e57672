"""Sessions are the same in whatever order attempts and opinions come, and however often."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.sessions.folding import with_attempt, with_opinion, with_preferences
from grym.domain.sessions.values import KEPT_ATTEMPTS, KEPT_EARLY, Opinion, Session
from grym.errors import InvalidRequestError
from tests.unit.grym.domain.sessions.attempts import attempt, opinion

Event = tuple[int, Opinion | None]
"""What happened to the piece of a number: an opinion, or with None its end."""

STORY: list[Event] = [
    (1, None),
    (2, None),
    (1, opinion(2, after_h=2, feedback_id="a")),
    (1, opinion(5, after_h=3, feedback_id="b")),
    (2, opinion(4, after_h=3, feedback_id="c")),
    (3, None),
    (9, opinion(1, after_h=4, feedback_id="d")),
]


def told(story: Sequence[Event]) -> Session:
    """Return the session of a story."""
    session = Session()
    for number, said in story:
        if said is None:
            session = with_attempt(session, attempt(number))
        else:
            session = with_opinion(session, f"r{number:03}", said)
    return session


@given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=5))
def test_order_and_repetition_change_nothing(story: list[Event], again: list[Event]) -> None:
    """Delivery is at least once, and a piece may be told of after its rating."""
    assert told([*story, *again]) == told(STORY)


def test_the_last_opinion_of_a_piece_counts() -> None:
    """And one of a piece that is not known yet waits for it."""
    session = told(STORY)
    assert [one.stars for one in session.attempts] == [5, 4, None]
    assert set(session.early) == {"r009"}
    session = with_attempt(session, attempt(9))
    assert session.attempts[-1].stars == 1
    assert session.early == {}


def test_opinions_of_unknown_pieces_are_bounded() -> None:
    """Of a flood the newest stay, and no attempt is lost by it."""
    session = with_attempt(Session(), attempt(1))
    for number in range(3 * KEPT_EARLY):
        session = with_opinion(session, f"x{number}", opinion(5, after_h=number))
    assert len(session.early) == KEPT_EARLY
    assert f"x{3 * KEPT_EARLY - 1}" in session.early
    assert len(session.attempts) == 1


def test_old_attempts_are_counted_when_they_go() -> None:
    """What is no longer kept one by one stays in the account, to the second."""
    session = Session()
    for number in range(KEPT_ATTEMPTS + 7):
        session = with_attempt(session, attempt(number, stars=4 if number == 0 else None, passed=number != 1))
    assert len(session.attempts) == KEPT_ATTEMPTS
    (account,) = session.past.values()
    assert (account.attempts, account.successes, account.rated, account.stars) == (7, 6, 1, 4)
    assert account.wall_s == pytest.approx(28.0)


def test_the_later_end_of_a_redriven_request_counts() -> None:
    """An opinion stays with the piece."""
    failed = attempt(1, outcome="dead_lettered", passed=False)
    made = replace(attempt(1), at=attempt(5).at)
    session = with_opinion(with_attempt(Session(), failed), "r001", opinion(5))
    assert [one.outcome for one in session.attempts] == ["dead_lettered"]
    session = with_attempt(session, made)
    assert [(one.outcome, one.stars) for one in session.attempts] == [("completed", 5)]
    assert with_attempt(session, failed) == session


def test_preferences_are_set_and_taken_back() -> None:
    """Null takes one back; the last one taken back leaves no trace."""
    session = with_preferences(Session(), "synth", {"room_db": 3.0, "bass_db": -2.0})
    session = with_preferences(session, "synth", {"room_db": None})
    assert session.preferences == {"synth": {"bass_db": -2.0}}
    assert with_preferences(session, "synth", {"bass_db": None}) == Session()


@pytest.mark.parametrize(
    ("backend", "settings", "code"),
    [
        ("piano", {"room_db": 1.0}, "settings.backend"),
        ("synth", {"reverb": 1.0}, "settings.name"),
        ("synth", {"reverb": None}, "settings.name"),
        ("synth", {"room_db": 99.0}, "settings.range"),
        ("synth", {"room_db": float("nan")}, "settings.range"),
    ],
)
def test_impossible_preferences_are_refused(backend: str, settings: dict[str, float | None], code: str) -> None:
    """By name, and nothing changes."""
    with pytest.raises(InvalidRequestError) as caught:
        with_preferences(Session(), backend, settings)
    assert caught.value.code == code
