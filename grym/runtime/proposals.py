"""Proof that a replay of the learner decides the same: its proposals made again from the log, and one digest of all.

The digest is of what was proposed, in the order of the events' ids, so two replays of one log can be compared by one
word. Without an audit the proposals are facts and are read; an audit folds every opinion again and makes each of them
anew from the state of then.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consumers.replay import Report
from consumers.spans import merged, positions_before
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.runtime.replaying import ReplayWish, replay
from schemas.envelope import peek
from schemas.events import ParametersProposed
from schemas.records import Message

LEARNER = "learning"


@dataclass(slots=True, kw_only=True)
class Proposals:
    """What was proposed, by the id of its event."""

    found: dict[str, bytes] = field(default_factory=dict)

    def add(self, headers: tuple[tuple[str, bytes], ...], value: bytes | None) -> None:
        """Take in a record, if it is a proposal that was not erased."""
        if value is not None and peek(headers, "ce_type") == ParametersProposed.TYPE:
            self.found[peek(headers, "ce_id")] = value

    @property
    def sha256(self) -> str:
        """Digest of all of them, hexadecimal."""
        digest = hashlib.sha256()
        for name in sorted(self.found):
            digest.update(name.encode() + b"\0" + self.found[name] + b"\0")
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a replay of the learner found.

    Parameters
    ----------
    logged, again
        Proposals as they are in the log, and as they were made again; the same where they were only read.
    report
        Every output of the learner compared.
    """

    logged: Proposals
    again: Proposals
    report: Report

    @property
    def equal(self) -> bool:
        """Whether the learner decides as it decided then, as far as that could be told."""
        return self.report.equal and not self._differing

    @property
    def _differing(self) -> bool:
        return any(self.logged.found.get(name) != value for name, value in self.again.found.items())


async def prove(
    begin: datetime, end: datetime, *, audit: bool, live: Backend, artifacts: ArtifactStore, clock: Clock
) -> Proof:
    """Replay the learner over a span and return what was proposed then and now.

    Raises
    ------
    InvalidRequestError
        ``replay.span`` for a span that ends before it begins.
    """
    again = Proposals()

    async def keep(message: Message, at: datetime) -> None:
        del at
        again.add(tuple(message.headers), message.value)

    wish = ReplayWish(begin=begin, end=end, processors=(LEARNER,), audit=audit)
    report = await replay(wish, live=live, artifacts=artifacts, clock=clock, sink=keep)
    logged = await proposals_in(live, begin, end)
    return Proof(logged=logged, again=again if audit else logged, report=report)


async def proposals_in(live: Backend, begin: datetime, end: datetime) -> Proposals:
    """Return the proposals that the log holds of a span."""
    found, topics = Proposals(), frozenset({ParametersProposed.TOPIC})
    after = await positions_before(live.log, topics, begin)
    async for record in merged(live.log, after=after, upto=await live.log.ends(topics), before=end):
        found.add(tuple(record.headers), record.value)
    return found


def proof_json(proof: Proof) -> dict[str, Any]:
    """Return the object of the command line."""
    told = proof.report.to_json()
    kept = ("read", "replayed", "same", "missing", "extra", "changed", "skipped", "differences")
    return {
        "proposals_sha256": proof.again.sha256,
        "logged_sha256": proof.logged.sha256,
        "proposals": len(proof.again.found),
        "equal": proof.equal,
        **{name: told[name] for name in kept},
    }
