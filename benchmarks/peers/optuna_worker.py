"""Optuna as a process of its own: one JSON request a line, one JSON answer a line.

``{"ask": [study, request], "seed": 1}`` is answered by values 0–1 by name, ``{"tell": [study, request], "value": 0.5}``
by null. One study for each style and mood, with the tree-structured Parzen estimator (Bergstra et al. 2011) and its
defaults; what is never rated stays unfinished. Run by `benchmarks.learning.rivals` in the environment of
``learning-requirements.txt``.
"""

import importlib
import json
import sys
from typing import Any

# Only this worker's environment has it, hence not by an import statement, which grym's type checker would follow.
optuna: Any = importlib.import_module("optuna")


def main() -> None:
    """Answer until there are no more requests."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    names: list[str] = json.loads(sys.stdin.readline())
    studies: dict[str, Any] = {}
    trials: dict[str, Any] = {}
    for line in sys.stdin:
        wanted = json.loads(line)
        answer = None
        if "ask" in wanted:
            study, request = wanted["ask"]
            if study not in studies:
                sampler = optuna.samplers.TPESampler(seed=wanted["seed"] + len(studies))
                studies[study] = optuna.create_study(direction="maximize", sampler=sampler)
            trial = trials[request] = studies[study].ask()
            answer = {name: trial.suggest_float(name, 0.0, 1.0) for name in names}
        else:
            study, request = wanted["tell"]
            studies[study].tell(trials.pop(request), wanted["value"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
