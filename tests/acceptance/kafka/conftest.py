"""A world of their own for these checks: brokers, a database, a folder."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.kafka.chaos import Database
from tests.support.kafka_world import KafkaWorld, kafka_world


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every server may enter."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as name:
        yield Path(name)


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    """Return a database server of this check's own."""
    database = Database(folder / "database")
    yield database
    database.leave()


@pytest.fixture
def world(kafka: str, topic_prefix: str, database: Database, folder: Path) -> Iterator[KafkaWorld]:
    """Return a world of this check's own on the shared broker."""
    with kafka_world(bootstrap=kafka, dsn=database.dsn, folder=folder, prefix=topic_prefix) as world:
        yield world
