"""What servers answer, read defensively: the words of a model out of any of the shapes that are about.

Servers that speak the chat protocol of OpenAI put the answer into ``choices[0].message.content``, as text or as parts;
models that think first leave their thoughts before ``</think>``, with or without the opening tag, and some servers
leave the content empty and everything in ``reasoning``. Others answer with one field of text, or with bare text.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from grym.errors import AdapterError

MAX_TEXT_CHARACTERS = 8_000
FIELDS = ("text", "answer", "response", "description", "output", "result", "generated_text", "content")
THOUGHT = "</think>"


def answer_text(payload: bytes, *, media_type: str) -> str:
    """Return the words of an answer.

    Raises
    ------
    AdapterError
        ``describer.no_answer``.
    """
    text = payload.decode("utf-8", errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        found = text if media_type.startswith("text/plain") else None
    for candidate in _candidates(found):
        if words := _plain(candidate):
            return words[:MAX_TEXT_CHARACTERS]
    raise AdapterError(
        "the describing server answered, but without words",
        code="describer.no_answer",
        hint="Check that GRYM_DESCRIBER names a server that hears sound, and GRYM_DESCRIBER_MODEL a model of it.",
    )


def _candidates(found: Any) -> Iterator[str]:
    """Yield texts that may be the answer, the likeliest first."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, list):
        for entry in found:
            yield from _candidates(entry)
    elif isinstance(found, Mapping):
        yield from _of_choices(found.get("choices"))
        yield from _of_message(found.get("message"))
        for field in FIELDS:
            yield from _candidates(found.get(field))


def _of_choices(choices: Any) -> Iterator[str]:
    first = choices[0] if isinstance(choices, list) and choices else None
    if isinstance(first, Mapping):
        yield from _of_message(first.get("message"))
        yield from _candidates(first.get("text"))


def _of_message(message: Any) -> Iterator[str]:
    """Yield the content of a message; of its thoughts only what follows their end."""
    if not isinstance(message, Mapping):
        return
    content = message.get("content")
    if isinstance(content, list):
        yield "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    elif isinstance(content, str):
        yield content
    for field in ("reasoning", "reasoning_content", "thinking"):
        thoughts = message.get(field)
        if isinstance(thoughts, str) and THOUGHT in thoughts:
            yield thoughts


def _plain(text: str) -> str:
    """Return what was said after thinking, without fences and control characters; empty for thoughts without end."""
    said = text.rpartition(THOUGHT)[2].strip()
    if said.startswith("<think>"):
        return ""
    if said.startswith("```"):
        said = said.strip("`").partition("\n")[2].strip() or said.strip("`")
    return "".join(letter for letter in said if letter.isprintable() or letter in "\n\t").strip()
