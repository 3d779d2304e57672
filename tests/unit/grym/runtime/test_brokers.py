"""How the settings reach the adapter of Kafka."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from grym.runtime.brokers import kafka_settings
from grym.settings import Settings


def test_every_variable_reaches_the_adapter() -> None:
    """Nothing that was set is lost on the way, and the password is the real one."""
    settings = Settings(
        kafka="one:9092,two:9092",
        kafka_security="sasl_ssl",
        kafka_sasl_mechanism="SCRAM-SHA-256",
        kafka_username="grym",
        kafka_password=SecretStr("secret"),
        kafka_ca=Path("/ca.pem"),
        kafka_cert=Path("/cert.pem"),
        kafka_key=Path("/key.pem"),
        kafka_prefix="staging.",
        kafka_replicas=2,
        kafka_transactions=True,
    )
    found = kafka_settings(settings)
    assert (found.bootstrap, found.security, found.sasl_mechanism) == ("one:9092,two:9092", "sasl_ssl", "SCRAM-SHA-256")
    assert (found.username, found.password) == ("grym", "secret")
    assert (found.ca, found.certificate, found.key) == (Path("/ca.pem"), Path("/cert.pem"), Path("/key.pem"))
    assert (found.prefix, found.replicas, found.transactions) == ("staging.", 2, True)


@pytest.mark.parametrize(
    ("kafka", "security", "told"),
    [
        ("localhost:9092", "plaintext", []),
        ("broker.example:9092", "plaintext", ["broker.example"]),
        ("broker.example:9092", "sasl_plaintext", ["broker.example"]),
        ("broker.example:9092", "ssl", []),
    ],
)
def test_clear_text_beyond_this_machine_is_known(kafka: str, security: str, told: list[str]) -> None:
    """The brokers that are spoken to in clear text are those the log warns of."""
    settings = Settings.model_validate({"kafka": kafka, "kafka_security": security})
    assert kafka_settings(settings).exposed_hosts() == told
