"""How the settings of this process reach the brokers."""

from typing import TYPE_CHECKING

from grym.settings import Settings

if TYPE_CHECKING:
    from grym.adapters.kafka.settings import KafkaSettings


def kafka_settings(settings: Settings) -> "KafkaSettings":
    """Return what the Kafka adapter needs to know; only where the settings name brokers."""
    from grym.adapters.kafka.settings import KafkaSettings  # noqa: PLC0415 (the embedded runtime does without Kafka)

    assert settings.kafka is not None
    return KafkaSettings(
        bootstrap=settings.kafka,
        security=settings.kafka_security,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=None if settings.kafka_password is None else settings.kafka_password.get_secret_value(),
        ca=settings.kafka_ca,
        certificate=settings.kafka_cert,
        key=settings.kafka_key,
        prefix=settings.kafka_prefix,
        replicas=settings.kafka_replicas,
        transactions=settings.kafka_transactions,
    )
