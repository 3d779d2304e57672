"""Tests of schemas.body: claim checks, and what is left out on the wire."""

import msgspec

from schemas.body import ArtifactRef, Body
from schemas.registry import BODIES


def test_digest_of_a_claim_check() -> None:
    """The digest is the last part of the address."""
    ref = ArtifactRef(uri="artifact://sha256/" + "ab" * 32, size_bytes=1, media_type="audio/wav")
    assert ref.sha256 == "ab" * 32
    assert b"samples" not in msgspec.json.encode(ref)


def test_bodies_are_frozen_and_leave_defaults_out() -> None:
    """Every body is immutable, takes keywords only and writes no field at its default."""
    for cls in BODIES:
        assert issubclass(cls, Body)
        config = cls.__struct_config__
        assert (config.frozen, config.omit_defaults, config.forbid_unknown_fields) == (True, True, False)
        assert all(field.isidentifier() for field in cls.__struct_fields__)
