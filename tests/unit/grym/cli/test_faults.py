"""Errors as exit codes and JSON."""

import pytest

from grym.cli.faults import as_grym_error, error_json, exit_code_of
from grym.errors import (
    AdapterError,
    ContractError,
    GrymError,
    InvalidAudioError,
    InvalidRequestError,
    TransientError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidRequestError("x"), 2),
        (InvalidAudioError("x"), 2),
        (ContractError("x"), 2),
        (UnavailableError("x"), 4),
        (TransientError("x", code="publish.unknown"), 5),
        (AdapterError("x"), 1),
        (GrymError("x"), 1),
        (ValueError("x"), 1),
    ],
)
def test_exit_codes(error: Exception, code: int) -> None:
    """Bad input is 2, an unreachable dependency 4, an unknown publish 5, everything else a fault of grym."""
    assert exit_code_of(error) == code


def test_json_has_the_four_keys() -> None:
    """Code, message, hint and details are what an error carries."""
    error = InvalidAudioError("it ends early", code="audio.truncated", hint="copy it again", details={"declared": 9})
    assert error_json(error) == {
        "error": {
            "code": "audio.truncated",
            "message": "it ends early",
            "hint": "copy it again",
            "details": {"declared": 9},
        }
    }


def test_an_unexpected_error_hides_its_words() -> None:
    """What an unexpected exception says may quote a prompt; its type is told, its words are not."""
    told = as_grym_error(ValueError("a secret"))
    assert told.code == "grym.fault"
    assert "secret" not in told.message


@pytest.mark.parametrize("error", [ContractError("x"), AdapterError("x"), UnavailableError("x")])
def test_there_is_always_a_hint(error: GrymError) -> None:
    """An error without a hint of its own says what helps in general."""
    assert error_json(error)["error"]["hint"]
