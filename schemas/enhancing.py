"""What is told of a repair on the wire."""

import msgspec


class RepairStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stage in one round.

    Parameters
    ----------
    stage
        Its name: ``declip``, ``declick``, ``hum``, ``rumble``, ``denoise``, ``eq``, ``deess``, ``loudness``.
    round
        Which time around, from 1.
    outcome
        ``clean`` (nothing to repair), ``planned`` (only looked at), ``kept``, or ``undone`` (it did not help).
    found
        What was measured, by name, each in the unit its name ends in.
    why
        One sentence for a person.
    """

    stage: str
    round: int = 1
    outcome: str = "clean"
    found: dict[str, float] = msgspec.field(default_factory=dict)
    why: str = ""
