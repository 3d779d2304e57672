"""Artifacts in an object store: what is stored again is new to the sweeper."""

from datetime import datetime
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore

from grym.adapters.artifact_objects import ObjectArtifacts


async def stored_at(store: MemoryStore) -> datetime:
    """Return when the only object was written last."""
    (found,) = [item async for batch in obstore.list(store) for item in batch]
    return found["last_modified"]


@pytest.mark.parametrize(("refresh_s", "is_written_again"), [(0.0, True), (3600.0, False)])
async def test_content_that_lay_there_for_long_is_written_again(
    tmp_path: Path, refresh_s: float, *, is_written_again: bool
) -> None:
    """Else the sweeper would take what nobody referred to for years just before somebody does again."""
    store = MemoryStore()
    artifacts = ObjectArtifacts(store, tmp_path, refresh_s=refresh_s)
    first = await artifacts.put(b"sound", media_type="a/b")
    before = await stored_at(store)
    source = tmp_path / "source"
    source.write_bytes(b"sound")
    assert await artifacts.put_file(source, media_type="a/b") == first
    assert (await stored_at(store) > before) is is_written_again
    assert await artifacts.get(first) == b"sound"
