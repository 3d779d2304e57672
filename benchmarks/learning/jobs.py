"""One scenario for one seed as a job that another process may do, and its outcome as a row of plain numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.learning.estimates import log_of, rewards_of
from benchmarks.learning.policies import Fixed, Policy, Random
from benchmarks.learning.relays import batched, replayed
from benchmarks.learning.rivals import LinearThompson, PlainGP, Tpe
from benchmarks.learning.scenarios import (
    HONEST,
    LIAR,
    LISTENERS,
    ByChance,
    Changing,
    Learned,
    Lying,
    Served,
    learned,
    learned_by_five,
    played,
    regrets,
    utilities,
)

DEFAULT = "fixed default"
RIVALS: Mapping[str, Callable[[int], Policy]] = {
    DEFAULT: lambda _: Fixed(),
    "uniform random": Random,
    "linear Thompson": LinearThompson,
    "plain GP-UCB": PlainGP,
    "Optuna TPE": Tpe,
}
SCENARIOS = ("normal", "placebo", "liar", "change", "relay")
USER = "ann"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run.

    Parameters
    ----------
    requests
        How many pieces are asked for.
    rivals
        Who else serves them, by name; only where a listener is as ever.
    """

    scenario: str
    listener: str
    seed: int
    requests: int
    rivals: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from others, in the file of rows."""
        return f"{self.scenario} {self.listener} {self.seed} {self.requests} {','.join(self.rivals)}"


def done(job: Job) -> Row:
    """Do a job and return its row, with its key."""
    return {"key": job.key, **_SCENARIOS[job.scenario](job)}


def _normal(job: Job) -> Row:
    listener = LISTENERS[job.listener](seed=job.seed, person=USER)
    run = learned(listener, count=job.requests, seed=job.seed)
    row: Row = {"grym": _summary(run.served), "decision_ms": _decisions(run), "arms": run.arms, "log": log_of(run)}
    for name in job.rivals:
        policy = RIVALS[name](job.seed)
        served = played(policy, listener, count=job.requests, seed=job.seed)
        row[name] = _summary(served)
        if name == DEFAULT:
            row["default's rewards"] = rewards_of(served)
        if isinstance(policy, Tpe):
            policy.close()
    return row


def _placebo(job: Job) -> Row:
    listener = ByChance(listener=LISTENERS[job.listener](seed=job.seed, person=USER), seed=job.seed)
    run = learned(listener, count=job.requests, seed=job.seed)
    fixed = played(Fixed(), listener, count=job.requests, seed=job.seed)
    return {"grym": _mean(run.served), "fixed default": _mean(fixed), "arms": run.arms}


def _change(job: Job) -> Row:
    made, at = LISTENERS[job.listener], job.requests // 2
    listener = Changing(before=made(seed=job.seed, person=USER), after=made(seed=job.seed, person=USER, taste=1), at=at)
    run = learned(listener, count=job.requests, seed=job.seed)
    fixed = played(Fixed(), listener, count=job.requests, seed=job.seed)
    return {"grym": utilities(run.served)[at:].tolist(), "fixed default": utilities(fixed)[at:].tolist()}


def _liar(job: Job) -> Row:
    made = LISTENERS[job.listener]
    honest = {name: made(seed=job.seed, person=name) for name in (*HONEST, LIAR)}
    clean = learned_by_five(honest, count=job.requests, seed=job.seed)
    soiled = learned_by_five({**honest, LIAR: Lying(listener=honest[LIAR])}, count=job.requests, seed=job.seed)
    return {"clean": _of_the_honest(clean.served), "soiled": _of_the_honest(soiled.served)}


def _relay(job: Job) -> Row:
    listener = LISTENERS[job.listener](seed=job.seed, person=USER)
    run = learned(listener, count=job.requests, seed=job.seed)
    first, second = (replayed(run.sent, seed=job.seed) for _ in range(2))
    ordered = batched(run.sent, seed=job.seed, shuffled=False)
    shuffled = batched(run.sent, seed=job.seed, shuffled=True)
    return {
        "replays equal": first == second == (run.proposals_sha256, run.state_sha256),
        "batches equal": ordered[:2] == shuffled[:2],
        "parameters equal": ordered[2] == shuffled[2],
        "proposals_sha256": run.proposals_sha256,
        "state_sha256": run.state_sha256,
    }


_SCENARIOS: Mapping[str, Callable[[Job], Row]] = {
    "normal": _normal,
    "placebo": _placebo,
    "liar": _liar,
    "change": _change,
    "relay": _relay,
}


def _summary(served: Sequence[Served]) -> Row:
    """Return regret over all, and mean utility over all, the first tenth and the last fifth."""
    pleased, tenth, fifth = utilities(served), len(served) // 10, len(served) // 5
    return {
        "regret": float(regrets(served).sum()),
        "utility": float(pleased.mean()),
        "first": float(pleased[:tenth].mean()),
        "last": float(pleased[-fifth:].mean()),
    }


def _mean(served: Sequence[Served]) -> float:
    return float(utilities(served).mean())


def _of_the_honest(served: Sequence[Served]) -> float:
    return _mean([piece for piece in served if piece.request.user != LIAR])


def _decisions(run: Learned) -> Row:
    decisions_ms = 1e3 * np.array(run.decisions_s)
    return {"median": float(np.median(decisions_ms)), "p95": float(np.percentile(decisions_ms, 95))}
