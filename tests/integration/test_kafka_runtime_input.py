"""Hostile records on real Kafka, through the real runtime: each ends as it should, and every neighbour is served."""

import json
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.kafka_world import LETTERS, REQUESTS, KafkaWorld, Seen, kafka_world

COMPOSE = "grym.composition.request.v1"
WISH = {"prompt": "a short waltz", "seconds": 6, "backend": "score"}
MIB = 2**20


@pytest.fixture
async def world(kafka: str, topic_prefix: str, empty_dsn: str) -> AsyncIterator[KafkaWorld]:
    """Return a world in which one process runs everything."""
    with (
        tempfile.TemporaryDirectory(prefix="grym-test-") as folder,
        kafka_world(bootstrap=kafka, dsn=empty_dsn, folder=Path(folder), prefix=topic_prefix) as world,
    ):
        world.start("all", "up")
        yield world


def record(
    request_id: str,
    value: bytes | None = json.dumps(WISH).encode(),
    *,
    key: bytes | None = b"",
    without: str = "",
    more: dict[str, bytes] | None = None,
    **headers: bytes,
) -> dict[str, Any]:
    """Return a record as a client would send it: a good request, but for what is given."""
    attributes = {
        "ce_specversion": b"1.0",
        "ce_id": uuid.uuid4().hex.encode(),
        "ce_source": b"shop/checkout",
        "ce_type": COMPOSE.encode(),
        "ce_subject": request_id.encode(),
        "content-type": b"application/json",
    }
    attributes |= headers | (more or {})
    sent = [(name, text) for name, text in attributes.items() if name != without]
    return {"key": request_id.encode() if key == b"" else key, "value": value, "headers": sent}


def doubled(name: str, text: bytes, request_id: str) -> dict[str, Any]:
    """Return a request with one header twice; the last one counts."""
    good = record(request_id)
    return good | {"headers": [(name, text), *good["headers"]]}


DEEP = b'{"prompt": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
BIG = json.dumps(WISH | {"prompt": "x" * (MIB - 200)}).encode()
ANALYSIS = {"audio": {"uri": "artifact://sha256/short", "size_bytes": 5, "media_type": "audio/wav"}}

LETTERED = {
    "not json": record("not json", b"\x00\x01 no JSON"),
    "truncated json": record("truncated json", b'{"prompt": "a wal'),
    "unknown type": record("unknown type", ce_type=b"grym.composition.demand.v1"),
    "unknown major": record("unknown major", ce_type=b"grym.composition.request.v9"),
    "no id": record("no id", without="ce_id"),
    "no source": record("no source", without="ce_source"),
    "no type": record("no type", without="ce_type"),
    "header not utf-8": record("header not utf-8", ce_source=b"\xff\xfe"),
    "tombstone": record("tombstone", None),
    "empty": record("empty", b""),
    "deep": record("deep", DEEP),
    "not a number": record("not a number", b'{"prompt": "a waltz", "seconds": NaN}'),
    "another mode": record("another mode", more={"content-type": b"application/cloudevents+json"}),
    "run no number": record("run no number", ce_runno=b"first"),
    "huge key and no json": record("huge key and no json", b"{", key=b"k" * 100_000),
    "too large a body": record("too large a body", json.dumps(WISH | {"prompt": "x" * (MIB + 100)}).encode()),
}
"""Records nobody can understand: dead letters with the original bytes."""

REJECTED = {
    "too long": record("too long", json.dumps(WISH | {"seconds": 100_000}).encode()),
    "no words": record("no words", json.dumps(WISH | {"prompt": " "}).encode()),
    "one mebibyte": record("one mebibyte", BIG),
    "wrong digest": record("wrong digest", json.dumps(ANALYSIS).encode(), ce_type=b"grym.analysis.request.v1"),
}
"""Records that can be understood and ask for something impossible: a rejection."""

MISSING = {"audio": {"uri": f"artifact://sha256/{'0' * 64}", "size_bytes": 5, "media_type": "audio/wav"}}

GIVEN_UP = {
    "no such artifact": record("no such artifact", json.dumps(MISSING).encode(), ce_type=b"grym.analysis.request.v1"),
}
"""Accepted, and then found to be impossible: the request ends with the letter of the step that failed."""

