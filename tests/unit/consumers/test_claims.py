"""Large values by claim check."""

import msgspec
import pytest

from consumers.claims import CLAIM, CLAIM_BYTES, LIMIT_BYTES, ClaimDesk
from grym.errors import ContractError, PermanentError
from schemas.records import Message
from tests.contract.fakes import MemoryArtifacts, headers_of

FOREIGN = ("x-other", b"\xff")


def sent(value: bytes | None, *headers: tuple[str, bytes]) -> Message:
    """Return a message with a value."""
    return Message(topic="grym.features.v1", key=b"r1", headers=(FOREIGN, *headers), value=value)


async def test_small_values_travel_themselves() -> None:
    """Up to the limit nothing changes, also for a record without a value."""
    store = MemoryArtifacts()
    for value in (None, b"", b"x" * LIMIT_BYTES):
        assert await ClaimDesk(store).check_in(sent(value)) == (sent(value), None)
    assert store.payloads == {}


async def test_large_value_comes_back_whole() -> None:
    """One byte over the limit: the value lies in the store and the record names it; reading gives the original."""
    desk, large = ClaimDesk(MemoryArtifacts()), sent(b"x" * (LIMIT_BYTES + 1))
    claimed, uri = await desk.check_in(large)
    names = headers_of(claimed.headers)
    assert claimed.value == b""
    assert (names[CLAIM], names[CLAIM_BYTES]) == (uri, str(LIMIT_BYTES + 1))
    assert await desk.check_out(claimed) == large


async def test_record_without_claim_is_read_as_it_is() -> None:
    """Nothing is fetched for an ordinary record."""
    assert await ClaimDesk(MemoryArtifacts()).check_out(sent(b"{}")) == sent(b"{}")


@pytest.mark.parametrize(
    ("uri", "size"),
    [
        (b"artifact://sha256/../../etc/passwd", b"1"),
        (b"file:///etc/passwd", b"1"),
        (b"\xff", b"1"),
        (b"artifact://sha256/" + b"0" * 64, b"-1"),
        (b"artifact://sha256/" + b"0" * 64, b""),
        (b"artifact://sha256/" + b"0" * 64 + b"\n", b"1"),
        (b"artifact://sha256/" + b"0" * 64, b"999999999"),
    ],
)
async def test_senseless_claims_are_refused_before_anything_is_fetched(uri: bytes, size: bytes) -> None:
    """A claim that names no artifact, or one over the topic's limit, breaks the contract."""
    with pytest.raises(ContractError) as caught:
        await ClaimDesk(MemoryArtifacts()).check_out(sent(b"", (CLAIM, uri), (CLAIM_BYTES, size)))
    assert caught.value.code == "contract.claim"


async def test_missing_artifact_is_permanent() -> None:
    """A claim for something nobody has can never be read."""
    claim = ((CLAIM, b"artifact://sha256/" + b"0" * 64), (CLAIM_BYTES, b"5"))
    with pytest.raises(PermanentError) as caught:
        await ClaimDesk(MemoryArtifacts()).check_out(sent(b"", *claim))
    assert caught.value.code == "artifact.missing"


async def test_damaged_artifact_is_permanent() -> None:
    """Other bytes under the digest are refused."""
    store = MemoryArtifacts()
    claimed, uri = await ClaimDesk(store).check_in(sent(b"x" * (LIMIT_BYTES + 1)))
    assert uri is not None
    store.payloads[uri] = b"y"
    with pytest.raises(PermanentError) as caught:
        await ClaimDesk(store).check_out(msgspec.structs.replace(claimed))
    assert caught.value.code == "artifact.damaged"
