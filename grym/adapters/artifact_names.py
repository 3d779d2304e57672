"""What an artifact is called and where it lies in any store: by its digest, never by text of a user."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from grym.errors import ContractError, PermanentError
from schemas.body import ARTIFACT_ADDRESS, ArtifactRef

CHUNK_BYTES = 1024 * 1024


def ref_of(digest: str, *, size_bytes: int, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
    """Return the claim check of a payload with that hexadecimal digest."""
    return ArtifactRef(
        uri=f"artifact://sha256/{digest}", size_bytes=size_bytes, media_type=media_type, samples=samples, name=name
    )


def digest_in(uri: str) -> str:
    """Return the digest that an address names.

    Raises
    ------
    ContractError
        ``artifact.address`` where it is no address of an artifact; a path, above all, is none.
    """
    found = ARTIFACT_ADDRESS.fullmatch(uri)
    if found is None:
        raise ContractError(
            "this is not the address of an artifact", code="artifact.address", details={"uri": uri[:200]}
        )
    return found.group(1)


def digests_in(uris: Iterable[str]) -> set[str]:
    """Return the digests that addresses name; what is no address names no artifact."""
    return {found.group(1) for uri in uris if (found := ARTIFACT_ADDRESS.fullmatch(uri))}


def place_of(digest: str) -> str:
    """Return where a payload lies below the root of a store; 256 folders keep each one short."""
    return f"sha256/{digest[:2]}/{digest}"


def check(payload: bytes, ref: ArtifactRef) -> bytes:
    """Return the payload if it is the one that was stored.

    Raises
    ------
    PermanentError
        ``artifact.damaged``
    """
    if hashlib.sha256(payload).hexdigest() != digest_in(ref.uri):
        raise damaged(ref)
    return payload


def digest_of_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing(ref: ArtifactRef) -> PermanentError:
    """Return the error for a payload that is not there."""
    return PermanentError(
        "the artifact is not in the store",
        code="artifact.missing",
        hint="Check GRYM_ARTIFACTS: every process must see the same store.",
        details={"uri": ref.uri},
    )


def damaged(ref: ArtifactRef) -> PermanentError:
    """Return the error for a payload that is not what its address says."""
    return PermanentError(
        "the artifact is damaged", code="artifact.damaged", hint="Restore it from a backup.", details={"uri": ref.uri}
    )
