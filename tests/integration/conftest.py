"""An embedded server for the tests that only need its databases."""

import asyncio
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import start_embedded


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Run the server that tests share.

    Not below pytest's own folder: every session of pytest closes that to other users, also to the server of another
    session where both run as root.
    """
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        server = start_embedded(Path(home))
        yield server.dsn
        server.leave()


@pytest.fixture
def empty_dsn(postgres_dsn: str) -> str:
    """Make a schema without any table: quicker than a database of its own, which has a thousand files."""
    name = f"t{uuid.uuid4().hex}"

    async def create() -> None:
        admin = await connect(postgres_dsn)
        await admin.execute(f"create schema {name}")
        await admin.close()

    asyncio.run(create())
    return f"{postgres_dsn}&search_path={name}"
