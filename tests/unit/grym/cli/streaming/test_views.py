"""Views: JSON lines flushed one by one, plain lines, and a picture on a terminal."""

import io
import json

import pytest
from rich.console import Console

from grym.cli.screen import Screen
from grym.cli.streaming.views import JsonView, LineView, TerminalView, view_of
from schemas.live import BeatHeard, FeaturesHeard
from tests.unit.grym.cli.streaming.world import answer_of, completed

BEAT = BeatHeard(number=0, at_s=0.5, in_bar=1, beats_per_bar=4, tempo_bpm=120.0, confidence=0.9, next_s=1.0)
WINDOW = FeaturesHeard(window=0, at_s=0.0, end_s=0.1)


def screen_on(output: io.StringIO, *, terminal: bool = False) -> Screen:
    """Return a screen that writes here."""
    screen = Screen()
    screen.__dict__["out"] = Console(file=output, force_terminal=terminal, width=100)
    return screen


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Every answer, windows included, at once."""
    with view_of(Screen(json=True), name="s", length_s=None) as view:
        assert isinstance(view, JsonView)
        for answer in (answer_of(WINDOW), answer_of(BEAT)):
            view.tell(answer)
            assert json.loads(capsys.readouterr().out)["kind"] == answer.kind
    assert view.standing.beats == 1


def test_without_a_terminal_there_are_lines() -> None:
    """What a person reads, one line each."""
    output = io.StringIO()
    with view_of(screen_on(output), name="s", length_s=None) as view:
        assert isinstance(view, LineView)
        for answer in (answer_of(WINDOW), answer_of(BEAT), answer_of(completed())):
            view.tell(answer)
    assert [line.split()[-1] for line in output.getvalue().splitlines()] == ["BPM", "completed"]


def test_on_a_terminal_a_picture_moves() -> None:
    """It shows name, place, bar and tempo, and leaves nothing behind."""
    output = io.StringIO()
    with view_of(screen_on(output, terminal=True), name="waltz.wav", length_s=61.0) as view:
        assert isinstance(view, TerminalView)
        view.tell(answer_of(BEAT))
        view.played(7.2)
        console = Console(width=100, record=True, file=io.StringIO())
        console.print(view)
    text = console.export_text()
    for words in ("waltz.wav", "0:07", "1:01", "bar 1", "120.0 BPM", "● ○ ○ ○"):
        assert words in text
