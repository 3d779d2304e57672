"""Where Kafka's jars come from: Maven fetches them once into a cache, whoever of several test processes is first."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

POM = Path(__file__).with_name("pom.xml")
_FETCH_TIMEOUT_S = 600  # 90 jars, 100 MB; 25 s on a quick line


class KafkaMissingError(Exception):
    """Real Kafka cannot be run here; the message says what is missing."""


def setting(name: str, default: str = "") -> str:
    """Return an environment variable of the test run."""
    return os.environ.get(name, default)  # noqa: TID251 (the tests' own switches)


def cache_folder() -> Path:
    """Return where the tests keep what they fetched, over runs."""
    chosen = setting("GRYM_TEST_CACHE")
    folder = Path(chosen) if chosen else Path.home() / ".cache" / "grym-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[IO[str]]:
    """Hold a file lock, which ends with the process at the latest; the value is the open file."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield file


def is_the_same(path: Path, file: IO[str]) -> bool:
    """Return whether a path still leads to an open file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def java() -> str:
    """Return Java's path."""
    found = shutil.which("java")
    if found is None:
        raise KafkaMissingError("there is no java: install OpenJDK 17 or newer, or name a broker in GRYM_TEST_KAFKA")
    return found


def classpath() -> str:
    """Return the class path of Kafka and its tools, fetching the jars where they are not there yet."""
    folder = cache_folder() / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        with locked(cache_folder() / "kafka.lock"):
            if not folder.exists():
                _fetch(folder)
    return f"{folder}/*"


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissingError("there is no mvn to fetch Kafka's jars: install Maven, or set GRYM_TEST_KAFKA")
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    fetched = subprocess.run(
        [*command, f"-DoutputDirectory={partial}"],
        capture_output=True,
        text=True,
        timeout=_FETCH_TIMEOUT_S,
        check=False,
    )
    if fetched.returncode != 0:
        raise KafkaMissingError(f"Maven could not fetch Kafka's jars: {(fetched.stdout + fetched.stderr)[-500:]}")
    partial.rename(folder)  # all or nothing: a broken download is never taken for the jars
