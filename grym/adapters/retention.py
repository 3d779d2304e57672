"""How long a delivery's name is remembered: longer than anything that could bring the delivery again."""

from schemas.catalogue import BY_NAME, DAY_S, DEAD_LETTERS, TOPICS

LETTERS_S = BY_NAME[DEAD_LETTERS].retention_s or 0
"""How long a dead letter is kept, its line in the register with it, in seconds."""

INBOX_HORIZON_S = (
    max(topic.retention_s or 0 for topic in TOPICS if topic.readers != ("operator",)) + LETTERS_S + 7 * DAY_S
)
"""Longest retention of a topic that processors read, plus that of dead letters, plus a week of slack, in seconds.

A record may be read as long as its topic keeps it, and be redriven as long as its letter is kept.
"""
