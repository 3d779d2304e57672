"""Plans in the answers of language models: all five shapes, bounds, and what is no plan."""

import json
from typing import Any

import pytest

from grym.adapters.planning.answers import advice_in, said_in, schema
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.score import Metre, Tonality
from grym.errors import AdapterError
from tests.support.language import PLAN, completion, shapes


def payload(answer: Any) -> bytes:
    """Return an answer as it comes over the wire."""
    return json.dumps(answer).encode()


@pytest.mark.parametrize("shape", shapes())
def test_every_shape_is_read(shape: str) -> None:
    """Wherever the plan stands, and whatever the model thought before it."""
    advice = advice_in(payload(shapes()[shape]))
    assert (advice.title, advice.style, advice.mood, advice.tempo_bpm) == ("Tin Roof", "nocturne", "sad", 72.0)
    assert (advice.tonality, advice.metre) == (Tonality(tonic=4, mode="minor"), Metre(beats=3, unit=4))
    assert [(one.name, one.bars) for one in advice.sections] == [("A", 4), ("B", 4), ("A", 4)]
    assert (advice.instruments, dict(advice.parameters)) == (("piano", "cello"), {"density": 0.31})


def test_parts_of_a_content_are_one_text() -> None:
    """Some servers send the content in parts."""
    text = json.dumps(PLAN)
    parts = [{"type": "text", "text": text[:40]}, {"type": "text", "text": text[40:]}]
    assert advice_in(payload(completion(parts))).style == "nocturne"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"tempo_bpm": 900}, "tempo_bpm"),
        ({"style": "polka-core"}, "no style"),
        ({"mood": "hangry"}, "no mood"),
        ({"key": "H sharp"}, "no key"),
        ({"metre": "17/16"}, "no metre"),
        ({"instruments": ["theremin of doom"]}, "no instrument"),
        ({"sections": [{"name": "drop", "bars": 4, "intensity": 0.5}]}, "no section"),
        ({"sections": [{"name": "A", "bars": 0, "intensity": 0.5}]}, "bars"),
        ({"parameters": {"density": 7}}, "parameters"),
        ({"parameters": {"loudness": 0.5}}, "no parameter"),
        ({"sections": [{"name": "A", "bars": 4}] * 17}, "sections"),
        ({"title": ["a", "list"]}, "title"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_the_reason(change: dict[str, Any], complaint: str) -> None:
    """The message goes back to the model, so it names what is wrong."""
    with pytest.raises(AdapterError, match=complaint) as caught:
        advice_in(payload(completion(json.dumps(PLAN | change))))
    assert caught.value.code == "llm.no_plan"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": [{"message": null}]}',
        payload(completion(None)),
        payload(completion("I cannot do that.")),
        payload(completion("{" * 100_000)),
        payload(completion('{"a":' * 20_000)),
        payload(completion("[1, 2]")),
        b'{"choices":' * 5_000,
    ],
)
def test_what_holds_no_plan_is_refused(answer: bytes) -> None:
    """Whatever it is, it is an error of ours and quick."""
    with pytest.raises(AdapterError) as caught:
        advice_in(answer)
    assert caught.value.code == "llm.no_plan"


def test_what_stands_beside_a_plan_has_no_effect() -> None:
    """Further keys are passed over: there is nothing they could call."""
    more = PLAN | {"tool": "shell", "command": "rm -rf /", "seconds": 9_999}
    assert advice_in(payload(completion(json.dumps(more)))) == advice_in(payload(completion(json.dumps(PLAN))))


def test_the_schema_names_the_vocabulary() -> None:
    """Servers that enforce it cannot answer with a name that would be refused."""
    found = schema()
    assert set(found["properties"]["instruments"]["items"]["enum"]) == set(VOICES)
    assert set(found["required"]) == set(PLAN)


def test_what_was_said_is_shown_without_thoughts() -> None:
    """The model sees its own answer again, or that there was none."""
    assert said_in(payload(completion("<think>x</think> nonsense"))) == "nonsense"
    assert said_in(b"broken") == "(nothing)"
