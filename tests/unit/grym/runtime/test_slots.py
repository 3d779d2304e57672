"""Worker names: different at the same time, the same again after a restart."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from grym.errors import UnavailableError
from grym.runtime.slots import worker_name

HOST = socket.gethostname()

HOLDER = """
import pathlib, sys
from grym.runtime.slots import worker_name
with worker_name(pathlib.Path(sys.argv[1]), "features", chosen=None) as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_two_workers_of_a_kind_have_different_names(tmp_path: Path) -> None:
    """The second takes the next slot; the name of one of another kind differs by the kind."""
    with (
        worker_name(tmp_path, "features", chosen=None) as first,
        worker_name(tmp_path, "features", chosen=None) as second,
        worker_name(tmp_path, "quality", chosen=None) as other,
    ):
        assert (first, second, other) == (f"{HOST}-features-0", f"{HOST}-features-1", f"{HOST}-quality-0")


def test_a_slot_is_free_again_after_a_kill(tmp_path: Path) -> None:
    """Whoever comes after a killed worker has its name; nobody has it before."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == f"{HOST}-features-0"
        with worker_name(tmp_path, "features", chosen=None) as meanwhile:
            assert meanwhile == f"{HOST}-features-1"
        holder.kill()
        holder.wait()
    with worker_name(tmp_path, "features", chosen=None) as successor:
        assert successor == f"{HOST}-features-0"


def test_a_given_name_is_taken_as_it_is(tmp_path: Path) -> None:
    """A name of the settings needs no slot and leaves none."""
    with worker_name(tmp_path, "features", chosen="rack-4") as name:
        assert name == "rack-4"
    assert not list(tmp_path.iterdir())


def test_a_home_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """The refusal names the variables that help."""
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="slot") as caught, worker_name(tmp_path / "file", "x", chosen=None):
        pass
    assert caught.value.code == "home.unusable"
