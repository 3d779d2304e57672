"""What language models answer when asked for a plan, read defensively.

Five shapes are about: plain JSON; JSON beside thoughts in a field of their own; thoughts in ``<think>`` before it, the
JSON in a code fence; thoughts that only end, their opening tag being part of the prompt; and everything in the thoughts
with an empty content. So the text after the last ``</think>`` is searched for JSON objects, from every brace on, first
in the content and then in the thoughts; the first object that is advice counts, and what it says beside is passed over.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec

from grym.domain.composing.advice import (
    MAX_PLAYERS,
    MAX_SECTIONS,
    MAX_TITLE_CHARACTERS,
    SECTION_NAMES,
    Advice,
    require_known,
)
from grym.domain.composing.choices import PARAMETERS
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.naming import read_key, read_metre
from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM, SectionPlan
from grym.domain.composing.styles import STYLES
from grym.domain.composing.vocabulary import MOODS
from grym.errors import AdapterError, InvalidRequestError

THOUGHT = "</think>"
MAX_TRIES = 200
"""Braces that are looked behind in one text: an answer has a few, and deeply nested ones cost most."""
MAX_COMPLAINT_CHARACTERS = 400
MAX_SHOWN_CHARACTERS = 4_000
"""Of an answer that cannot be used, shown to the model again: a plan is shorter."""

_Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class SectionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One section: its name, its length in bars, and how loud and dense it is, 0 to 1."""

    name: str
    bars: Annotated[int, msgspec.Meta(ge=1, le=200)]
    intensity: _Share = 0.5


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as a model answers it."""

    style: str
    mood: str
    tempo_bpm: Annotated[float, msgspec.Meta(ge=MIN_TEMPO_BPM, le=MAX_TEMPO_BPM)]
    key: str
    metre: str
    sections: Annotated[tuple[SectionAnswer, ...], msgspec.Meta(max_length=MAX_SECTIONS)]
    instruments: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_PLAYERS)]
    parameters: dict[str, _Share] = msgspec.field(default_factory=dict)
    title: Annotated[str, msgspec.Meta(max_length=4 * MAX_TITLE_CHARACTERS)] = ""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an answer, with the names of the vocabulary."""
    section = {
        "type": "object",
        "properties": {
            "name": {"enum": list(SECTION_NAMES)},
            "bars": {"type": "integer", "minimum": 1, "maximum": 200},
            "intensity": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "required": ["name", "bars", "intensity"],
        "additionalProperties": False,
    }
    share = {"type": "number", "minimum": 0, "maximum": 1}
    properties: dict[str, Any] = {
        "title": {"type": "string", "maxLength": MAX_TITLE_CHARACTERS},
        "style": {"enum": sorted(STYLES)},
        "mood": {"enum": sorted(MOODS)},
        "tempo_bpm": {"type": "number", "minimum": MIN_TEMPO_BPM, "maximum": MAX_TEMPO_BPM},
        "key": {"type": "string", "description": "tonic and mode, such as D minor or Bb major"},
        "metre": {"type": "string", "description": "beats/unit, such as 4/4 or 6/8"},
        "sections": {"type": "array", "items": section, "minItems": 1, "maxItems": MAX_SECTIONS},
        "instruments": {"type": "array", "items": {"enum": sorted(VOICES)}, "minItems": 1, "maxItems": MAX_PLAYERS},
        "parameters": {
            "type": "object",
            "properties": dict.fromkeys(PARAMETERS, share),
            "additionalProperties": False,
        },
    }
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def advice_in(payload: bytes) -> Advice:
    """Return the advice in what a server answered.

    Raises
    ------
    AdapterError
        ``llm.no_plan``: there is none, or none within the bounds; the message says what is wrong with it, for a person
        and for the model.
    """
    complaint = "there is no JSON object in the answer"
    for found in _objects(payload):
        try:
            return _advice(found)
        except msgspec.ValidationError as error:
            complaint = str(error)
        except InvalidRequestError as error:
            complaint = f"{error.message}. {error.hint}"
    raise AdapterError(complaint[:MAX_COMPLAINT_CHARACTERS], code="llm.no_plan")


def said_in(payload: bytes) -> str:
    """Return the beginning of what a model said, without its thoughts; a word for nothing."""
    said = next(_texts(payload.decode("utf-8", errors="replace")), "").rpartition(THOUGHT)[2].strip()
    return said[:MAX_SHOWN_CHARACTERS] or "(nothing)"


def _advice(found: Mapping[str, Any]) -> Advice:
    answer = msgspec.convert(found, PlanAnswer)
    advice = Advice(
        title=answer.title,
        style=answer.style,
        mood=answer.mood,
        tempo_bpm=answer.tempo_bpm,
        tonality=read_key(answer.key),
        metre=read_metre(answer.metre),
        sections=tuple(SectionPlan(name=one.name, bars=one.bars, intensity=one.intensity) for one in answer.sections),
        instruments=tuple(dict.fromkeys(answer.instruments)),
        parameters=answer.parameters,
    )
    require_known(advice)
    return advice


def _objects(payload: bytes) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of an answer that may be a plan, the likeliest first."""
    text = payload.decode("utf-8", errors="replace")
    for words in _texts(text):
        yield from _objects_in(words.rpartition(THOUGHT)[2])


def _texts(text: str) -> Iterator[str]:
    """Yield what a model said, then what it thought."""
    try:
        found = json.loads(text)
        message = found["choices"][0]["message"]
        fields = [message.get(name) for name in ("content", "reasoning", "reasoning_content", "thinking")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return
    content, *thoughts = fields
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    yield from (words for words in (content, *thoughts) if isinstance(words, str) and words)


def _objects_in(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON objects in a text, from every brace on that is in none of them."""
    decoder, at = json.JSONDecoder(), -1
    for _ in range(MAX_TRIES):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        yield found
        at = end - 1
