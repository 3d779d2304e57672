"""The artifact folder: whole files only, damage found, others' files left alone."""

import asyncio
import os
from pathlib import Path

import pytest

from grym.adapters.artifact_folder import FolderArtifacts
from grym.adapters.artifacts import open_artifacts
from grym.errors import AdapterError, PermanentError, UnavailableError


def files(root: Path) -> list[str]:
    """Return what lies in a store."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def test_payloads_lie_by_digest_and_nothing_else_lies_there(tmp_path: Path) -> None:
    """Storing many times at once leaves one file."""
    store = FolderArtifacts(tmp_path)
    refs = await asyncio.gather(*(store.put(b"same", media_type="a/b") for _ in range(20)))
    [ref] = set(refs)
    assert files(tmp_path) == [".lock", f"sha256/{ref.sha256[:2]}/{ref.sha256}"]


async def test_damage_is_found(tmp_path: Path) -> None:
    """By both ways of reading."""
    store = FolderArtifacts(tmp_path)
    ref = await store.put(b"sound", media_type="a/b")
    (await store.local_path(ref)).write_bytes(b"sounds")
    for read in (store.get, store.local_path):
        with pytest.raises(PermanentError) as raised:
            await read(ref)
        assert raised.value.code == "artifact.damaged"
    assert await store.put(b"sound", media_type="a/b") == ref  # another size: stored again
    assert await store.get(ref) == b"sound"


async def test_storing_again_renews_the_age(tmp_path: Path) -> None:
    """A sweep between storing and referring must not take it."""
    store = FolderArtifacts(tmp_path)
    ref = await store.put(b"sound", media_type="a/b")
    path = await store.local_path(ref)
    os.utime(path, (0, 0))
    await store.put(b"sound", media_type="a/b")
    assert await store.sweep(set(), grace_s=3600) == 0
    os.utime(path, (0, 0))
    assert await store.sweep(set(), grace_s=3600) == 1


async def test_what_a_crash_left_unfinished_is_swept(tmp_path: Path) -> None:
    """After the same grace."""
    store = FolderArtifacts(tmp_path)
    await store.put(b"x", media_type="a/b")
    half = tmp_path / "unfinished" / "abc"
    half.write_bytes(b"half")
    assert await store.sweep(set(), grace_s=3600) == 0
    os.utime(half, (0, 0))
    assert await store.sweep(set(), grace_s=3600) == 1
    assert not half.exists()


async def test_a_folder_that_cannot_be_written_is_a_fault_of_our_world(tmp_path: Path) -> None:
    """With a code, and worth another attempt."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AdapterError) as raised:
        await FolderArtifacts(tmp_path / "file").put(b"x", media_type="a/b")
    assert raised.value.code == "artifact.store_failed"


def test_an_address_that_no_store_has_is_told() -> None:
    """When it is opened."""
    with pytest.raises(UnavailableError) as raised:
        open_artifacts("gopher://somewhere/else")
    assert raised.value.code == "artifact.store_failed"
