"""`grym analyze` on what is no usable sound: a typed refusal with a hint, soon, in little memory, without a trace."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance import damage, sounds
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import GRYM, NOBODY, Grym, files_below

pytestmark = [pytest.mark.slow]

LONGEST_S = 10.0
MOST_MIB = 1000.0

BAD: dict[str, Callable[[Path], Path]] = {
    "truncated.wav": damage.truncated,
    "truncated.flac": damage.truncated,
    "truncated.ogg": damage.truncated,
    "empty.wav": damage.empty,
    "nan.wav": lambda path: damage.with_value(path, float("nan")),
    "infinite.wav": lambda path: damage.with_value(path, float("-inf")),
    "no-sample.wav": lambda path: damage.samples(path, 0),
    "one-sample.wav": lambda path: damage.samples(path, 1),
    "many-channels.wav": lambda path: damage.wav_header(path, channels=65_535, rate_hz=44_100),
    "no-channels.wav": lambda path: damage.wav_header(path, channels=0, rate_hz=44_100),
    "rate-0.wav": lambda path: damage.wav_header(path, channels=1, rate_hz=0),
    "rate-4-ghz.wav": lambda path: damage.wav_header(path, channels=1, rate_hz=4_000_000_000),
    "hour.flac": damage.hour_of_silence,
    "letter.wav": damage.text,
}


def require_refusal(grym: Grym, name: str, *options: str) -> str:
    """Check everything that is promised of a refused file, and return the error's code."""
    call = grym.call("analyze", name, *options, "--json", watch=True, timeout_s=60).require(2)
    error = call.told["error"]
    assert error["code"].startswith("audio."), call.short()
    assert error["message"]
    assert error["hint"]
    assert call.wall_s < LONGEST_S, call.short()
    assert call.largest_mib < MOST_MIB
    assert call.tree_mib < MOST_MIB
    assert list(files_below(grym.home / "scratch")) == []
    return str(error["code"])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused(name: str, grym: Grym, measured: Measured) -> None:
    """The file is refused with exit code 2, an error that says why, and a hint."""
    BAD[name](grym.work / name)
    measured(f"analyze {name}", require_refusal(grym, name), "exit 2")


def test_what_is_no_file_is_refused(grym: Grym) -> None:
    """A missing file, a folder, a pipe that nobody writes, and a device are refused without waiting."""
    (grym.work / "folder.wav").mkdir()
    os.mkfifo(grym.work / "pipe.wav")
    assert require_refusal(grym, "missing.wav") == "audio.not_found"
    assert require_refusal(grym, "folder.wav") == "audio.is_folder"
    assert require_refusal(grym, "pipe.wav") == "audio.not_a_file"
    assert require_refusal(grym, "/dev/zero") == "audio.not_a_file"


def test_a_good_file_among_bad_ones_publishes_nothing(grym: Grym) -> None:
    """Every file is looked at before anything is published: one bad file, no request."""
    sounds.write(grym.work / "good.wav", sounds.click_train(100, seconds=5))
    damage.empty(grym.work / "bad.wav")
    before = grym.tell("ls")["requests"]
    grym.call("analyze", "good.wav", "bad.wav", "--json").require(2)
    assert grym.tell("ls")["requests"] == before


def test_nothing_of_the_refused_is_kept(grym: Grym) -> None:
    """After all refusals the home holds no request and no sound."""
    assert grym.tell("ls")["requests"] == []
    assert list(files_below(grym.home / "artifacts")) == []


def program_for_anybody() -> tuple[str, ...]:
    """Return words that start the program for any user, with the system's Python where ours lies in root's home."""
    libraries = f"{Path(pytest.__file__).parents[1]}:{Path(__file__).parents[2]}"
    start = "import sys; from grym.cli.main import main; main(sys.argv[1:])"
    ways = ((str(GRYM),), (f"PYTHONPATH={libraries}", "/usr/bin/python3", "-c", start))
    for words in ways:
        if subprocess.run([*NOBODY, "env", *words, "--version"], capture_output=True, check=False).returncode == 0:
            return words
    pytest.skip("no Python that a user without rights may run and that has the same version as ours")


@pytest.fixture(scope="module")
def stranger(new_grym: Callable[[str], Grym]) -> Grym:
    """Give a program that runs as a user without rights; skip where there is no way to become one."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; run as root to see the refusal of an unreadable file")
    program = program_for_anybody()
    grym = new_grym("stranger")
    grym.home.mkdir()
    for folder in (grym.home, grym.work):
        os.chown(folder, 65534, 65534)
    return Grym(home=grym.home, work=grym.work, as_user=NOBODY, program=program)


def test_an_unreadable_file_is_refused(stranger: Grym) -> None:
    """A file that this user may not read is refused as such."""
    path = sounds.write(stranger.work / "secret.wav", sounds.click_train(100, seconds=5))
    path.chmod(0)
    assert require_refusal(stranger, "secret.wav") == "audio.unreadable"


def test_a_user_without_rights_can_do_everything(stranger: Grym) -> None:
    """A piece and its analysis work as a user without rights, with the built-in synthesiser."""
    told = stranger.compose("a calm tune", "--seconds", "8", "--backend", "synth", "--out", "piece")
    assert (told["outcome"], told["backend"]) == ("completed", "synth")
    assert stranger.tell("analyze", told["audio"])["outcome"] == "completed"


def test_the_limit_of_length_can_be_raised(new_grym: Callable[[str], Grym], measured: Measured) -> None:
    """An hour of silence is refused by the limit, which says how to raise it, and accepted once it is raised."""
    grym = new_grym("hour")
    damage.hour_of_silence(grym.work / "hour.flac", rate_hz=22_050, channels=1)
    refused = grym.tell("analyze", "hour.flac", code=2)["error"]
    assert refused["code"] == "audio.too_long"
    assert "--max-seconds" in refused["hint"]
    call = grym.call("analyze", "hour.flac", "--max-seconds", "3700", "--json", watch=True, timeout_s=600).require()
    measured("an hour of silence, limit raised", f"{call.wall_s:.0f} s, {call.tree_mib:.0f} MiB", "accepted")
    assert call.told["duration_s"] == pytest.approx(3600)
    assert call.told["quality"]["passed"] is False
