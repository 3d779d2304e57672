"""What an erasure cannot take back, and until when it stays: told to whoever erases."""

from dataclasses import dataclass

from grym.adapters.entries.postgres import GRAVES_KEPT
from grym.adapters.retention import LETTERS_S
from grym.runtime.housekeeping import ARTIFACT_GRACE_S
from schemas.catalogue import BY_NAME, DAY_S, FEEDBACK

ENTRY_COPY_S = 300
"""Copies of entries in Redis, by grym's own configuration of typed memory."""
PERSONAL = ("grym.requests.v1", FEEDBACK, "grym.outcomes.v1", "grym.generation.v1", "grym.dead-letters.v1")
"""Topics whose records tell of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remain:
    """One thing that stays for a while.

    Parameters
    ----------
    until
        How long, in words.
    """

    what: str
    until: str
    why: str


def remains(*, on_kafka: bool, redis: bool) -> tuple[Remain, ...]:
    """Return what stays behind on this runtime."""
    found = [
        Remain(
            what="sound and scores of the person's requests",
            until=f"at most {_days(ARTIFACT_GRACE_S)}",
            why="nothing refers to them any more; the sweeper removes them after its grace",
        ),
        Remain(
            what="the names under which entries of typed memory lay",
            until=f"at most {_days(GRAVES_KEPT.total_seconds())}",
            why="processes that follow its changes learn from them what was removed",
        ),
        Remain(
            what="backups and exported archives",
            until="you delete them",
            why="they are files of yours; restoring one brings the person back, so erase again afterwards",
        ),
        Remain(
            what="sealed indexes of pattern memory",
            until="they are sealed anew (`grym patterns rebuild`)",
            why="they hold digests of sounds of forgotten patterns, which nobody finds",
        ),
    ]
    if on_kafka:
        found += [_on_broker(name) for name in PERSONAL]
    if redis:
        found.append(Remain(what="copies in Redis", until=f"at most {ENTRY_COPY_S} s", why="they expire by themselves"))
    return tuple(found)


def _on_broker(name: str) -> Remain:
    kept_s = LETTERS_S if name == "grym.dead-letters.v1" else BY_NAME[name].retention_s
    until = "the topic is deleted or its retention is set" if kept_s is None else f"at most {_days(kept_s)}"
    return Remain(what=f"records of {name} on the brokers", until=until, why="Kafka removes no single record")


def _days(seconds: float) -> str:
    return f"{seconds / DAY_S:.0f} days"
