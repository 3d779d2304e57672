"""What every consumer is given: the backend, the artifact store, the clock, and who else to tell in this process."""

from dataclasses import dataclass, field

from consumers.admission import MemoryAdmission
from consumers.telemetry import Telemetry
from consumers.waits import Bell
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.breaker import Breakers, NoBreakers
from grym.ports.clock import Clock
from grym.ports.tracing import NoTracer, Tracer


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerPorts:
    """The world of the consumers of one process.

    Parameters
    ----------
    holder
        Names this process among all that share the backend; leases and jobs are held under it.
    bell
        Rung when a commit made work for somebody in this process: a job accepted, a timer set.
    breakers
        Which dependencies are left alone at the moment, and which processors must wait for them.
    admission
        Lets batches in as memory allows.
    tracer
        Traces attempts and units of work.
    """

    backend: Backend
    artifacts: ArtifactStore
    clock: Clock
    holder: str
    telemetry: Telemetry = field(default_factory=Telemetry)
    bell: Bell = field(default_factory=Bell)
    breakers: Breakers = field(default_factory=NoBreakers)
    admission: MemoryAdmission = field(default_factory=MemoryAdmission)
    tracer: Tracer = field(default_factory=NoTracer)
