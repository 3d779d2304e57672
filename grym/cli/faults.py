"""Errors as the command line tells them: exit code, JSON, and a panel for people."""

from typing import Any

from grym.errors import ContractError, GrymError, InvalidAudioError, InvalidPatternError, UnavailableError

DONE = 0
FAULT = 1
REFUSED = 2
ENDED_OTHERWISE = 3
UNREACHABLE = 4
GAVE_UP_WAITING = 5
INTERRUPTED = 130

UNKNOWN_OUTCOME = "publish.unknown"
"""Code of a publish that timed out: it may or may not have been stored."""


def exit_code_of(error: BaseException) -> int:
    """Return the exit code for an error that ends a command."""
    if isinstance(error, (ContractError, InvalidAudioError, InvalidPatternError)):
        return REFUSED
    if isinstance(error, UnavailableError):
        return UNREACHABLE
    if isinstance(error, GrymError) and error.code == UNKNOWN_OUTCOME:
        return GAVE_UP_WAITING
    return FAULT


def as_grym_error(error: Exception) -> GrymError:
    """Return the error itself, or one that stands for an unexpected exception without its inner words."""
    if isinstance(error, GrymError):
        return error
    return GrymError(
        f"an unexpected {type(error).__name__} stopped the command",
        hint="Run the command again with --debug and report what it prints.",
    )


def error_json(error: GrymError) -> dict[str, Any]:
    """Return the object that `--json` prints for an error."""
    details = dict(error.details)
    return {"error": {"code": error.code, "message": error.message, "hint": hint_of(error), "details": details}}


def hint_of(error: GrymError) -> str:
    """Return what to do about an error, in general words where it has none of its own."""
    return error.hint or _GENERAL_HINTS[exit_code_of(error)]


_GENERAL_HINTS = {
    FAULT: "Call the command again; if it fails again, `--log-level debug` and `grym doctor` tell more.",
    REFUSED: "Correct the input and call the command again; `--help` shows what is accepted.",
    UNREACHABLE: "`grym doctor` tells what cannot be reached.",
    GAVE_UP_WAITING: "Call the command again with the same --request-id; that is harmless.",
}


def usage_error_json(message: str) -> dict[str, Any]:
    """Return the object that `--json` prints when the command itself was not understood."""
    return {
        "error": {"code": "usage.invalid", "message": message, "hint": "Add --help to see the options.", "details": {}}
    }
