"""Tests of schemas.catalogue: the table keeps the rules of the design."""

import re

from schemas.catalogue import BY_NAME, DEAD_LETTERS, ERROR_ROOM_BYTES, FEEDBACK, HEADER_ROOM_BYTES, TOPICS


def test_names_are_unique_and_versioned() -> None:
    """One row per topic, all called ``grym.<name>.v<major>``."""
    assert len(BY_NAME) == len(TOPICS)
    assert all(re.fullmatch(r"grym\.[a-z-]+\.v[1-9]", topic.name) for topic in TOPICS)


def test_every_topic_has_writers_readers_and_lanes() -> None:
    """Nothing is written for nobody, and nothing is read that nobody writes."""
    for topic in TOPICS:
        assert topic.writers
        assert topic.readers
        assert topic.partitions >= 1
        assert topic.retention_s is None or topic.retention_s > 0


def test_feedback_is_one_sequence_for_ever() -> None:
    """The learner folds one lane that holds instead of parking."""
    feedback = BY_NAME[FEEDBACK]
    assert (feedback.partitions, feedback.retention_s, feedback.on_failure) == (1, None, "hold")


def test_dead_letters_hold_the_largest_record() -> None:
    """A letter keeps the original value and has room for one set of error headers, and outlives most topics."""
    letters = BY_NAME[DEAD_LETTERS]
    others = [topic for topic in TOPICS if topic.name != DEAD_LETTERS]
    assert letters.max_bytes >= max(topic.max_bytes for topic in others) + HEADER_ROOM_BYTES
    assert letters.max_record_bytes == letters.max_bytes + HEADER_ROOM_BYTES


def test_cancels_and_timers_have_topics_of_their_own() -> None:
    """Nothing parked on the requests holds them back."""
    assert {"grym.cancels.v1", "grym.timers.v1"} <= set(BY_NAME)


def test_dead_letters_have_room_for_any_headers_that_are_accepted() -> None:
    """Whatever key and headers a topic takes, a letter can hold them and the error headers too."""
    assert all(
        topic.max_header_bytes + ERROR_ROOM_BYTES <= BY_NAME[DEAD_LETTERS].max_header_bytes
        for topic in TOPICS
        if topic.name != DEAD_LETTERS
    )
