"""A broker that wants to be spoken to in secret and to know by whom, as production brokers do."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import GrymError
from schemas.records import TopicPartition
from tests.contract.backends import LANE, message
from tests.contract.kafka_world import collect, feed_world
from tests.support.kafka import kafka_cluster, skip_or_fail
from tests.support.kafka_cluster import free_ports
from tests.support.kafka_jars import KafkaMissingError, classpath, java, setting

_PROPERTIES = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},SAFE://127.0.0.1:%(port)d
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SAFE://127.0.0.1:%(port)d
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SAFE:SASL_SSL
listener.name.safe.sasl.enabled.mechanisms=PLAIN
listener.name.safe.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_grym="right";
listener.name.safe.ssl.keystore.type=PEM
listener.name.safe.ssl.keystore.location=%(pem)s
"""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for 127.0.0.1 that signs itself."""
    if setting("GRYM_TEST_KAFKA") not in {"", "required"}:
        pytest.skip("the broker that GRYM_TEST_KAFKA names has settings of its own")
    try:
        java()
        classpath()
    except KafkaMissingError as missing:
        skip_or_fail(missing)
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate")
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
    subprocess.run([*request, *names], check=True, capture_output=True)
    (tmp_path / "both.pem").write_text(key.read_text() + made.read_text())
    return made


@pytest.fixture
async def safe(certificate: Path) -> AsyncIterator[tuple[str, str, Path]]:
    """Run a broker with a second, safe listener; the value is both addresses and whom to trust."""
    [port] = free_ports(1)
    properties = _PROPERTIES % {"port": port, "pem": certificate.with_name("both.pem")}
    async with kafka_cluster(extra_properties=properties) as cluster:
        yield cluster.bootstrap, f"127.0.0.1:{port}", certificate


async def test_tls_and_a_password_open_the_door_and_nothing_else_does(safe: tuple[str, str, Path]) -> None:
    """Sending, reading and a group all work there; a wrong password and an unknown certificate do not."""
    plain, bootstrap, ca = safe
    async with feed_world(plain, "t.") as world:
        settings = KafkaSettings(
            bootstrap=bootstrap, prefix="t.", security="sasl_ssl", username="grym", password="right", ca=ca
        )
        sender, log = KafkaSender(settings), KafkaLog(settings)
        await sender.send([message(b"1")])
        assert len(await log.read(TopicPartition(LANE, 0), after=0, limit=10)) == 1
        feed = world.feed(
            topics=(LANE,), bootstrap=bootstrap, security="sasl_ssl", username="grym", password="right", ca=ca
        )
        async with feed.assigned(asyncio.Event()) as assignment:
            assert assignment is not None
            assert len(await collect(assignment, 1)) == 1
        await sender.close()
        await log.close()
        wrongs: list[dict[str, Any]] = [{"password": "wrong"}, {"ca": None}, {"security": "sasl_plaintext"}]
        for wrong in wrongs:
            given: dict[str, Any] = {"security": "sasl_ssl", "username": "grym", "password": "right", "ca": ca} | wrong
            refused = KafkaSender(KafkaSettings(bootstrap=bootstrap, prefix="t.", request_timeout_s=2, **given))
            with pytest.raises(GrymError) as raised:
                await refused.send([message(b"never")])
            assert raised.value.code.startswith("kafka.")
            await refused.close()
        assert len(await world_log(world.settings)) == 1


async def world_log(settings: KafkaSettings) -> list[object]:
    """Return what is in the lane."""
    log = KafkaLog(settings)
    found: list[object] = [*await log.read(TopicPartition(LANE, 0), after=0, limit=10)]
    await log.close()
    return found
