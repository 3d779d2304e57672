"""A listener's state as bytes: MessagePack under a version and a digest, and nothing in it is ever run.

Whoever restores one trusts nothing in it: the digest says that it is whole, and every number is checked as if it came
from the log, since whoever poisons a file can also write its digest.
"""

import base64
import binascii
import math
from hashlib import sha256

import msgspec

from grym.domain.learning import MAX_STARS, MIN_STARS
from grym.domain.learning.folding import HELD_OPINIONS, KEPT_PIECES, KEPT_PREFERENCES
from grym.errors import GrymError, InvalidRequestError
from streams.learning.checking import check_settings
from streams.learning.state import LearnerState

VERSION = 1
MOST_BYTES = 2 * 1024 * 1024
"""Ten times what the largest state takes."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state with what proves it whole; `sha256` is that of `state`."""

    version: int
    sha256: str
    state: bytes


def snapshot(state: LearnerState) -> bytes:
    """Return a state as bytes."""
    content = msgspec.msgpack.encode(state)
    return msgspec.msgpack.encode(Snapshot(version=VERSION, sha256=sha256(content).hexdigest(), state=content))


def restored(content: bytes) -> LearnerState:
    """Return the state in a snapshot.

    Raises
    ------
    InvalidRequestError
        ``learning.snapshot`` for one that is too large, of another version, changed, or out of range.
    """
    if len(content) > MOST_BYTES:
        raise _refusal(f"it takes more than {MOST_BYTES:,} bytes")
    try:
        wrapped = msgspec.msgpack.decode(content, type=Snapshot)
        if wrapped.version != VERSION:
            raise _refusal(f"it is of version {wrapped.version}, not {VERSION}")
        if sha256(wrapped.state).hexdigest() != wrapped.sha256:
            raise _refusal("it was changed after it was made")
        state = msgspec.msgpack.decode(wrapped.state, type=LearnerState)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refusal("it is no snapshot of the learner") from error
    _check(state)
    return state


def state_from(part: str) -> LearnerState:
    """Return a state from its part on the wire, a snapshot as base64. Raises as `restored`."""
    try:
        content = base64.b64decode(part, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refusal("it is no base64") from error
    return restored(content)


def _check(state: LearnerState) -> None:
    """Refuse what no fold could have made."""
    if len(state.pieces) > KEPT_PIECES or len(state.opinions) > KEPT_PIECES + HELD_OPINIONS:
        raise _refusal("it holds more than is ever kept")
    if len(state.preferences) > KEPT_PREFERENCES or state.tastes or state.exposure:
        raise _refusal("it holds what is not kept")
    try:
        for piece in state.pieces:
            check_settings(piece.parameters)
            check_settings(piece.defaults)
    except GrymError as error:
        raise _refusal("a setting lies outside 0 to 1") from error
    in_range = all(MIN_STARS <= one.stars <= MAX_STARS for one in state.opinions) and all(
        0.0 < one.propensity <= 1.0 and 0.0 <= one.quality <= 1.0 for one in state.pieces
    )
    if not in_range:
        raise _refusal("a number lies outside its range")
    if not all(one.expected is None or math.isfinite(one.expected) for one in state.pieces):
        raise _refusal("what was expected is no number")
    _check_order(state)


def _check_order(state: LearnerState) -> None:
    """Refuse what is out of order, or told twice of one piece."""
    for items in (state.pieces, state.opinions, state.preferences):
        stamps = [one.stamp for one in items]
        if stamps != sorted(stamps):
            raise _refusal("it is out of order")
    for named in (state.pieces, state.opinions):
        if len({one.piece_id for one in named}) < len(named):
            raise _refusal("it tells of one piece twice")


def _refusal(why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"the saved state of the learner is refused: {why}",
        code="learning.snapshot",
        hint="Take another copy of it; what is known now stays as it is.",
    )
