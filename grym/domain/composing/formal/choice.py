"""A formal choice: which law writes which property of which roles, and within which bounds.

Choices are plain values, so they travel inside a plan and tell afterwards what wrote what.

Laws as text: ``stochastic`` names a distribution (``cauchy``); ``sieve`` is an expression (``3@0 | 4@1``); ``cellular``
is ``rule 30`` or ``life``; ``game`` names a game and a manner (``scissors nash``); ``set`` is a row of pitch classes
and the operations whose forms follow it, each made from the form before (``0 1 4 6 T3 I0 R M5``).
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from grym.domain.composing.formal.names import DISTRIBUTION_NAMES, GAME_NAMES, MANNERS
from grym.domain.composing.formal.pitch_sets import Row, inverted, multiplied, retrograde, transposed
from grym.domain.composing.formal.sieve import read_sieve
from grym.domain.composing.score import Role
from grym.errors import InvalidRequestError

Generator = Literal["stochastic", "sieve", "cellular", "game", "set"]
Target = Literal["pitch", "register", "rhythm", "density", "duration", "dynamics", "articulation", "players"]

GENERATORS: Final[tuple[str, ...]] = get_args(Generator)
TARGETS: Final[tuple[str, ...]] = get_args(Target)
ROLES: Final[tuple[str, ...]] = get_args(Role)
MAX_CHOICES: Final = 24
MAX_FORBIDDEN: Final = 16
_LONGEST_LAW: Final = 200
_LONGEST_ROW: Final = 24
_SHORTEST_STEP, _LONGEST_STEP = 0.25, 64.0
_RULE: Final = re.compile(r"rule (\d{1,3})")
_OPERATION: Final = re.compile(r"([TIM])(\d{1,2})|R")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormalChoice:
    """One law at work.

    Parameters
    ----------
    law
        Which law of the generator, as text (see the module).
    target
        What it writes.
    roles
        Whose notes obey.
    amount
        0 to 1: the share of notes that obey, or how far values depart from the middle.
    low, high
        Values are scaled into this part of 0 to 1.
    start, end
        When it acts, in shares of the piece.
    forbidden
        Values 0 to 1 that are left out; the value before holds on.
    step_beats
        A new value every so many quarter notes, 0.25 to 64.
    source
        The concept or preset it belongs to; empty for a law asked for by itself.
    """

    generator: Generator
    law: str
    target: Target
    roles: tuple[Role, ...] = ("melody", "counter")
    amount: float = 1.0
    low: float = 0.0
    high: float = 1.0
    start: float = 0.0
    end: float = 1.0
    forbidden: tuple[float, ...] = ()
    step_beats: float = 1.0
    source: str = ""


def require_lawful(choices: Sequence[FormalChoice]) -> None:
    """Refuse choices that cannot be obeyed.

    Raises
    ------
    InvalidRequestError
        With the code ``formal.invalid`` (``formal.sieve`` for a sieve) and a hint.
    """
    if len(choices) > MAX_CHOICES:
        raise refusal(f"{len(choices)} laws are too many", hint=f"Use at most {MAX_CHOICES}.")
    for choice in choices:
        _require_names(choice)
        _require_numbers(choice)
        _require_law(choice)


def told(choices: Sequence[FormalChoice]) -> list[str]:
    """Say in a sentence each which law writes what."""
    return [
        f"{one.target.capitalize()} of {', '.join(one.roles)}: {one.generator} law {one.law}"
        + (f" ({one.source})." if one.source else ".")
        for one in choices
    ]


def automaton(law: str) -> int | None:
    """Return the rule number of a cellular law; None for Life.

    Raises
    ------
    InvalidRequestError
        ``formal.invalid`` for anything else.
    """
    match = _RULE.fullmatch(law)
    if law == "life":
        return None
    if match is None or int(match[1]) > 255:
        raise refusal("no such automaton", hint="Write rule 0 to rule 255, or life.")
    return int(match[1])


def row_of(law: str) -> Row:
    """Return the row of a set law, the forms made by its operations behind it in order.

    Raises
    ------
    InvalidRequestError
        ``formal.invalid`` for no row, pitch classes out of 0 to 11 or an operation that is not T, I, M or R.
    """
    words = law.split()
    row = tuple(int(word) for word in words if word.isascii() and word.isdigit())
    operations = words[len(row) :]
    known = all(_OPERATION.fullmatch(word) for word in operations)
    if not known or not 1 <= len(row) <= _LONGEST_ROW or max(row) > 11:
        raise refusal("no such row", hint="Write pitch classes 0 to 11, then operations: 0 1 4 6 T3 I0 R M5.")
    forms = [row]
    for word in operations:
        forms.append(_operated(forms[-1], word))
    return tuple(pitch for form in forms for pitch in form)


def _operated(row: Row, word: str) -> Row:
    """Apply one operation to a row."""
    if word == "R":
        return retrograde(row)
    operations: dict[str, Callable[[Row, int], Row]] = {"T": transposed, "I": inverted, "M": multiplied}
    return operations[word[0]](row, int(word[1:]))


def refusal(what: str, *, hint: str) -> InvalidRequestError:
    """Return the error for a law that cannot be obeyed."""
    return InvalidRequestError(f"Formal law: {what}.", code="formal.invalid", hint=hint)


def _require_names(choice: FormalChoice) -> None:
    """Refuse names that are not known; what came from a file or over the wire may hold any text."""
    rows = (("generator", (choice.generator,), GENERATORS), ("target", (choice.target,), TARGETS))
    for field, given, known in (*rows, ("roles", choice.roles, ROLES)):
        if not given or not set(given) <= set(known):
            raise refusal(f"{field} is not known", hint=f"Choose from: {', '.join(known)}.")


def _require_numbers(choice: FormalChoice) -> None:
    """Refuse numbers out of bounds."""
    shares = (choice.amount, choice.low, choice.high, choice.start, choice.end, *choice.forbidden)
    if not all(math.isfinite(share) and 0 <= share <= 1 for share in shares):
        raise refusal("amount, low, high, start, end and forbidden go from 0 to 1", hint="Give shares of one.")
    if choice.low > choice.high or choice.start >= choice.end or len(choice.forbidden) > MAX_FORBIDDEN:
        raise refusal("a range is empty", hint="Let low be at most high and start before end.")
    if not _SHORTEST_STEP <= choice.step_beats <= _LONGEST_STEP:
        raise refusal("step_beats goes from 0.25 to 64", hint="One value a quarter note is 1.")


def _require_law(choice: FormalChoice) -> None:
    """Refuse a law that its generator does not have."""
    if len(choice.law) > _LONGEST_LAW:
        raise refusal("its text is too long", hint=f"Use at most {_LONGEST_LAW} characters.")
    if choice.generator == "stochastic" and choice.law not in DISTRIBUTION_NAMES:
        raise refusal("no such distribution", hint=f"Choose from: {', '.join(DISTRIBUTION_NAMES)}.")
    if choice.generator == "sieve":
        read_sieve(choice.law)
    if choice.generator == "cellular":
        automaton(choice.law)
    if choice.generator == "set":
        row_of(choice.law)
    if choice.generator == "game":
        name, _, manner = choice.law.partition(" ")
        if name not in GAME_NAMES or manner not in MANNERS:
            raise refusal(
                "no such game",
                hint=f"Write one of {', '.join(GAME_NAMES)}, then one of {', '.join(MANNERS)}: scissors nash.",
            )
