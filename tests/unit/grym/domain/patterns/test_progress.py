"""How learning goes: by what people verified, and nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.progress import (
    FIRST_RATE,
    LEAST_RATE,
    MOST_RATE,
    RELEVANT_S,
    STEADY,
    learning_rate,
    progress_of,
)
from grym.domain.patterns.values import Verdict


def verdict(number: int, *, right: bool, **fields: Any) -> Verdict:
    """Return a verdict that came in this place."""
    usual: dict[str, Any] = {"event_id": f"v{number}", "seq": number, "who": "rosa"}
    return Verdict(**(usual | fields), right=right)


def test_nothing_said_is_no_accuracy() -> None:
    """However sure recognition is of itself."""
    told = progress_of([], now_s=0.0)
    assert (told.accuracy, told.accuracy_before, told.improvement, told.curve) == (None, None, None, ())
    unsure = [verdict(1, right=True)]  # of a pattern, not of a match
    assert progress_of(unsure, now_s=0.0).accuracy is None


def test_every_answer_is_counted_as_what_it_was() -> None:
    """Told and right, told and wrong, kept back and right, kept back and wrong."""
    said = [
        verdict(1, right=True, confidence=0.9, odds=2.0),
        verdict(2, right=False, confidence=0.8, odds=1.0, who="paul"),
        verdict(3, right=True, confidence=0.3, odds=-1.0),
        verdict(4, right=False, confidence=0.2, odds=1.0),
        verdict(5, right=False, spread_from="v2", weight=0.1),
    ]
    told = progress_of(said, now_s=0.0)
    assert (told.verdicts, told.people, told.spread) == (4, 2, 1)
    assert (told.told, told.told_right, told.missed, told.corrections) == (2, 1, 1, 2)
    assert (told.accuracy, told.accuracy_before) == (0.5, 0.25)
    assert told.improvement is not None
    assert round(told.improvement, 6) == round(1 / 3, 6)


def test_categories_and_places_have_accuracies_of_their_own() -> None:
    """A place within half a second is the same."""
    said = [
        verdict(1, right=True, category="rhythmic", start_s=3.0, end_s=5.0, told_s=3.4),
        verdict(2, right=True, start_s=3.0, end_s=5.0, told_s=9.0),
    ]
    told = progress_of(said, now_s=0.0)
    assert (told.categories, told.places) == (0.5, 0.5)


def test_the_curve_follows_the_order_of_the_journal() -> None:
    """Twenty verdicts a point, the last may have fewer."""
    said = [verdict(n, right=n >= 20, confidence=0.9, odds=2.0) for n in range(50)]
    assert progress_of(reversed(said), now_s=0.0).curve == (0.0, 1.0, 1.0)


@given(right=st.lists(st.booleans(), max_size=80))
def test_the_pace_stays_within_its_bounds(right: list[bool]) -> None:
    """And is a tenth until somebody said enough."""
    rate = learning_rate([verdict(n, right=one) for n, one in enumerate(right)], now_s=0.0)
    assert LEAST_RATE <= rate <= MOST_RATE
    if len(right) <= STEADY:
        assert rate == FIRST_RATE


def test_the_pace_grows_where_much_is_wrong_and_falls_where_all_is_right() -> None:
    """What is older than ninety days says nothing of it."""
    wrong, right = ([verdict(n, right=side) for n in range(10)] for side in (False, True))
    assert learning_rate(wrong, now_s=0.0) == MOST_RATE
    assert learning_rate(right, now_s=0.0) < FIRST_RATE
    assert learning_rate(wrong, now_s=RELEVANT_S + 1.0) == FIRST_RATE
