"""Where a command writes: JSON lines on standard output, everything else on standard error."""

import json

import pytest

from grym.cli.screen import Screen, json_text
from grym.errors import InvalidRequestError


def test_a_result_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Each object is a line of its own, flushed at once."""
    screen = Screen(json=True)
    for value in ({"a": 1}, {"b": "line\nbreak"}):
        screen.emit(value)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [{"a": 1}, {"b": "line\nbreak"}]


def test_a_path_that_is_no_text_is_still_told() -> None:
    """Names of files may be any bytes; JSON may not."""
    assert json.loads(json_text({"files": ["a\udcff.wav"]})) == {"files": ["a?.wav"]}


def test_numbers_that_json_does_not_know_are_null() -> None:
    """NaN and infinity become null."""
    assert json.loads(json_text({"x": float("nan")})) == {"x": None}


def test_notes_and_errors_leave_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress and panels go to standard error, unaltered by markup."""
    screen = Screen()
    screen.note("[bold]not markup[/bold]")
    screen.fail(InvalidRequestError("no", code="x.y", hint="ask again"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "[bold]not markup[/bold]" in captured.err
    assert "ask again" in captured.err
