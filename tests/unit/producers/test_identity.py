"""Names that sort by time and names that repeat."""

import uuid
from datetime import UTC, datetime, timedelta

from producers.identity import event_id, uuid7, variation_id, variation_seed

AT = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_version_seven_as_in_the_standard() -> None:
    """The example of RFC 9562, appendix A.6: its instant and its random bits give its UUID."""
    randomness = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(AT, randomness) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_ids_sort_by_time() -> None:
    """A later id sorts behind an earlier one, whatever its random part."""
    later = uuid7(AT + timedelta(milliseconds=1), bytes(10))
    assert uuid7(AT, b"\xff" * 10) < later
    assert uuid.UUID(later).version == 7


def test_an_event_id_depends_on_request_and_purpose() -> None:
    """The same request says the same thing under one id, anything else under another."""
    assert event_id("r1", "ask") == event_id("r1", "ask")
    assert len({event_id("r1", "ask"), event_id("r2", "ask"), event_id("r1", "cancel")}) == 3


def test_variations_differ_and_repeat() -> None:
    """The first variation keeps the seed; the others get their own, always the same."""
    seeds = [variation_seed(7, number) for number in range(1, 6)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 5
    assert seeds == [variation_seed(7, number) for number in range(1, 6)]
    assert variation_id("r", 2) == "r-2"
