"""Settings move by rated changes only, stay in their range, and fall back where nothing succeeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.sessions.folding import with_preferences
from grym.domain.sessions.settings import FIRST_RATE, GUARD_ATTEMPTS, LEAST_RATE, SETTINGS, settings_of
from grym.domain.sessions.values import Attempt, Session
from tests.unit.grym.domain.sessions.attempts import attempt

ROOM = SETTINGS["synth"][0]


def learned(*attempts: Attempt) -> float:
    """Return where the room stands after some attempts."""
    return settings_of(Session(attempts=attempts), "synth").get("room_db", ROOM.default)


def test_a_liked_change_draws_the_setting_towards_it() -> None:
    """By 0.3 of the way at the first rating of five stars."""
    assert learned(attempt(1, stars=5, settings={"room_db": 6.0})) == pytest.approx(FIRST_RATE * 6.0)


def test_a_disliked_change_pushes_the_setting_away() -> None:
    """To the other side of where it stood."""
    assert learned(attempt(1, stars=1, settings={"room_db": 6.0})) == pytest.approx(-FIRST_RATE * 6.0)


def test_a_neutral_rating_and_a_missing_one_move_nothing() -> None:
    """Three stars say neither, and silence is no zero."""
    assert learned(attempt(1, stars=3, settings={"room_db": 6.0})) == ROOM.default
    assert learned(attempt(1, settings={"room_db": 6.0})) == ROOM.default


def test_pieces_at_the_default_leave_it() -> None:
    """Whatever they are rated: nothing is tried out unasked."""
    assert settings_of(Session(attempts=tuple(attempt(n, stars=1 + n % 5) for n in range(20))), "synth") == {}


def test_disliking_what_was_learned_draws_it_back_to_the_default() -> None:
    """A piece made with the value in force says nothing of a direction, but of the value."""
    first = attempt(1, stars=5, settings={"room_db": 6.0})
    before = learned(first)
    assert 0.0 < learned(first, attempt(2, stars=1, settings={"room_db": before})) < before


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(ROOM.low, ROOM.high)), max_size=40))
def test_no_flood_of_ratings_leaves_the_range(told: list[tuple[int, float]]) -> None:
    """However contradictory."""
    pieces = [attempt(n, stars=stars, settings={"room_db": used}) for n, (stars, used) in enumerate(told)]
    assert ROOM.low <= learned(*pieces) <= ROOM.high


def test_late_ratings_move_less_and_never_nothing() -> None:
    """The rate falls with their number and has a floor."""
    many = [attempt(n, stars=5, settings={"room_db": 4.0}) for n in range(60)]
    settled = learned(*many)
    moved = abs(learned(*many, attempt(99, stars=5, settings={"room_db": -9.0})) - settled)
    assert LEAST_RATE * 9.0 <= moved <= FIRST_RATE / 30 * 20.0


def test_defaults_stand_while_nothing_succeeds() -> None:
    """Five failures in a row: what was learned of the backend is not trusted until one succeeds again."""
    liked = attempt(1, stars=5, settings={"room_db": 6.0})
    failures = [attempt(n, passed=False) for n in range(2, 2 + GUARD_ATTEMPTS)]
    assert learned(liked, *failures[:-1]) > 0.0
    assert learned(liked, *failures) == ROOM.default
    assert learned(liked, *failures, attempt(9)) > 0.0


def test_what_is_set_by_hand_wins() -> None:
    """And other backends keep theirs."""
    session = Session(attempts=(attempt(1, stars=5, settings={"room_db": 6.0}),))
    session = with_preferences(session, "synth", {"room_db": -3.0})
    assert settings_of(session, "synth") == {"room_db": -3.0}
    assert settings_of(session, "soundfont") == {}
