"""A law of formal music on the wire: it travels with the wish and inside the plan."""

import msgspec


class FormalData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One law at work (see `grym.domain.composing.formal.choice.FormalChoice`); names are plain text here.

    Parameters
    ----------
    generator, law
        Which generator, and which of its laws as text.
    target, roles
        What it writes, and whose notes obey.
    amount
        0 to 1: how strictly.
    low, high
        Part of 0 to 1 that values are scaled into.
    start, end
        When it acts, in shares of the piece.
    forbidden
        Values 0 to 1 that are left out.
    step_beats
        A new value every so many quarter notes.
    source
        The concept or preset it belongs to.
    """

    generator: str
    law: str
    target: str
    roles: tuple[str, ...] = ("melody", "counter")
    amount: float = 1.0
    low: float = 0.0
    high: float = 1.0
    start: float = 0.0
    end: float = 1.0
    forbidden: tuple[float, ...] = ()
    step_beats: float = 1.0
    source: str = ""
