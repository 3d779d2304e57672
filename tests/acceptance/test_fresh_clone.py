"""The first minutes of a newcomer: a fresh clone, no `uv`, an empty home, and one command.

The clone holds what is committed. Nothing of this environment reaches it: the variables are cleared, and the folders
on `PATH` are the system's own. Without FluidSynth means that its library and the SoundFonts are hidden by empty
mounts in a namespace of the command's own, which only root can make.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import NOBODY, Grym

pytestmark = [pytest.mark.slow]

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
ROOT = Path(__file__).parents[2]
HIDE = (
    "for folder in /usr/share/sounds /usr/share/soundfonts; do [ ! -d $folder ] || mount -t tmpfs none $folder; done; "
    "for file in $(ls /usr/lib/*/libfluidsynth.so.* /usr/lib/libfluidsynth.so.* 2>/dev/null); "
    'do mount --bind /dev/null $file; done; exec "$@"'
)
WITHOUT_FLUIDSYNTH = ("unshare", "--mount", "sh", "-ec", HIDE, "sh")
LONGEST_S = 1800.0


@pytest.fixture
def clone(new_grym: Callable[[str], Grym]) -> Iterator[Grym]:
    """Clone what is committed into an empty folder with a home beside it."""
    if not (ROOT / ".git").exists():
        pytest.skip("the sources are no git checkout")
    grym = new_grym("clone")
    folder = grym.work / "grym"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    yield Grym(home=grym.home, work=folder)
    grym.end_leftovers()
    shutil.rmtree(folder, ignore_errors=True)


def make(clone: Grym, *words: str, before: tuple[str, ...] = (), **settings: str) -> tuple[str, float]:
    """Run `make` in the clone and return what it printed, and the seconds it took."""
    user_home = clone.home.parent / "user"
    user_home.mkdir(exist_ok=True)
    if before:
        clone.home.mkdir(exist_ok=True)
        for folder, _, _ in os.walk(clone.home.parent):
            os.chown(folder, 65534, 65534)
        for path in clone.work.rglob("*"):
            os.chown(path, 65534, 65534, follow_symlinks=False)
    variables = {"PATH": SYSTEM_PATH, "HOME": str(user_home), "LANG": "C.UTF-8", "GRYM_HOME": str(clone.home)}
    given = [f"{name}={value}" for name, value in (variables | settings).items()]
    began_s = time.monotonic()
    done = subprocess.run(
        [*before, "env", "-i", *given, "make", *words],
        cwd=clone.work,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr, time.monotonic() - began_s


def require_sound(clone: Grym, printed: str) -> None:
    """Check that the output names a sound file that is there and can be played."""
    named = [clone.work / name for name in re.findall(r"[\w./-]+\.wav", printed)]
    there = [path for path in named if path.is_file()]
    assert there, printed[-2000:]
    about = soundfile.info(there[0])
    assert about.channels == 2
    assert about.duration > 5


def test_make_compose_ends_with_sound(clone: Grym, measured: Measured) -> None:
    """`make compose` sets everything up without `uv` on PATH, and prints where the sound is."""
    printed, took_s = make(clone, "compose", "SECONDS=8")
    measured("make compose in a fresh clone", f"{took_s:.0f} s", "prints where the sound is")
    require_sound(clone, printed)


def test_make_compose_as_a_user_without_fluidsynth(clone: Grym, measured: Measured) -> None:
    """A user without rights and without FluidSynth hears the built-in synthesiser and is told what could be added."""
    if os.geteuid() != 0:
        pytest.skip("only root can hide FluidSynth and become another user")
    if subprocess.run([*WITHOUT_FLUIDSYNTH, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not allow mounts in a namespace")
    printed, took_s = make(clone, "compose", "SECONDS=8", before=(*WITHOUT_FLUIDSYNTH, *NOBODY))
    measured("make compose, no rights, no FluidSynth", f"{took_s:.0f} s", "prints where the sound is")
    require_sound(clone, printed)
    assert "apt-get install" in printed


def test_make_test_passes(clone: Grym, measured: Measured) -> None:
    """`make test` sets everything up and passes."""
    printed, took_s = make(clone, "test")
    measured("make test in a fresh clone, with its set-up", f"{took_s:.0f} s", "≤ 6 minutes on 2 idle cores")
    assert re.search(r"\d+ passed", printed)
    assert "failed" not in printed