SERVED = {
    "foreign headers": record("foreign headers", more={"x-trace": b"\xff\x00", "traceparent": b"broken"}),
    "null key": record("null key", key=None),
    "huge key": record("huge key", key=b"k" * 100_000),
    "unknown fields": record("unknown fields", json.dumps(WISH | {"colour": "blue"}).encode()),
    "doubled header": doubled("ce_id", b"an-earlier-one", "doubled header"),
    "no time": record("no time", without="ce_specversion"),
}
"""Odd, and yet good requests."""


async def letters(world: KafkaWorld, count: int) -> dict[str, Seen]:
    """Return the dead letters by the value of their subject, once there are so many."""
    found = await world.read(LETTERS, until=lambda records: len({r.text("grym_letter_id") for r in records}) >= count)
    return {record.text("ce_subject"): record for record in found}


async def test_every_record_ends_as_it_should(world: KafkaWorld) -> None:
    """What nobody can understand is a letter with its bytes, the impossible is rejected, and all others are served."""
    neighbours = {f"neighbour {number}": record(f"neighbour {number}") for number in range(3)}
    odd = [*LETTERED.values(), *REJECTED.values(), *GIVEN_UP.values(), *SERVED.values()]
    await world.send(REQUESTS, *odd[::2], *neighbours.values(), *odd[1::2])
    ends = await world.outcomes(*REJECTED, *GIVEN_UP, *SERVED, *neighbours)
    kinds = {name: end.text("ce_type").split(".")[2] for name, end in ends.items()}
    assert kinds == {
        **dict.fromkeys(REJECTED, "rejected"),
        **dict.fromkeys(GIVEN_UP, "deadlettered"),
        **dict.fromkeys([*SERVED, *neighbours], "completed"),
    }
    lettered = await letters(world, len(LETTERED) + len(GIVEN_UP))
    assert set(lettered) == {*LETTERED, *GIVEN_UP}
    for name, sent in LETTERED.items():
        letter = lettered[name]
        assert (letter.value or None, letter.key) == (sent["value"] or None, sent["key"]), name
        assert letter.headers[: len(sent["headers"])] == sent["headers"], name
        assert letter.text("grym_error_code").startswith("contract."), name
    assert world.stop() == [0]


async def test_a_known_id_with_other_data_is_a_letter(world: KafkaWorld) -> None:
    """The first body wins; the same id with another body has no effect, and the same body again none either."""
    first = record("reused", ce_id=b"one")
    other = record("reused", json.dumps(WISH | {"prompt": "a march"}).encode(), ce_id=b"one")
    await world.send(REQUESTS, first, first, other, record("after"))
    ends = await world.outcomes("reused", "after")
    assert {end.text("ce_type") for end in ends.values()} == {"grym.request.completed.v1"}
    found = await letters(world, 1)
    assert found["reused"].value == other["value"]
    assert found["reused"].text("grym_error_code") == "contract.conflict"


async def test_a_full_record_fits_with_its_error_headers(world: KafkaWorld) -> None:
    """The largest record that a topic takes becomes a letter with all its bytes."""
    full = record("full", b"{" + b" " * (MIB - 1), more={"x-padding": b"p" * 50_000})
    await world.send(REQUESTS, full, record("after"))
    await world.outcomes("after")
    found = await letters(world, 1)
    assert found["full"].value == full["value"]
    assert dict(found["full"].headers)["x-padding"] == b"p" * 50_000


async def test_a_record_far_over_the_limit_is_kept_as_an_artifact(world: KafkaWorld) -> None:
    """A compressed record passes the broker at any size: its letter names the artifact that holds its bytes."""
    huge = record("huge", b"{" + bytes(3 * MIB))
    await world.send(REQUESTS, huge, compression="gzip")
    await world.send(REQUESTS, record("after"))
    await world.outcomes("after")
    found = await letters(world, 1)
    digest = found["huge"].text("grym_claim").rpartition("/")[2]
    (kept,) = (world.folder / "artifacts").rglob(digest)
    assert kept.read_bytes() == huge["value"]
    assert world.stop() == [0]
