"""Control streams: what a law says over time, one value 0 to 1 a step, at control rate.

Each law speaks in its own way: a sieve says 1 for its members and 0 for the rest, an automaton the living share of each
generation, a game the two choices of a round together, a row its pitch classes in order.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np

from grym.domain.composing.formal.cellular import Cells, elementary, life, scattered
from grym.domain.composing.formal.choice import FormalChoice, Target, automaton, row_of
from grym.domain.composing.formal.game import GAMES, play
from grym.domain.composing.formal.names import Manner
from grym.domain.composing.formal.sieve import read_sieve
from grym.domain.composing.formal.stochastic import values

# Half a step of MIDI's 128 values: closer than this is the forbidden value itself.
_SAME = 1 / 256
_WIDTH = 16
_LIFE_ROWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlEvent:
    """From `time_s` seconds on, `target` has `value` 0 to 1."""

    time_s: float
    target: Target
    value: float


def control_stream(
    choice: FormalChoice, *, duration_s: float, tempo_bpm: float, rng: np.random.Generator
) -> tuple[ControlEvent, ...]:
    """Let a law speak through a piece.

    Parameters
    ----------
    duration_s, tempo_bpm
        Length of the piece in seconds and quarter notes a minute.

    Returns
    -------
    tuple of ControlEvent
        In order of time, one a step of the choice, within its time range; forbidden values are left out.
    """
    step_s = choice.step_beats * 60.0 / tempo_bpm
    count = max(1, int(np.ceil(duration_s / step_s - 1e-9)))
    events = (
        ControlEvent(time_s=step * step_s, target=choice.target, value=choice.low + (choice.high - choice.low) * value)
        for step, value in enumerate(law_values(choice, count, rng=rng))
    )
    return tuple(
        event
        for event in events
        if choice.start * duration_s <= event.time_s < choice.end * duration_s
        and all(abs(event.value - value) > _SAME for value in choice.forbidden)
    )


def law_values(choice: FormalChoice, count: int, *, rng: np.random.Generator) -> tuple[float, ...]:
    """Return `count` values 0 to 1 of a choice's law, before its bounds."""
    if choice.generator == "stochastic":
        return values(choice.law, count, rng=rng)
    if choice.generator == "sieve":
        sieve = read_sieve(choice.law)
        return tuple(float(step in sieve) for step in range(count))
    if choice.generator == "cellular":
        return tuple(float(row.mean()) for row in generations(choice.law, count, _WIDTH, rng=rng))
    if choice.generator == "game":
        return _rounds(choice.law, count, rng=rng)
    row = row_of(choice.law)
    return tuple(row[step % len(row)] / 11 for step in range(count))


def generations(law: str, count: int, width: int, *, rng: np.random.Generator) -> Cells:
    """Run the automaton of a law from cells scattered by chance: (`count`, width) for both kinds.

    Of Life, one row of the torus is returned.
    """
    rule = automaton(law)
    if rule is None:
        return life(scattered(_LIFE_ROWS, width, rng=rng), count)[:, 0, :]
    return elementary(rule, scattered(1, width, rng=rng)[0], count)


def _rounds(law: str, count: int, *, rng: np.random.Generator) -> tuple[float, ...]:
    """Play a game; a round's value is the sum of both choices as a share of the most."""
    name, _, manner = law.partition(" ")
    game = GAMES[name]
    most = len(game.first) + len(game.first[0]) - 2
    return tuple((row + column) / most for row, column in play(game, cast("Manner", manner), count, rng=rng))
