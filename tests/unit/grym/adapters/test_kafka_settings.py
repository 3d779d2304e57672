"""What the Kafka adapter makes of its settings."""

from pathlib import Path

import pytest

from grym.adapters.kafka.settings import KafkaSettings


@pytest.mark.parametrize(
    ("bootstrap", "security", "exposed"),
    [
        ("localhost:9092", "plaintext", []),
        ("127.0.0.1:9092,[::1]:9092,127.8.8.8:1", "sasl_plaintext", []),
        ("kafka-1.example:9092, 127.0.0.1:9092", "plaintext", ["kafka-1.example"]),
        ("10.0.0.7:9092", "sasl_plaintext", ["10.0.0.7"]),
        ("10.0.0.7:9092", "ssl", []),
        ("10.0.0.7:9092", "sasl_ssl", []),
    ],
)
def test_clear_text_beyond_this_machine_is_noticed(bootstrap: str, security: str, exposed: list[str]) -> None:
    """By address or name; with TLS nothing is exposed."""
    settings = KafkaSettings(bootstrap=bootstrap, security=security)  # type: ignore[arg-type]  # from the table
    assert settings.exposed_hosts() == exposed


def test_names_carry_the_prefix_and_lose_it_again() -> None:
    """Several grym may share a broker."""
    settings = KafkaSettings(bootstrap="b:1", prefix="blue.")
    assert settings.physical("grym.x.v1") == "blue.grym.x.v1"
    assert settings.logical("blue.grym.x.v1") == "grym.x.v1"
    assert settings.group("coordinator") == "blue.grym.coordinator"


def test_a_user_and_a_password_are_handed_on_only_where_they_are_asked_for() -> None:
    """And TLS brings a context that checks names."""
    options = KafkaSettings(bootstrap="b:1", username="u", password="p").connection()
    assert not [name for name in options if name.startswith(("sasl", "ssl"))]
    safe = KafkaSettings(
        bootstrap="b:1", security="sasl_ssl", sasl_mechanism="SCRAM-SHA-512", username="u", password="p"
    ).connection()
    assert (safe["security_protocol"], safe["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (safe["sasl_plain_username"], safe["sasl_plain_password"]) == ("u", "p")
    assert safe["ssl_context"].check_hostname


def test_a_certificate_that_cannot_be_read_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Which the composition root tells with the name of the setting."""
    with pytest.raises(OSError, match="No such file"):
        KafkaSettings(bootstrap="b:1", security="ssl", ca=tmp_path / "missing.pem").connection()
