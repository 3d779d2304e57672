"""Tests of schemas.payload: limits of a value, and what JSON cannot say."""

import math

import pytest

from grym.errors import ContractError
from schemas.body import CheckResult
from schemas.commands import RequestComposition
from schemas.events import FeedbackGiven, GenerationProgressed, QualityRated, RequestCompleted
from schemas.payload import decode_body, encode_body
from schemas.upcasters import feedback_given_v0

LIMIT_BYTES = 1024 * 1024
FRAME_BYTES = len(b'{"prompt":""}')


def code_of(value: bytes, cls: type = RequestComposition) -> str:
    """Return the code with which a value is refused."""
    with pytest.raises(ContractError) as caught:
        decode_body(cls, value)
    return caught.value.code


def test_value_of_exactly_the_limit_is_read() -> None:
    """1 MiB passes, one byte more does not, before a single byte is parsed."""
    largest = b'{"prompt":"' + b"a" * (LIMIT_BYTES - FRAME_BYTES) + b'"}'
    body = decode_body(RequestComposition, largest)
    assert isinstance(body, RequestComposition)
    assert len(body.prompt) == LIMIT_BYTES - FRAME_BYTES
    assert encode_body(body) == largest
    assert code_of(largest + b" ") == "contract.size"


def test_body_over_the_limit_is_not_written() -> None:
    """The writer is told to send a reference instead."""
    with pytest.raises(ContractError, match="longer than 1048576 bytes") as caught:
        encode_body(RequestComposition(prompt="a" * LIMIT_BYTES))
    assert caught.value.code == "contract.size"
    assert "artifact" in caught.value.hint


@pytest.mark.parametrize("share", [math.nan, math.inf, -math.inf])
def test_number_that_is_not_finite_is_not_written(share: float) -> None:
    """JSON has no NaN; rather than a null that no reader takes, nothing is written."""
    with pytest.raises(ContractError, match="does not fit grym") as caught:
        encode_body(GenerationProgressed(stage="render", share=share))
    assert caught.value.code == "contract.body"


def test_null_where_it_is_meant_is_written() -> None:
    """A check without a value is written with its null and read back."""
    check = CheckResult(name="tempo", value=None, required="± 5 %", unit="bpm", passed=False)
    body = QualityRated(passed=False, checks=(check,))
    assert b'"value":null' in encode_body(body)
    assert decode_body(QualityRated, encode_body(body)) == body


@pytest.mark.parametrize(
    "value",
    [
        b'{"prompt":"a","seconds":NaN}',
        b'{"prompt":"a","seconds":Infinity}',
        b'{"prompt":"a","seconds":1e309}',
        b'{"prompt":"a","seed":' + b"9" * 5000 + b"}",
        b'{"prompt":"a","backend":7}',
        b'{"prompt":"\\ud800"}',
    ],
)
def test_numbers_and_text_out_of_range_are_refused(value: bytes) -> None:
    """What JSON or the type cannot hold is the sender's fault."""
    assert code_of(value) == "contract.body"


def test_largest_double_is_read() -> None:
    """1e308 is a number; whether it is a sensible length is for the coordinator to say."""
    assert decode_body(RequestComposition, b'{"prompt":"a","seconds":1e308}') == RequestComposition(
        prompt="a", seconds=1e308
    )


def test_last_of_a_repeated_key_counts() -> None:
    """Repeated keys are read as most JSON readers do."""
    assert decode_body(RequestComposition, b'{"prompt":"a","prompt":"b"}') == RequestComposition(prompt="b")


@pytest.mark.parametrize(("escapes", "refused"), [(1, True), (2, False), (3, True), (4, False)])
def test_nul_is_told_from_its_escape(escapes: int, refused: bool) -> None:
    """An odd number of backslashes before u0000 makes a NUL, an even one makes text about it."""
    value = b'{"prompt":"a' + b"\\" * escapes + b'u0000"}'
    if refused:
        assert code_of(value) == "contract.body"
    else:
        assert decode_body(RequestComposition, value) == RequestComposition(
            prompt="a" + "\\" * (escapes // 2) + "u0000"
        )


def test_nul_and_lone_surrogates_are_not_written() -> None:
    """Text that no reader would take does not leave."""
    for prompt in ("a\0b", "\ud800"):
        with pytest.raises(ContractError):
            encode_body(RequestComposition(prompt=prompt))


def test_deep_nesting_is_refused() -> None:
    """A hundred thousand open brackets end in a contract error, not in a crash."""
    assert code_of(b'{"kind":"compose","result":{"a":' + b"[" * 100_000, RequestCompleted) == "contract.body"


def test_message_is_bounded() -> None:
    """An error quotes at most a little of what it refuses."""
    with pytest.raises(ContractError) as caught:
        decode_body(RequestComposition, b'{"prompt":"a","rework":{"verb":"' + b"x" * 10_000 + b'"}}')
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("value", [b"[]", b"null", b"3", b"{", b'{"rating":"many","user":"u"}', b'{"rating":3}'])
def test_older_body_that_does_not_fit_is_refused(value: bytes) -> None:
    """An upcast body is judged like any other, and one that is no object never reaches the upcaster."""
    with pytest.raises(ContractError) as caught:
        decode_body(FeedbackGiven, value, steps=(feedback_given_v0,))
    assert caught.value.code == "contract.body"
