"""The published documents are valid by the standards they name, and agree with the code."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from schemas.catalogue import BY_NAME, TOPICS
from schemas.envelope import Envelope, encode
from schemas.events import RequestCancelled
from schemas.export import ASYNCAPI, documents
from schemas.frames import AudioFrame, encode_frame
from schemas.records import Headers
from schemas.registry import BODIES, BY_TYPE

DOCUMENTS = documents()
SCHEMAS = {name: json.loads(text) for name, text in DOCUMENTS.items() if name.startswith("grym.")}
API: dict[str, Any] = json.loads(DOCUMENTS[ASYNCAPI])


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from nodes(part)


def target(reference: str) -> Any:
    """Return what a reference within the AsyncAPI document points at."""
    place: Any = API
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid_2020_12(name: str) -> None:
    """Each file is a schema of the dialect it names, under its own id, with every field of its class."""
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"] == f"urn:grym:schema:{name.removesuffix('.json')}"
    cls = BY_TYPE[name.removesuffix(".json")]
    assert list(schema["properties"]) == list(cls.__struct_fields__)
    assert all(node["$ref"].removeprefix("#/$defs/") in schema["$defs"] for node in nodes(schema) if "$ref" in node)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_refuses_what_decoding_refuses(name: str) -> None:
    """A schema is no blank cheque: another JSON type, and a missing required field, do not fit."""
    validator = jsonschema.Draft202012Validator(SCHEMAS[name])
    assert not validator.is_valid([])
    assert validator.is_valid({}) is not bool(SCHEMAS[name].get("required"))


def test_asyncapi_references_resolve() -> None:
    """Every reference of the document points at something in it."""
    references = [node["$ref"] for node in nodes(API) if "$ref" in node]
    assert len(references) > 100
    assert all(target(reference) for reference in references)


def test_asyncapi_covers_the_catalogue() -> None:
    """Each topic is a channel with its limits; each writer sends, each reader receives."""
    assert API["asyncapi"] == "3.0.0"
    assert list(API["channels"]) == [topic.name for topic in TOPICS]
    for topic in TOPICS:
        binding = API["channels"][topic.name]["bindings"]["kafka"]
        assert binding["partitions"] == topic.partitions
        assert binding["topicConfiguration"]["max.message.bytes"] > topic.max_bytes
    feedback = API["channels"]["grym.feedback.v1"]["bindings"]["kafka"]["topicConfiguration"]
    assert feedback["retention.ms"] == -1
    found = {(op["action"], op["channel"]["$ref"], op["tags"][0]["name"]) for op in API["operations"].values()}
    wanted = {("send", f"#/channels/{topic.name}", role) for topic in TOPICS for role in topic.writers}
    wanted |= {("receive", f"#/channels/{topic.name}", role) for topic in TOPICS for role in topic.readers}
    assert found == wanted


def test_every_message_travels_on_exactly_its_topic() -> None:
    """A body's message stands on the channel of its class and on no other; no channel is without messages."""
    places: dict[str, list[str]] = {name: [] for name in API["components"]["messages"]}
    for channel, described in API["channels"].items():
        assert described["messages"], channel
        for message in described["messages"]:
            places[message].append(channel)
    assert all(len(channels) == 1 for channels in places.values())
    assert {body.TYPE: [body.TOPIC] for body in BODIES}.items() <= places.items()
    assert places["grym.audio.frame.v1"] == ["grym.audio-frames.v1"]


def test_asyncapi_payloads_are_valid_schemas() -> None:
    """Components keep to both dialects that readers of AsyncAPI use."""
    for schema in API["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft7Validator.check_schema(schema)


def fits(component: str, headers: Headers) -> bool:
    """Tell whether the headers of a record fit a header schema of the document."""
    texts = {name: value.decode() for name, value in headers}
    return bool(jsonschema.Draft202012Validator(API["components"]["schemas"][component]).is_valid(texts))


def test_header_schemas_describe_real_records() -> None:
    """Headers as they are written fit the published tables, and without a required one they do not."""
    envelope = Envelope(
        id="1",
        source="grym/coordinator",
        type=RequestCancelled.TYPE,
        subject="r",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        body=RequestCancelled(reason="asked"),
        correlation_id="r",
    )
    event_headers = encode(envelope).headers
    frame = AudioFrame(
        stream_id="s",
        source="studio",
        sequence=0,
        first_sample=0,
        sample_rate_hz=8000,
        channels=1,
        sample_format="s16le",
        pcm=b"\0\0",
    )
    frame_headers = encode_frame(frame).headers
    assert fits("EnvelopeHeaders", event_headers)
    assert fits("FrameHeaders", frame_headers)
    for component, headers in (("EnvelopeHeaders", event_headers), ("FrameHeaders", frame_headers)):
        for name in API["components"]["schemas"][component]["required"]:
            assert not fits(component, tuple(pair for pair in headers if pair[0] != name))


def test_catalogue_names_only_topics_that_bodies_know() -> None:
    """Every body travels on a topic of the catalogue."""
    assert {body.TOPIC for body in BODIES} <= set(BY_NAME)
