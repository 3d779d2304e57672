"""The commands that make a piece from a file: what they ask for, and what they refuse before asking."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from grym.cli import reworking
from grym.cli.compose import compose
from grym.cli.errands import Errand
from grym.cli.reworking import Making, bars_asked, register
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError
from schemas.commands import RequestComposition

RUNNER = CliRunner()
COMMANDS = ("continue", "vary", "harmonise", "arrange")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return how to call a command and get what it would send, instead of sending it."""
    sent: dict[str, Any] = {}

    async def perform(screen: Screen, errands: list[Errand], **more: Any) -> int:
        del screen
        sent.update(more, wishes=[errand.wish for errand in errands])
        return 0

    monkeypatch.setattr(reworking, "perform", perform)
    monkeypatch.setenv("GRYM_HOME", str(tmp_path / "home"))
    (tmp_path / "song.mid").write_bytes(b"MThd" + b"\0" * 32)
    app = typer.Typer()
    register(app)

    def call(*words: str, code: int = 0) -> dict[str, Any]:
        sent.clear()
        result = RUNNER.invoke(app, [words[0], str(tmp_path / "song.mid"), *words[1:], "--json"])
        assert result.exit_code == code, result.output
        return sent or json.loads(result.stdout)

    return call


def wish_of(sent: dict[str, Any]) -> RequestComposition:
    """Return the one wish that was sent."""
    (wish,) = sent["wishes"]
    assert isinstance(wish, RequestComposition)
    return wish


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_says_what_is_to_be_done(asked: Any, verb: str) -> None:
    """By its own verb, with formats, rate and laws as for any piece."""
    sent = asked(verb, "--seed", "5", "--format", "flac", "--sample-rate", "48000", "--formal", "grain-density=0.8")
    wish = wish_of(sent)
    assert wish.rework is not None
    assert (wish.rework.verb, wish.seed) == (verb, 5)
    assert len(wish.formal) == 1
    assert (sent["finishing"].formats.formats, sent["finishing"].formats.sample_rate_hz) == (("flac",), 48_000)
    assert msgspec.json.decode(msgspec.json.encode(wish), type=RequestComposition) == wish


def test_what_is_asked_of_players_travels(asked: Any) -> None:
    """Names in small letters, the grid in ticks, and that the style was asked for."""
    words = ("--style", "bossa", "--instruments", "Flute, harp", "--quantise", "1/16", "--humanise", "0.3")
    wish = wish_of(asked("arrange", *words, "--arpeggiate", "up", "--key", "A minor", "--bpm", "90"))
    rework = wish.rework
    assert rework is not None
    assert (wish.style, wish.key, wish.tempo_bpm, rework.styled) == ("bossa", "A minor", 90.0, True)
    assert (rework.instruments, rework.quantise_ticks) == (("flute", "harp"), 120)
    assert (rework.humanise, rework.arpeggiate) == (0.3, "up")
    plain = wish_of(asked("arrange")).rework
    assert plain is not None
    assert not plain.styled


def test_bars_and_new_music_travel(asked: Any) -> None:
    """Which bars are made anew; whether the given ones are left out, and how much is added."""
    varied = wish_of(asked("vary", "--bars", "5-8")).rework
    assert varied is not None
    assert (varied.first_bar, varied.last_bar) == (5, 8)
    longer = wish_of(asked("continue", "--only-new", "--seconds", "20"))
    assert longer.rework is not None
    assert (longer.rework.only_new, longer.seconds, longer.open_length) == (True, 20.0, False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("arrange", "--as-is", "--style", "bossa"), "request.as_is"),
        (("arrange", "--as-is", "--formal", "grain-density=0.8"), "request.as_is"),
        (("arrange", "--quantise", "1/7"), "request.quantise"),
        (("harmonise", "--arpeggiate", "sideways"), "request.arpeggiate"),
        (("vary", "--bars", "8-5"), "request.bars"),
        (("vary", "--backend", "tape"), "request.backend"),
        (("continue", "--format", "wax"), "export.format"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(asked: Any, words: tuple[str, ...], code: str) -> None:
    """With the exit code of a wrong request."""
    told = asked(*words, code=2)
    assert told["error"]["code"] == code
    assert told["error"]["hint"]


@pytest.mark.parametrize(("bars", "stretch"), [(None, (0, 0)), ("5", (5, 5)), (" 5-8 ", (5, 8))])
def test_stretches_of_bars(bars: str | None, stretch: tuple[int, int]) -> None:
    """One bar, several, or none asked for."""
    assert bars_asked(bars) == stretch


@pytest.mark.parametrize("bars", ["0", "8-5", "a-b", "1-2-3", ""])
def test_what_is_no_stretch_is_refused(bars: str) -> None:
    """By code."""
    with pytest.raises(InvalidRequestError) as refusal:
        bars_asked(bars)
    assert refusal.value.code == "request.bars"


def test_they_have_the_options_of_composing() -> None:
    """What one may choose of any piece may be chosen here, by the same names."""
    import inspect

    known = set(inspect.signature(compose).parameters)
    assert {field.name for field in fields(Making)} <= known
