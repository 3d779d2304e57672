"""Snapshots: the same state again, and poisoned ones refused by a typed error."""

import base64
from collections.abc import Callable
from hashlib import sha256

import msgspec
import pytest

from grym.errors import InvalidRequestError
from streams.learning.snapshots import MOST_BYTES, VERSION, Snapshot, restored, snapshot, state_from
from streams.learning.state import LearnerState, OpinionKept, PieceKept, Told

STATE = LearnerState(
    pieces=(
        PieceKept("r1", "waltz", "calm", {"pace": 0.2}, {"pace": 0.5}, "learned", 0.9, 0.6, 1.0, "2026 e1"),
        PieceKept("r2", "waltz", "calm", {"pace": 0.4}, {"pace": 0.5}, "holdout", 0.1, None, 1.0, "2026 e3"),
    ),
    opinions=(OpinionKept("r1", 4.0, "2026 e2"),),
)


def wrapped(state: object, *, version: int = VERSION) -> bytes:
    """Return any state in a snapshot whose digest fits, as somebody who means harm would write it."""
    content = msgspec.msgpack.encode(state)
    return msgspec.msgpack.encode(Snapshot(version=version, sha256=sha256(content).hexdigest(), state=content))


def piece(**broken: object) -> LearnerState:
    """Return the state with its first piece changed."""
    return msgspec.structs.replace(STATE, pieces=(msgspec.structs.replace(STATE.pieces[0], **broken), STATE.pieces[1]))


def test_a_state_comes_back_whole() -> None:
    """As bytes, and as text on the wire."""
    assert restored(snapshot(STATE)) == STATE
    assert state_from(base64.b64encode(snapshot(STATE)).decode()) == STATE


@pytest.mark.parametrize(
    "poison",
    [
        lambda: b"",
        lambda: b"\x80\x04\x95",
        lambda: snapshot(STATE)[:-1],
        lambda: snapshot(STATE).replace(b"waltz", b"tango"),
        lambda: b"\x00" * (MOST_BYTES + 1),
        lambda: wrapped(STATE, version=VERSION + 1),
        lambda: wrapped({"pieces": "many"}),
        lambda: wrapped(piece(parameters={"pace": 1.5})),
        lambda: wrapped(piece(defaults={"pace": float("nan")})),
        lambda: wrapped(piece(propensity=0.0)),
        lambda: wrapped(piece(quality=float("nan"))),
        lambda: wrapped(piece(expected=float("inf"))),
        lambda: wrapped(piece(stamp="2027 e9")),
        lambda: wrapped(msgspec.structs.replace(STATE, pieces=STATE.pieces * 201)),
        lambda: wrapped(msgspec.structs.replace(STATE, pieces=STATE.pieces[:1] * 2)),
        lambda: wrapped(msgspec.structs.replace(STATE, opinions=(OpinionKept("r1", 50.0, "2026 e2"),))),
        lambda: wrapped(LearnerState(tastes={"waltz": (Told(piece_id="p", parameters={}, stars=3.0),)})),
    ],
)
def test_poisoned_snapshots_are_refused(poison: Callable[[], bytes]) -> None:
    """Cut, changed, of another version or with numbers that no fold could have made: one typed error."""
    with pytest.raises(InvalidRequestError) as caught:
        restored(poison())
    assert caught.value.code == "learning.snapshot"


def test_text_that_is_no_base64_is_refused() -> None:
    """By the same error."""
    with pytest.raises(InvalidRequestError) as caught:
        state_from("this is no base64")
    assert caught.value.code == "learning.snapshot"
