"""Artifacts by content, in a folder and in an object store."""

import hashlib
from pathlib import Path

import pytest

from grym.adapters.artifacts import SweptArtifacts, open_artifacts
from grym.errors import ContractError, PermanentError
from schemas.body import ArtifactRef

ADDRESS = "artifact://sha256/"


@pytest.fixture(params=["folder", "objects"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SweptArtifacts:
    """Open each store in turn; the folder's name needs quoting in a URL."""
    url = (tmp_path / "a store").as_uri() if request.param == "folder" else "memory:///"
    return open_artifacts(url, cache=tmp_path / "cache")


async def test_a_payload_comes_back_under_its_digest(store: SweptArtifacts) -> None:
    """The claim check says what it is."""
    ref = await store.put(b"sound", media_type="audio/wav", samples=5, name="mix")
    digest = hashlib.sha256(b"sound").hexdigest()
    assert ref == ArtifactRef(uri=ADDRESS + digest, size_bytes=5, media_type="audio/wav", samples=5, name="mix")
    assert await store.get(ref) == b"sound"
    assert (await store.local_path(ref)).read_bytes() == b"sound"


async def test_storing_again_changes_nothing(store: SweptArtifacts) -> None:
    """Also from a file, and empty payloads are payloads."""
    first = await store.put(b"", media_type="a/b")
    assert await store.put(b"", media_type="a/b") == first
    assert await store.get(first) == b""


async def test_a_file_is_stored_by_its_content(store: SweptArtifacts, tmp_path: Path) -> None:
    """Three megabytes, read in pieces."""
    source = tmp_path / "source.bin"
    source.write_bytes(bytes(range(256)) * 12_000)
    ref = await store.put_file(source, media_type="a/b")
    assert ref.size_bytes == 3_072_000
    assert ref.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert await store.get(ref) == source.read_bytes()


async def test_what_is_not_there_is_missing(store: SweptArtifacts) -> None:
    """A permanent error: the store is the truth."""
    ref = ArtifactRef(uri=ADDRESS + "0" * 64, size_bytes=1, media_type="a/b")
    for read in (store.get, store.local_path):
        with pytest.raises(PermanentError) as raised:
            await read(ref)
        assert raised.value.code == "artifact.missing"


@pytest.mark.parametrize(
    "uri",
    ["artifact://sha256/../../etc/passwd", "file:///etc/passwd", ADDRESS + "A" * 64, ADDRESS + "0" * 63, ""],
)
async def test_an_address_is_a_digest_and_never_a_path(store: SweptArtifacts, uri: str) -> None:
    """Whatever somebody puts into an event."""
    with pytest.raises(ContractError) as raised:
        await store.get(ArtifactRef(uri=uri, size_bytes=1, media_type="a/b"))
    assert raised.value.code == "artifact.address"


async def test_sweeping_spares_what_is_referred_to_and_what_is_new(store: SweptArtifacts) -> None:
    """The grace covers what is stored and not yet referred to."""
    held = await store.put(b"held", media_type="a/b")
    loose = await store.put(b"loose", media_type="a/b")
    assert await store.sweep({held.uri}, grace_s=3600) == 0
    assert await store.sweep({held.uri, "no address"}, grace_s=-1) == 1
    assert await store.get(held) == b"held"
    with pytest.raises(PermanentError):
        await store.get(loose)
