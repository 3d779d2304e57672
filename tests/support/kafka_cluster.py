"""A real Kafka cluster of one or three nodes, whose nodes can be stopped, killed and started again.

Every node is broker and controller. Ports lie in 21000–21999, far from the range that the system hands out by itself:
otherwise a killed node might not get its port back. The settings shorten what production leaves long: a dead broker is
noticed after three seconds, a group forms at once.
"""

import asyncio
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.support.kafka_jars import KafkaMissingError, classpath, java

PORTS = range(21_000, 22_000)
_START_TIMEOUT_S = 120  # one node answers after 4 s on an idle machine; a node killed with -9 needs 13 s for its log
_ASK_EVERY_S = 0.2

_PROPERTIES = """
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}/log-{node}
auto.create.topics.enable=false
default.replication.factor={replicas}
min.insync.replicas={insync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=8
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={insync}
transaction.state.log.num.partitions=8
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.enable=false
num.network.threads=2
num.io.threads=4
"""


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on, at random, so that several test runs seldom meet."""
    free = (port for port in random.sample(PORTS, len(PORTS)) if _is_free(port))
    return [next(free) for _ in range(count)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def new_folder() -> Path:
    """Make a folder for servers."""
    return Path(tempfile.mkdtemp(prefix="grym-test-kafka-"))


def start_guard(folder: Path) -> None:
    """Start the process that stops the folder's servers; the caller must hold its lock already."""
    guard = Path(__file__).with_name("guard.py")
    subprocess.run([sys.executable, "-S", "-E", str(guard), str(folder)], start_new_session=True, check=True)


@dataclass(kw_only=True)
class KafkaCluster:
    """Nodes numbered from 1.

    Parameters
    ----------
    heap_mib
        Java heap of each node.
    prefix_command
        What comes before ``java`` on the command line, such as ``taskset -c 0``.
    extra_properties
        More settings, which win; ``{port}`` and ``{controller_port}`` stand for the node's own.
    java_options
        The default starts quickly and runs slower than Java can: leave it empty for a benchmark.
    """

    folder: Path
    nodes: int = 1
    heap_mib: int = 384
    prefix_command: tuple[str, ...] = ()
    java_options: tuple[str, ...] = ("-XX:TieredStopAtLevel=1",)
    extra_properties: str = ""
    ports: list[int] = field(init=False)
    running: dict[int, "subprocess.Popen[bytes]"] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = free_ports(2 * self.nodes)

    @property
    def bootstrap(self) -> str:
        """Return the addresses of all nodes, with commas between."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports[: self.nodes])

    def prepare(self) -> None:
        """Write every node's settings and format its storage."""
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode().replace("-", "A")
        for node in self._numbers():
            shutil.rmtree(self.folder / f"log-{node}", ignore_errors=True)  # of a start that failed
            self._properties(node).write_text(self._settings(node))
        formatting = [self._format(node, cluster_id) for node in self._numbers()]
        for process in formatting:
            output, _ = process.communicate(timeout=_START_TIMEOUT_S)
            if process.returncode != 0:
                raise KafkaMissingError(f"Kafka's storage could not be formatted: {output.decode()[-500:]}")

    def start(self, *nodes: int) -> None:
        """Start nodes, all without an argument, and return at once; `ready` waits for them."""
        for node in nodes or self._numbers():
            log = (self.folder / f"node-{node}.out").open("ab")
            command = [*self.prefix_command, *self._java(), f"-Xmx{self.heap_mib}m", *self.java_options]
            self.running[node] = subprocess.Popen(
                [*command, "kafka.Kafka", str(self._properties(node))],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            log.close()
            (self.folder / f"node-{node}.pid").write_text(str(self.running[node].pid))

    def kill(self, *nodes: int) -> None:
        """Kill nodes as a power cut would, all without an argument."""
        self._end(signal.SIGKILL, nodes)

    def stop(self, *nodes: int) -> None:
        """Stop nodes in order, all without an argument."""
        self._end(signal.SIGTERM, nodes)

    def freeze(self, node: int) -> None:
        """Let a node hang: its connections stay open and nothing answers."""
        self.running[node].send_signal(signal.SIGSTOP)

    def thaw(self, node: int) -> None:
        """Let a frozen node go on."""
        self.running[node].send_signal(signal.SIGCONT)

    async def ready(self, *, nodes: int | None = None) -> None:
        """Return once exactly that many nodes (all that were started) are in the cluster."""
        wanted = len(self.running) if nodes is None else nodes
        deadline = time.monotonic() + _START_TIMEOUT_S
        while await brokers_of(self.bootstrap) != wanted:
            self._check_alive(deadline)
            await asyncio.sleep(_ASK_EVERY_S)

    def disown(self) -> None:
        """Leave the nodes to the folder's guard: without an end that is known, Python warns of a lost process."""
        for process in self.running.values():
            process.returncode = 0
        self.running.clear()

    def remove(self) -> None:
        """Kill everything and delete the folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _check_alive(self, deadline: float) -> None:
        fallen = [node for node, process in self.running.items() if process.poll() is not None]
        if fallen or time.monotonic() > deadline:
            node = fallen[0] if fallen else 1
            output = (self.folder / f"node-{node}.out").read_text(errors="replace")[-2000:]
            raise KafkaMissingError(f"node {node} of Kafka did not start: {output}")

    def _end(self, how: signal.Signals, nodes: tuple[int, ...]) -> None:
        ending = [self.running.pop(node) for node in nodes or tuple(self.running)]
        for process in ending:
            process.send_signal(how)
        for process in ending:
            process.wait(timeout=_START_TIMEOUT_S)

    def _numbers(self) -> range:
        return range(1, self.nodes + 1)

    def _properties(self, node: int) -> Path:
        return self.folder / f"node-{node}.properties"

    def _java(self) -> list[str]:
        return [java(), "-XX:+UseSerialGC", "-cp", classpath()]

    def _format(self, node: int, cluster_id: str) -> "subprocess.Popen[bytes]":
        command = [*self._java(), "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", "-t", cluster_id]
        return subprocess.Popen(
            [*command, "-c", str(self._properties(node))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def _settings(self, node: int) -> str:
        controllers = self.ports[self.nodes :]
        text = _PROPERTIES.format(
            node=node,
            voters=",".join(f"{n}@127.0.0.1:{controllers[n - 1]}" for n in self._numbers()),
            port=self.ports[node - 1],
            controller_port=controllers[node - 1],
            folder=self.folder,
            replicas=min(3, self.nodes),
            insync=min(2, self.nodes),
        )
        own = self.extra_properties.replace("{port}", str(self.ports[node - 1]))
        own = own.replace("{controller_port}", str(controllers[node - 1]))
        return f"{text}\n{own}\n"


async def brokers_of(bootstrap: str) -> int:
    """Return how many brokers answer to be in the cluster; 0 where nobody answers."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        return len((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError, TimeoutError):
        return 0
    finally:
        await admin.close()
