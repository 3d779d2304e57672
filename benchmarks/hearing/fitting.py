"""Weights of the choice between pulses and between keys, and how well they do on works left out.

Both are choices of one among several with evidence for each: a conditional logit, fitted to the works of practice
(`benchmarks.hearing.practice`) and of dev; those of test take no part. What is told beside the weights: how weights
fitted without a sixth of the works do on that sixth, works of one group together, and how weights fitted to practice
alone do on dev.

``python -m benchmarks.hearing.fitting beat`` prints weights for `grym.domain.rhythm.levels.WEIGHTS`, ``key`` those for
`grym.domain.harmony.evidence`. The weights in use are older and were not fitted by this: what it finds does better on
scores and worse on recordings, as `docs/benchmarks.md` tells.

References: McFadden (1974), "Conditional logit analysis of qualitative choice behavior"; Hoerl and Kennard (1970),
"Ridge regression" (the penalty).
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mir_eval
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.hearing.practice import Practised, examined, practice
from benchmarks.hearing.scoring import TEMPO_TOLERANCE, beat_f
from benchmarks.hearing.sounds import HOME
from benchmarks.hearing.symbols import key_name
from benchmarks.hearing.works import KINDS
from grym.domain.harmony.chords import chord_spans
from grym.domain.harmony.evidence import kinds_of_evidence
from grym.domain.rhythm.levels import evidence_of
from grym.domain.rhythm.tracking import beats_of, heard_scene, likelier_first, possible_chains, tempo_of
from grym.domain.tonality import levelled

FOLDS = 6
ROUNDS = 3
RIDGE = {"beat": 0.3, "key": 0.3}
"""Penalty of a squared weight, evidence in standard deviations: of 0.3, 1 and 3, works left out fare best with 0.3."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a work lets choose from.

    Parameters
    ----------
    group, kind
        Of the work.
    evidence
        Shape (choices, names).
    right
        Which choices are right, shape (choices,); a work without any is judged and not fitted to.
    worth
        What each choice scores, 0 to 1.
    """

    group: str
    kind: str
    evidence: Floats
    right: NDArray[np.bool_]
    worth: Floats


Teller = Callable[[Practised], tuple[Choice, list[str]] | None]


def fitted(choices: Sequence[Choice], ridge: float) -> Floats:
    """Return the weights that make what is right likeliest, shape (names,), for evidence as it is."""
    chosen = [choice for choice in choices if choice.right.any()]
    rows = np.concatenate([choice.evidence for choice in chosen])
    spread = rows.std(axis=0) + 1e-9
    rows, right = rows / spread, np.concatenate([choice.right for choice in chosen]).astype(np.float64)
    counts = _counts(chosen)
    lengths = np.array([len(choice.right) for choice in chosen])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
        whole, good = np.add.reduceat(odds, starts), np.add.reduceat(odds * right, starts) + 1e-12
        wrong = odds / np.repeat(whole, lengths) - odds * right / np.repeat(good, lengths)
        slope = rows.T @ (np.repeat(counts, lengths) * wrong)
        return -float(counts @ np.log(good / whole)) + ridge * float(weights @ weights), slope + 2 * ridge * weights

    best: Floats = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x / spread
    return best


def _counts(choices: Sequence[Choice]) -> Floats:
    """Return how much each work counts: kinds together as much as in the examination, works of a kind alike; mean 1."""
    of_kind = Counter(choice.kind for choice in choices)
    shares = np.array([sum(KINDS.get(choice.kind, (1, 1))) / of_kind[choice.kind] for choice in choices])
    return np.asarray(shares / shares.mean())


def judged(choices: Sequence[Choice], weights: Floats) -> tuple[Floats, Floats]:
    """Return whether what the weights choose is right, and what it scores, each of shape (works,)."""
    best = [int((choice.evidence @ weights).argmax()) for choice in choices]
    right = [float(choice.right[place]) for choice, place in zip(choices, best, strict=True)]
    return np.array(right), np.array([choice.worth[place] for choice, place in zip(choices, best, strict=True)])


def left_out(choices: Sequence[Choice], ridge: float) -> tuple[float, float]:
    """Return the share that is right and the mean score of works left out of the fit, over three ways to part them."""
    groups = sorted({choice.group for choice in choices})
    found = []
    for turn in range(ROUNDS):
        places = np.random.default_rng(turn).permutation(len(groups)) % FOLDS
        fold_of = dict(zip(groups, places, strict=True))
        for fold in range(FOLDS):
            rest = [choice for choice in choices if fold_of[choice.group] != fold]
            held = [choice for choice in choices if fold_of[choice.group] == fold]
            found.append((*judged(held, fitted(rest, ridge)), _counts(held)))
    right, worth, counts = (np.concatenate(values) for values in zip(*found, strict=True))
    return float(np.average(right, weights=counts)), float(np.average(worth, weights=counts))


def pulses_of(one: Practised) -> tuple[Choice, list[str]] | None:
    """Return the pulses of a work as a choice, None where it has no tempo or nothing is heard."""
    if not one.truth.tempo_bpm or one.work.kind in {"form", "repeats"}:
        return None
    scene = heard_scene(one.curves)
    rows, bpm, worth = [], [], []
    for chain in possible_chains(scene):
        beats_s = beats_of(chain, scene) / one.curves.frame_rate_hz
        if len(beats_s) > 1:
            rows.append(evidence_of(chain, scene))
            bpm.append(tempo_of(beats_s))
            worth.append(beat_f(one.truth.beats_s, list(beats_s)))
    if not rows:
        return None
    right = np.abs(np.array(bpm) / one.truth.tempo_bpm - 1.0) <= TEMPO_TOLERANCE
    evidence = np.array([list(row.values()) for row in rows])
    choice = Choice(group=one.group, kind=one.work.kind, evidence=evidence, right=right, worth=np.array(worth))
    return choice, list(rows[0])


def keys_of(one: Practised) -> tuple[Choice, list[str]] | None:
    """Return the keys of a work as a choice, None where nobody wrote its key."""
    if not one.truth.key:
        return None
    scene = heard_scene(one.curves)
    heard = likelier_first(scene)
    beats_s = beats_of(heard[0].chain, scene) / one.curves.frame_rate_hz if heard else None
    chords = chord_spans(
        one.pitch, duration_s=one.duration_s, beats_s=None if beats_s is None else beats_s.astype(np.float32)
    )
    found = kinds_of_evidence(one.pitch, levelled(one.pitch), chords)
    names = [key_name(number, mode) for mode in ("major", "minor") for number in range(12)]
    worth = np.array([mir_eval.key.weighted_score(one.truth.key, name) for name in names])
    evidence = np.stack(list(found.values()), axis=1)
    return Choice(group=one.group, kind=one.work.kind, evidence=evidence, right=worth == 1.0, worth=worth), list(found)


def main() -> None:
    """Fit, judge what was left out, and print the weights."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing.fitting", description=__doc__)
    parser.add_argument("what", choices=sorted(CHOICES))
    parser.add_argument("--cache", type=Path, default=HOME, help="where the figures of practice are kept")
    words = parser.parse_args()
    ridge = RIDGE[words.what]
    names, practised = _choices(practice(words.cache), CHOICES[words.what])
    _, dev = _choices(examined(words.cache), CHOICES[words.what])
    both = practised + dev
    weights = fitted(both, ridge)
    print(f"{len(both)} works, of which dev {len(dev)}: right {_share(judged(both, weights))}")
    print("left out of the fit, kinds weighed: right {:.3f}, score {:.3f}".format(*left_out(both, ridge)))
    print(f"dev, weights fitted to practice alone: right {_share(judged(dev, fitted(practised, ridge)))}")
    for name, weight in zip(names, weights, strict=True):
        print(f'    "{name}": {weight:.3g},')


def _share(told: tuple[Floats, Floats]) -> str:
    right, worth = (float(values.mean()) for values in told)
    return f"{right:.3f}, score {worth:.3f}"


def _choices(heard: Sequence[Practised], told: Teller) -> tuple[list[str], list[Choice]]:
    """Return the names of the evidence and the choices of all works that have one."""
    found = [choice for one in heard if (choice := told(one)) is not None]
    return found[0][1], [choice for choice, _ in found]


CHOICES: dict[str, Teller] = {"beat": pulses_of, "key": keys_of}

if __name__ == "__main__":
    main()
