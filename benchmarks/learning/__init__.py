"""The examination in learning: simulated listeners rate what the real learner serves, rivals in the same run.

``python -m benchmarks.learning --seeds 4 --scenarios normal placebo`` while something is tuned; ``--quick`` for what
must hold in any run; ``--rows FILE`` keeps what was run, so that more seeds can be added (delete it when code changes).
The learner is `streams.learning` itself, run by its runner over the log in memory; what it is asked and told are the
envelopes of real requests, only that no notes are written: a studio (`benchmarks.learning.world`) says what each piece
really was. ``--peers`` adds rivals; Optuna needs ``benchmarks/peers/learning/.venv`` (``learning-requirements.txt``).

Scenarios: ``normal``; ``placebo``, stars by chance; ``liar``, one of five users praises what they hate, floods and
judges others' pieces; ``change``, another taste from half on; ``relay``, one log replayed, and in shuffled batches.

`benchmarks.learning.listener` (``--listener bell``) was written down before anything was tuned.
`benchmarks.learning.held_out` (``--listener plateau``) is kept for the last examination: not to be run while tuning.
"""
