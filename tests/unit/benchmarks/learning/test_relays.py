"""Sent again one by one, everything comes out the same; batches hold the same messages in any order."""

import numpy as np

from benchmarks.learning.listener import BellListener
from benchmarks.learning.relays import DOUBLED, _mixed, replayed
from benchmarks.learning.scenarios import learned


def test_a_replay_is_the_run() -> None:
    """Proposals and state of a replay have the digests of the run."""
    run = learned(BellListener(seed=0, person="ann"), count=12, seed=0)
    assert replayed(run.sent, seed=0) == (run.proposals_sha256, run.state_sha256)


def test_a_mixed_batch_holds_everything() -> None:
    """Nothing is lost, and an eighth comes twice."""
    run = learned(BellListener(seed=0, person="ann"), count=6, seed=0)
    mixed = _mixed(run.sent, np.random.default_rng(0))
    assert len(mixed) == len(run.sent) + len(run.sent[::DOUBLED])
    assert {one.headers for one in mixed} == {one.headers for one in run.sent}
    assert _mixed(run.sent, None) == run.sent
