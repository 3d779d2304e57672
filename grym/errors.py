"""The one tree of errors: whose fault it is, whether a retry can help, and what to do about it.

Every error carries a stable ``code`` (``audio.truncated``), a sentence for a person, a ``hint`` that names the
remedy, and bounded ``details``; the same four become the headers of a dead letter and the JSON of the command line.
`disposition` is the only place that turns an error into what the runner does with the event.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class GrymError(Exception):
    """Base of every error grym raises on purpose."""

    default_code = "grym.fault"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        details: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.details = dict(details or {})


class PermanentError(GrymError):
    """The same input fails again: no retry."""


class TransientError(GrymError):
    """A later attempt may succeed.

    Parameters
    ----------
    retry_after_s : float or None
        Seconds the dependency asked for; None leaves the delay to the retry policy.
    """

    default_code = "grym.transient"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        details: Mapping[str, str | int | float | bool | None] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, details=details)
        self.retry_after_s = retry_after_s


class ContractError(PermanentError):
    """Their bytes: a record or a request that breaks the wire contract."""

    default_code = "contract.broken"


class InvalidRequestError(ContractError):
    """Their wish: a well-formed request that asks for something impossible."""

    default_code = "request.invalid"


class InvalidAudioError(PermanentError):
    """Their sound: a file or stream that is not usable audio."""

    default_code = "audio.invalid"


class InvalidVectorError(PermanentError):
    """Their numbers: a vector of the wrong dimension, of zeros, or with values that are no numbers."""

    default_code = "vector.invalid"


class InvalidPatternError(PermanentError):
    """Their pattern: too large, without content, or under an id that stands for another one."""

    default_code = "pattern.invalid"


class AdapterError(TransientError):
    """Our world: a database, file system, renderer or model that did not answer as it should."""

    default_code = "adapter.failed"


class UnavailableError(AdapterError):
    """A dependency cannot be reached at all."""

    default_code = "adapter.unavailable"


class SaturatedError(TransientError):
    """We take nothing in at the moment; certainly nothing was stored."""

    default_code = "saturated"


class LeaseLostError(TransientError):
    """Somebody else holds the lease now: whatever this holder was about to commit is refused."""

    default_code = "lease.lost"


class InvariantError(PermanentError):
    """Our fault: a state that the code promises never to reach."""

    default_code = "grym.invariant"


class Disposition(StrEnum):
    """What the runner does with an event whose processing raised."""

    PARK = "park"
    DEAD_LETTER = "dead-letter"
    CRASH = "crash"


def disposition(error: BaseException) -> Disposition:
    """Decide what happens to an event whose processing raised `error`.

    Unknown exceptions are parked: they may be a bug that a deployment mends, and parking keeps the order of the key
    until the bounded attempts are used up. Losing the lease stops the processor, since its successor redoes the event.
    """
    if isinstance(error, LeaseLostError):
        return Disposition.CRASH
    if isinstance(error, PermanentError):
        return Disposition.DEAD_LETTER
    if isinstance(error, Exception):
        return Disposition.PARK
    return Disposition.CRASH


def first_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group that is one of grym's own, else the first of all."""
    leaves = list(leaves_of(group))
    return next((error for error in leaves if isinstance(error, GrymError)), leaves[0])


def leaves_of(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """Yield the errors of a group that are no groups themselves, in their order."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from leaves_of(error)
        else:
            yield error
