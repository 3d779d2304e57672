"""Who is compared: grym's copy worker and the peers, each named by what it promises."""

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A copy worker that can be started with the variables of `benchmarks.environment`.

    Parameters
    ----------
    promise
        What it guarantees when used as here; figures are compared within one promise only.
    linger_ms
        Milliseconds its producer waits for more when throughput counts; whatever gave it most.
    at_home
        Whether it runs in grym's environment; the others need one with `benchmarks/peers/requirements.txt`.
    """

    name: str
    promise: str
    module: str
    linger_ms: int = 0
    at_home: bool = False

    def command(self, peers_python: str) -> list[str]:
        """Return how it is started."""
        return [sys.executable if self.at_home else peers_python, "-m", self.module]


OURS = System(
    name="grym",
    promise="at least once, order per key, retries, dead letters",
    module="benchmarks.copy_worker",
    at_home=True,
)
BARE = System(
    name="aiokafka", promise="at least once", module="benchmarks.peers.aiokafka_batch", linger_ms=5, at_home=True
)
SYSTEMS = (
    OURS,
    BARE,
    System(name="confluent-kafka", promise="at least once", module="benchmarks.peers.confluent_batch", linger_ms=5),
    System(name="Quix Streams", promise="at least once", module="benchmarks.peers.quix", linger_ms=5),
    System(name="FastStream", promise="at least once", module="benchmarks.peers.faststream_batch", linger_ms=0),
    System(name="Faust", promise="at least once, by its guide", module="benchmarks.peers.faust_copy", linger_ms=5),
)
