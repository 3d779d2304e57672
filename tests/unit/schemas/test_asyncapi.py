"""Tests of schemas.asyncapi: which message travels where, and headers as a schema (the rest is a contract test)."""

from schemas.asyncapi import DEAD_LETTER, header_schema, messages_of
from schemas.catalogue import AUDIO_FRAMES, BY_NAME, DEAD_LETTERS
from schemas.headers import HeaderField


def test_messages_of_a_topic() -> None:
    """Bodies by their topic; frames and dead letters have no body class."""
    assert messages_of(BY_NAME["grym.cancels.v1"]) == ("grym.request.cancel.v1",)
    assert messages_of(BY_NAME[DEAD_LETTERS]) == (DEAD_LETTER,)
    assert messages_of(BY_NAME[AUDIO_FRAMES]) == (
        "grym.audio.frame.v1",
        "grym.stream.closed.v1",
        "grym.stream.opened.v1",
    )


def test_header_schema() -> None:
    """Texts with their patterns; only required names are required; others are allowed."""
    fields = (HeaderField(name="a", about="first", required=True), HeaderField(name="b", about="second", pattern="^1$"))
    assert header_schema(iter(fields)) == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": "first"},
            "b": {"type": "string", "description": "second", "pattern": "^1$"},
        },
        "required": ["a"],
    }
