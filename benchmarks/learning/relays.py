"""One log once more: message by message to learners that know nothing yet, in batches, in batches in any order.

A batch is what a learner finds in the log when it looks: pieces and opinions between which nothing was asked of it. So
questions are put where they stood, and what lies between is gathered to batches; a batch may then be shuffled, and
every eighth of its messages comes twice, without anything being decided otherwise.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.learning.lane import Lane, opened, proposals_sha256
from schemas.commands import ProposeParameters
from schemas.envelope import peek
from schemas.records import Message
from tests.simulation.loop import run_simulated

BATCH = 24
"""Messages gathered before a question: some fifteen pieces and their ratings."""

DOUBLED = 8


def replayed(sent: Sequence[Message], *, seed: int) -> tuple[str, str]:
    """Return the digests of proposals and state of a learner that is sent a log again, message by message."""

    async def run() -> tuple[str, str]:
        async with opened(seed=seed) as lane:
            for one in sent:
                await lane.send([one])
            return proposals_sha256(lane.proposals), await lane.state_sha256()

    return run_simulated(run())


def batched(sent: Sequence[Message], *, seed: int, shuffled: bool) -> tuple[str, str, str]:
    """Return the digests of proposals, state, and of the proposals' values alone, of a log that comes in batches."""

    async def run() -> tuple[str, str, str]:
        async with opened(seed=seed) as lane:
            await _send_in_batches(lane, sent, np.random.default_rng([seed, 12]) if shuffled else None)
            values = msgspec.json.encode([dict(sorted(one.parameters.items())) for one in lane.proposals])
            digest = hashlib.sha256(values).hexdigest()
            return proposals_sha256(lane.proposals), await lane.state_sha256(), digest

    return run_simulated(run())


async def _send_in_batches(lane: Lane, sent: Sequence[Message], chance: np.random.Generator | None) -> None:
    batch: list[Message] = []
    for one in sent:
        if not _is_question(one):
            batch.append(one)
            continue
        if len(batch) >= BATCH:
            await lane.send(_mixed(batch, chance))
            batch = []
        await lane.send([one])
    await lane.send(_mixed(batch, chance))


def _mixed(batch: list[Message], chance: np.random.Generator | None) -> list[Message]:
    """Return a batch in any order with some of it twice; as it is without chance."""
    if chance is None:
        return batch
    doubled = [*batch, *batch[::DOUBLED]]
    return [doubled[at] for at in chance.permutation(len(doubled))]


def _is_question(one: Message) -> bool:
    return peek(one.headers, "ce_type") == ProposeParameters.TYPE
