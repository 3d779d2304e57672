"""Kafka in a container, for machines with a docker engine and without Java."""

import shutil
import subprocess
from pathlib import Path

from tests.support.kafka_cluster import brokers_of, free_ports
from tests.support.kafka_jars import KafkaMissingError

IMAGE = "apache/kafka:4.1.0"
_ANSWER_TIMEOUT_S = 20
_START_TRIES = 300  # each takes at least a few milliseconds and at most five seconds


def docker_answers() -> bool:
    """Return whether a docker engine is there."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "info"], capture_output=True, timeout=_ANSWER_TIMEOUT_S, check=False)
    return asked.returncode == 0


async def start_container(folder: Path) -> str:
    """Start one node on a fixed port of this machine and return its bootstrap string; the folder's guard removes it.

    The container library's own reaper stays off: it would take the node away from the other test processes as soon as
    the one that started it has ended.
    """
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer

    testcontainers_config.ryuk_disabled = True
    [port] = free_ports(1)
    container = DockerContainer(IMAGE).with_bind_ports(port, port)
    for name, setting in _environment(port).items():
        container = container.with_env(name, setting)
    container.start()
    (folder / "kafka.container").write_text(str(container.get_wrapped_container().id))
    for _ in range(_START_TRIES):
        if await brokers_of(f"127.0.0.1:{port}"):
            return f"127.0.0.1:{port}"
    raise KafkaMissingError("the container with Kafka did not answer")


def _environment(port: int) -> dict[str, str]:
    """Return the settings of one combined node whose clients come to `port` of this machine."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://localhost:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    }
