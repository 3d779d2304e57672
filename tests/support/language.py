"""What a language model answers when it is asked for a plan, in the shapes that are about."""

import json
from collections.abc import Mapping
from typing import Any

PLAN: dict[str, Any] = {
    "title": "Tin Roof",
    "style": "nocturne",
    "mood": "sad",
    "tempo_bpm": 72,
    "key": "E minor",
    "metre": "3/4",
    "sections": [
        {"name": "A", "bars": 4, "intensity": 0.3},
        {"name": "B", "bars": 4, "intensity": 0.8},
        {"name": "A", "bars": 4, "intensity": 0.2},
    ],
    "instruments": ["piano", "cello"],
    "parameters": {"density": 0.31},
}
MODEL = "deepseek-r1:14b"


def completion(content: Any, **message: Any) -> dict[str, Any]:
    """Return a chat completion with a content, and whatever else the message has."""
    return {"model": MODEL, "choices": [{"message": {"role": "assistant", "content": content, **message}}]}


def shapes(plan: Mapping[str, Any] = PLAN) -> dict[str, dict[str, Any]]:
    """Return a plan in the five shapes, by name."""
    text = json.dumps(plan)
    fenced = f"```json\n{text}\n```"
    return {
        "plain": completion(text),
        "reasoning apart": completion(text, reasoning='Perhaps {"style": "waltz"}? No.'),
        "inline thoughts and a fence": completion(f'<think>Perhaps {{"style": 1}}.</think>\nHere it is:\n{fenced}'),
        "thoughts without an opening tag": completion(f"A sad one, then.\n</think>\n{text} That is it."),
        "empty content": completion("", reasoning=f"The answer:\n{text}"),
    }
