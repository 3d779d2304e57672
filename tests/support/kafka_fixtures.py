"""Fixtures for tests on real Kafka; `tests/conftest.py` makes them known everywhere."""

import uuid
from collections.abc import Iterator

import pytest

from tests.support.kafka import shared_kafka, skip_or_fail
from tests.support.kafka_console import Console
from tests.support.kafka_jars import KafkaMissingError, classpath, java, setting


@pytest.fixture(scope="session")
def kafka(testrun_uid: str) -> Iterator[str]:
    """Return the bootstrap string of the one broker that all processes of this test run share."""
    try:
        sharing = shared_kafka(testrun_uid)
        bootstrap = sharing.__enter__()
    except KafkaMissingError as missing:
        skip_or_fail(missing)
        raise
    yield bootstrap
    sharing.__exit__(None, None, None)


@pytest.fixture
def jars() -> None:
    """Nodes can be killed only where they were started from the jars."""
    if setting("GRYM_TEST_KAFKA") not in {"", "required"}:
        pytest.skip("the broker that GRYM_TEST_KAFKA names is not ours to kill")
    try:
        java()
        classpath()
    except KafkaMissingError as missing:
        skip_or_fail(missing)


@pytest.fixture
def topic_prefix() -> str:
    """Return what this test alone puts before the names of its topics and groups."""
    return f"t{uuid.uuid4().hex[:12]}."


@pytest.fixture
def console(kafka: str) -> Console:
    """Return Kafka's own tools for the shared broker."""
    return Console(kafka)
