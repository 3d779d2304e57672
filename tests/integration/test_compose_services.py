"""Every service of the compose file starts here as a plain process: its command, its environment, local servers.

Names of other services become addresses of this machine, and nothing else is changed: what a service would be given
in a container is what it is given here.
"""

import contextlib
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grym.runtime import PROCESSORS
from tests.support.kafka_cluster import free_ports
from tests.support.kafka_jars import classpath, java
from tests.support.kafka_world import PROGRAM, KafkaWorld

CHECKOUT = Path(__file__).parents[2]
PATIENCE_S = 90.0
"""Six workers start at once on a machine with two cores."""


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """Return the services with their variables at their defaults."""
    text = (CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8")
    plain = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    found = yaml.safe_load(plain)["services"]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every server may enter."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as name:
        yield Path(name)


@contextlib.contextmanager
def started(command: list[str], environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process for the length of the block."""
    with log.open("wb") as said, subprocess.Popen(command, env=environment, stdout=said, stderr=said) as process:
        try:
            yield process
        finally:
            process.kill()


def without_grym() -> dict[str, str]:
    """Return the environment without what is set for grym."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRYM_")}  # noqa: TID251


def until(what: str, holds: Any) -> None:
    """Wait until `holds()` is true."""
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_s, f"{what} did not come about"
        time.sleep(0.1)


def listens(port: int) -> bool:
    """Tell whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def broker_properties(environment: dict[str, Any], folder: Path, ports: list[int]) -> str:
    """Return the settings that the image of Kafka makes of its environment, on ports of this machine."""
    inside, outside, controller = ports
    places = {
        ":19092": f":{inside}",
        "localhost:9092": f"localhost:{outside}",
        "//:9092": f"//:{outside}",
        ":9093": f":{controller}",
        "@kafka:": "@localhost:",
        "//kafka:": "//localhost:",
    }
    lines = [f"log.dirs={folder / 'kafka'}"]
    for name, value in environment.items():
        if not name.startswith("KAFKA_"):
            continue
        text = str(value)
        for before, after in places.items():
            text = text.replace(before, after)
        lines.append(f"{name.removeprefix('KAFKA_').lower().replace('_', '.')}={text}")
    return "\n".join(lines)


@contextlib.contextmanager
def broker(service: dict[str, Any], folder: Path) -> Iterator[str]:
    """Run the service `kafka` from the jars and yield where it is reached from within."""
    ports = free_ports(3)
    properties = folder / "server.properties"
    properties.write_text(broker_properties(service["environment"], folder, ports))
    kafka = [java(), "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classpath()]
    cluster_id = service["environment"]["CLUSTER_ID"]
    form = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)]
    subprocess.run([*kafka, *form], check=True, capture_output=True, timeout=60)
    with started([*kafka, "kafka.Kafka", str(properties)], without_grym(), folder / "kafka.log"):
        until("the broker", lambda: listens(ports[0]))
        yield f"localhost:{ports[0]}"


def given(service: dict[str, Any], places: dict[str, str], port: int) -> dict[str, str]:
    """Return the environment of a service of grym, with the addresses of this machine."""
    environment: dict[str, str] = {}
    for name, value in service["environment"].items():
        environment[name] = functools.reduce(lambda text, place: text.replace(*place), places.items(), str(value))
    return without_grym() | environment | {"GRYM_PORT": str(port), "GRYM_LISTEN": "127.0.0.1"}


def healthy(port: int) -> bool:
    """Ask as the health check of the file does."""
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3).status == 200)
    return False


@pytest.mark.slow
def test_every_service_starts_and_a_request_is_served(
    services: dict[str, dict[str, Any]], empty_dsn: str, folder: Path
) -> None:
    """Brokers, cache and workers run by the file's own words; a request is completed, and SIGTERM ends each well."""
    with contextlib.ExitStack() as stack:
        bootstrap = stack.enter_context(broker(services["kafka"], folder))
        places = {
            "kafka:19092": bootstrap,
            "postgresql://grym:grym@postgres:5432/grym": empty_dsn,
            "s3://grym/artifacts": (folder / "artifacts").as_uri(),
            "redis://redis:6379/0": f"redis://127.0.0.1:{stack.enter_context(cache(services['redis'], folder))}/0",
        }
        topics = services["topics"]
        environment = given(topics, places, 0) | {"GRYM_HOME": str(folder / "home")}
        done = subprocess.run([str(PROGRAM), *topics["command"][1:]], env=environment, check=False, timeout=60)
        assert done.returncode == 0
        ports = dict(zip(PROCESSORS, free_ports(len(PROCESSORS)), strict=True))
        workers = {}
        for name in PROCESSORS:
            command = [str(PROGRAM), *services[name]["command"][1:]]
            environment = given(services[name], places, ports[name]) | {"GRYM_HOME": str(folder / "home")}
            workers[name] = stack.enter_context(started(command, environment, folder / f"{name}.log"))
        for name, port in ports.items():
            until(f"{name}: {(folder / f'{name}.log').read_text()}", lambda port=port: healthy(port))
        world = KafkaWorld(bootstrap=bootstrap, dsn=empty_dsn, folder=folder)
        world.more["GRYM_ARTIFACTS"] = places["s3://grym/artifacts"]
        told = world.grym("compose", "a waltz", "--seconds", "6", "--backend", "synth", "--out", str(folder / "out"))
        assert told["outcome"] == "completed"
        for process in workers.values():
            process.send_signal(signal.SIGTERM)
        assert {name: process.wait(timeout=30) for name, process in workers.items()} == dict.fromkeys(PROCESSORS, 0)


@contextlib.contextmanager
def cache(service: dict[str, Any], folder: Path) -> Iterator[int]:
    """Run the service `redis` and yield its port; without its program nobody listens there, which nobody minds."""
    port = free_ports(1)[0]
    program = shutil.which("redis-server")
    if program is None:
        yield port
        return
    command = [program, *service["command"][1:], "--port", str(port)]
    with started(command, without_grym(), folder / "redis.log"):
        until("the cache", lambda: listens(port))
        yield port
