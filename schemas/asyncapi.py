"""One AsyncAPI 3.0.0 document: every topic as a channel, every body as a message, every writer and reader as operation.

Payloads are the JSON Schemas of the bodies as components; they keep to what draft-07 and 2020-12 share, since AsyncAPI
reads schemas as a superset of draft-07. The document is written from the point of view of the party named in each
operation: writers send, readers receive.

References: AsyncAPI 3.0.0; Kafka bindings 0.5.0.
"""

from collections.abc import Iterable
from typing import Any

from schemas import frames
from schemas.body import Body
from schemas.catalogue import AUDIO_FRAMES, DEAD_LETTERS, TOPICS, Topic
from schemas.docstrings import description_of, summary_of
from schemas.headers import ENVELOPE_HEADERS, HeaderField
from schemas.json_schema import Schema, components
from schemas.registry import BODIES

CONTRACT_VERSION = "1.0.0"
"""Version of the contract as a whole: the major is that of the newest types, the minor grows with each addition."""

ABOUT = """Requests become music and sound becomes knowledge, and every step is an event.

Records are CloudEvents 1.0 in the binary mode of the Kafka protocol binding: attributes are headers called \
`ce_<name>` in UTF-8, the value is the body alone, as JSON. Headers that are not listed here may stand \
beside them and are carried through. The key is the request id, partitioned by murmur2 as Kafka's own clients do.

To ask for something, send a request to `grym.requests.v1` with `acks=all`: `ce_id` names this record among those of \
your `ce_source`, and sending the same record again has no second effect. Then receive from `grym.outcomes.v1`, with \
`isolation.level=read_committed`, the records whose `ce_correlationid` is your request id. The first says that the \
request is accepted (`grym.request.accepted.v1`); exactly one says how it ended: `grym.request.completed.v1` with the \
result, `grym.request.rejected.v1`, `grym.request.deadlettered.v1` or `grym.request.cancelled.v1`. Records may be \
repeated under the same `ce_source` and `ce_id`.

A record that cannot be understood lies on `grym.dead-letters.v1` with its own key, headers and value, and headers \
`grym_…` that say why."""
"""What a client must know beside the schemas."""

BINDING_VERSION = "0.5.0"
DEAD_LETTER = "grym.dead-letter"

Json = dict[str, Any]


def asyncapi() -> Json:
    """Return the document as plain values, in a fixed order."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:grym:asyncapi",
        "info": {
            "title": "grym",
            "version": CONTRACT_VERSION,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{role}.{action}.{topic.name}": _operation(topic, role, action)
            for topic in TOPICS
            for action, roles in (("send", topic.writers), ("receive", topic.readers))
            for role in roles
        },
        "components": {
            "messages": {
                **{body.TYPE: _message(body) for body in BODIES},
                frames.TYPE: _frame_message(),
                DEAD_LETTER: _letter_message(),
            },
            "schemas": {
                **components("#/components/schemas/"),
                "EnvelopeHeaders": header_schema(ENVELOPE_HEADERS),
                "FrameHeaders": header_schema(frames.FRAME_HEADERS),
            },
        },
    }


def messages_of(topic: Topic) -> tuple[str, ...]:
    """Return the names of the messages that travel on a topic, sorted."""
    names = {body.TYPE for body in BODIES if topic.name == body.TOPIC}
    if topic.name == AUDIO_FRAMES:
        names.add(frames.TYPE)
    if topic.name == DEAD_LETTERS:
        names.add(DEAD_LETTER)
    return tuple(sorted(names))


def header_schema(fields: Iterable[HeaderField]) -> Schema:
    """Describe a table of headers as an object of strings; headers of others may stand beside them."""
    listed = tuple(fields)
    return {
        "type": "object",
        "properties": {
            field.name: {
                "type": "string",
                "description": field.about,
                **({"pattern": field.pattern} if field.pattern else {}),
            }
            for field in listed
        },
        "required": [field.name for field in listed if field.required],
    }


def _channel(topic: Topic) -> Json:
    kafka: Json = {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {
            "cleanup.policy": ["delete"],
            "retention.ms": -1 if topic.retention_s is None else topic.retention_s * 1000,
            "max.message.bytes": topic.max_record_bytes,
        },
        "bindingVersion": BINDING_VERSION,
    }
    return {
        "address": topic.name,
        "description": f"{topic.about} Key: {topic.key}. When a record fails: {topic.on_failure}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages_of(topic)},
        "bindings": {"kafka": kafka},
    }


def _operation(topic: Topic, role: str, action: str) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{role} {'writes to' if action == 'send' else 'reads from'} {topic.name}",
        "tags": [{"name": role}],
    }


def _message(body: type[Body]) -> Json:
    headers = {
        "allOf": [
            {"$ref": "#/components/schemas/EnvelopeHeaders"},
            {"type": "object", "properties": {"ce_type": {"const": body.TYPE}}},
        ]
    }
    return {
        "name": body.TYPE,
        "title": body.__name__,
        "summary": summary_of(body),
        "description": description_of(body),
        "contentType": "application/json",
        "headers": headers,
        "payload": {"$ref": f"#/components/schemas/{body.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING_VERSION}},
    }


def _frame_message() -> Json:
    return {
        "name": frames.TYPE,
        "title": frames.AudioFrame.__name__,
        "summary": summary_of(frames.AudioFrame),
        "description": "The value is raw interleaved little-endian PCM; its headers say how to read it.",
        "contentType": frames.MEDIA_TYPE,
        "headers": {"$ref": "#/components/schemas/FrameHeaders"},
        "payload": {"type": "string", "format": "binary"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING_VERSION}},
    }


def _letter_message() -> Json:
    return {
        "name": DEAD_LETTER,
        "title": "DeadLetter",
        "summary": "A record that could not be processed, as it came.",
        "description": "Original key, value and headers, whatever they are, plus one bounded set of error headers.",
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
    }
