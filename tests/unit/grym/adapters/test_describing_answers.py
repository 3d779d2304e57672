"""Answers of describing servers, in the shapes that are about."""

import json
from typing import Any

import pytest

from grym.adapters.describing_answers import MAX_TEXT_CHARACTERS, answer_text
from grym.errors import AdapterError


def chat(**message: Any) -> dict[str, Any]:
    """Return an answer in the chat protocol."""
    return {"choices": [{"message": {"role": "assistant", **message}}]}


@pytest.mark.parametrize(
    "answer",
    [
        chat(content="A waltz."),
        chat(content=[{"type": "text", "text": "A "}, {"type": "text", "text": "waltz."}]),
        chat(content="<think>Three four?\nYes.</think>\n\nA waltz."),
        chat(content="Three four? Yes.</think>A waltz."),
        chat(content="```text\nA waltz.\n```"),
        chat(content="", reasoning="Hm.</think>A waltz."),
        chat(content=None, reasoning_content="Hm.</think>A waltz."),
        {"choices": [{"text": " A waltz. "}]},
        {"choices": [], "text": "A waltz."},
        {"message": {"content": "A waltz."}},
        {"response": "A waltz."},
        {"result": {"answer": "A waltz."}},
        {"output": [{"generated_text": "A waltz."}]},
        ["A waltz."],
        "A waltz.",
    ],
)
def test_words_are_found_in_every_shape(answer: Any) -> None:
    """Chat, parts, thoughts, fences, one field, bare text."""
    assert answer_text(json.dumps(answer).encode(), media_type="application/json") == "A waltz."


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"null",
        b"<html>busy</html>",
        b"\xff\xfe",
        json.dumps(chat(content="")).encode(),
        json.dumps(chat(content="<think>still thinking")).encode(),
        json.dumps(chat(content="", reasoning="only thoughts")).encode(),
        json.dumps({"choices": ["odd"], "message": 3, "text": 7}).encode(),
    ],
)
def test_an_answer_without_words_is_refused(payload: bytes) -> None:
    """Nothing, markup, or thoughts without an end are no description."""
    with pytest.raises(AdapterError) as caught:
        answer_text(payload, media_type="application/json")
    assert caught.value.code == "describer.no_answer"


def test_plain_text_is_taken_and_bounded() -> None:
    """A server may answer in plain text; endless text is cut, control characters fall out."""
    assert answer_text(b"A\x07 waltz.", media_type="text/plain") == "A waltz."
    assert len(answer_text(b"la " * 100_000, media_type="text/plain")) <= MAX_TEXT_CHARACTERS
