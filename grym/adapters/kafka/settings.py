"""How to reach Kafka, and the times and sizes that this layer goes by."""

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Security = Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """What the Kafka runtime needs to know.

    Parameters
    ----------
    bootstrap
        ``host:port`` of some brokers, with commas between.
    ca, certificate, key
        Files in PEM form; without `ca` the system's certificates are trusted.
    prefix
        What comes before the names of topics and groups on the broker, so that several grym may share one.
    replicas
        Copies of every new topic; None: three, or as many as there are brokers.
    session_timeout_s
        After how many seconds without a sign of life a member's partitions go to others. A worker that stops says so;
        this is for those that die and do not come back.
    heartbeat_s
        Seconds between signs of life. Their answers tell of rebalances, so this bounds how long the others wait for
        this member when somebody joins or leaves; one costs well under a millisecond.
    stuck_after_s
        When the program's own loop has not moved for so many seconds, its partitions are given to others.
    revoke_wait_s
        How long a revocation waits for the runner to give back: its drain of 200 ms and a margin.
    send_timeout_s
        After how many seconds the outcome of a send is reported as unknown; it waits as long for connection and room.
    request_timeout_s
        After how many seconds one request to a broker counts as lost.
    buffer_bytes
        Bytes that may wait to be sent; beyond, a send waits for room and a publish is refused with `SaturatedError`.
    batch_bytes
        Largest batch of one partition; below the size limit of every topic.
    read_ahead_bytes
        Bytes read for the runner before it asks.
    transactions
        Whether pure hops send messages and offsets in one transaction.
    """

    bootstrap: str
    security: Security = "plaintext"
    sasl_mechanism: SaslMechanism = "PLAIN"
    username: str | None = None
    password: str | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    prefix: str = ""
    replicas: int | None = None
    session_timeout_s: float = 10.0
    heartbeat_s: float = 0.3
    stuck_after_s: float = 300.0
    revoke_wait_s: float = 0.3
    send_timeout_s: float = 30.0
    request_timeout_s: float = 10.0
    buffer_bytes: int = 32 * MIB
    batch_bytes: int = 256 * 1024
    read_ahead_bytes: int = 8 * MIB
    transactions: bool = False

    def physical(self, topic: str) -> str:
        """Return a topic's name on the broker."""
        return f"{self.prefix}{topic}"

    def logical(self, topic: str) -> str:
        """Return the name that the catalogue knows a topic of the broker by."""
        return topic.removeprefix(self.prefix)

    def group(self, processor: str) -> str:
        """Return the consumer group of a processor."""
        return f"{self.prefix}grym.{processor}"

    def connection(self) -> dict[str, Any]:
        """Return what every client is given to connect.

        Raises
        ------
        OSError
            When a file with a certificate or key cannot be read.
        """
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "client_id": "grym",
            "security_protocol": self.security.upper(),
            "request_timeout_ms": milliseconds(self.request_timeout_s),
            "retry_backoff_ms": 50,  # the default of 100 is most of what a fail-over costs beyond the broker's share
        }
        if self.security.endswith("ssl"):
            options["ssl_context"] = self._ssl_context()
        if self.security.startswith("sasl"):
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.username or "",
                "sasl_plain_password": self.password or "",
            }
        return options

    def exposed_hosts(self) -> list[str]:
        """Return the brokers that are spoken to in clear text beyond this machine."""
        if self.security.endswith("ssl"):
            return []
        hosts = [address.rpartition(":")[0] for address in self.bootstrap.split(",")]
        return [host for host in hosts if not _is_loopback(host)]

    def _ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


def milliseconds(seconds: float) -> int:
    """Return whole milliseconds."""
    return round(seconds * 1000)


def _is_loopback(host: str) -> bool:
    bare = host.strip().strip("[]")
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"
