"""Which followers listen to a stream unless somebody asks for others."""

from grym.domain.live.following import FollowerKind
from grym.domain.live.key import KEY_FOLLOWER
from grym.domain.live.rhythm import RHYTHM


def default_followers() -> tuple[FollowerKind, ...]:
    """Return the followers that every stream has: onsets, beats, key."""
    return (RHYTHM, KEY_FOLLOWER)
