"""A person in a file: whole, of this version and unchanged, or refused."""

import base64
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.sessions.values import KEPT_ATTEMPTS, Session
from grym.errors import InvalidRequestError
from streams.sessions.snapshots import MOST_BYTES, pack, part_of, session_from, unpack
from tests.unit.grym.domain.sessions.attempts import NOON, attempt, opinion

SESSION = Session(attempts=(attempt(1, stars=5, parameters={"pace": 0.5}),), early={"r9": opinion(4)})
FILE = pack(user="rosa", tenant="acme", saved_at=NOON, parts={"sessions": part_of(SESSION), "learning": b"\x00\xff"})


def test_what_was_saved_comes_back() -> None:
    """All parts, bit for bit."""
    saved = unpack(FILE)
    assert (saved.user, saved.tenant, saved.saved_at) == ("rosa", "acme", NOON)
    assert saved.parts["learning"] == b"\x00\xff"
    assert session_from(base64.b64encode(saved.parts["sessions"]).decode()) == SESSION


def test_the_same_person_gives_the_same_file() -> None:
    """Parts in any order."""
    parts = {"learning": b"\x00\xff", "sessions": part_of(SESSION)}
    assert pack(user="rosa", tenant="acme", saved_at=NOON, parts=parts) == FILE


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, change: int) -> None:
    """Wherever it is."""
    broken = bytearray(FILE)
    broken[place] ^= change
    with pytest.raises(InvalidRequestError) as caught:
        unpack(bytes(broken))
    assert caught.value.code.startswith("snapshot.")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "snapshot.unreadable"),
        (b"\x80\x04\x95 a pickle", "snapshot.unreadable"),
        (FILE[:-1], "snapshot.unreadable"),
        (bytes(MOST_BYTES + 1), "snapshot.too_large"),
        (msgspec.msgpack.encode({"format": "grym.person", "version": 2, "more": 1}), "snapshot.version"),
    ],
)
def test_what_is_no_saved_person_is_refused(content: bytes, code: str) -> None:
    """A newer one by its version, before anything else of it is believed."""
    with pytest.raises(InvalidRequestError) as caught:
        unpack(content)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "poisoned",
    [
        Session(attempts=tuple(attempt(n) for n in range(KEPT_ATTEMPTS + 1))),
        Session(attempts=(attempt(2), attempt(1))),
        Session(attempts=(attempt(1), attempt(1))),
        Session(attempts=(attempt(1, parameters={"pace": 7.0}),)),
        Session(attempts=(attempt(1, stars=99),)),
        Session(attempts=(attempt(1, at=NOON.replace(tzinfo=None)),)),
        Session(early={f"r{n}": opinion(5) for n in range(51)}),
        Session(early={"r": replace(opinion(5), stars=-1.0)}),
        Session(preferences={"synth": {"room_db": 1e9}}),
    ],
)
def test_a_session_that_could_not_be_is_refused(poisoned: Session) -> None:
    """Even under a digest that fits."""
    with pytest.raises(InvalidRequestError) as caught:
        session_from(base64.b64encode(part_of(poisoned)).decode())
    assert caught.value.code in {"snapshot.bounds", "snapshot.unreadable"}
