"""What work may tell while it runs: progress events and checkpoints, both under the fence of its lease."""

from collections.abc import Awaitable, Callable, Sequence

from consumers.jobs.results import progress_message
from consumers.ports import RunnerPorts
from consumers.transactions import transact
from grym.errors import ContractError, UnavailableError
from grym.ports.effects import HoldArtifact
from grym.ports.jobs import LeasedJob
from grym.ports.work import OpenWork
from schemas.catalogue import KIB
from schemas.envelope import Envelope
from streams.processor import LongWork

MAX_CHECKPOINT_BYTES = 1024 * KIB
"""A checkpoint says where to go on; what is large lies in the artifact store and is named."""

PULSE_S = 0.7
"""Seconds of silence after which work is told of again: a second, with time to commit."""


class JobReports:
    """The reports of one job in one holder's hands.

    While the backend is away reports are left out and the work goes on: nobody else can take the job meanwhile, and
    its result is still checked against the fence.
    """

    def __init__(self, job: LeasedJob, command: Envelope, work: LongWork, ports: RunnerPorts) -> None:
        self._job = job
        self._command = command
        self._work = work
        self._ports = ports
        self._number = 0
        self._told: Callable[[], tuple[str, float]] | None = None
        self._last: tuple[str, float] | None = None
        self._last_s = float("-inf")

    @property
    def checkpoint(self) -> bytes | None:
        """What an earlier try kept."""
        return self._job.checkpoint

    async def __call__(self, stage: str, share: float) -> None:
        """Tell how far the work is (see `streams.processor.Report`)."""
        self._last, self._last_s = (stage, share), self._ports.clock.monotonic_s()
        body = self._work.progress(self._command, stage, share)
        message = progress_message(self._job, self._command, body, number=self._number, at=self._ports.clock.now())
        self._number += 1

        async def steps(unit: OpenWork) -> None:
            await unit.touch_job(self._job.job_id, self._job.fence)
            await unit.append([message])

        await self._commit(steps)

    def follow(self, told: Callable[[], tuple[str, float]] | None) -> None:
        """Ask `told` from now on (see `streams.processor.Report`)."""
        self._told = told

    async def pulse(self) -> None:
        """Tell how far the work is whenever it has said nothing for a while, until this is cancelled.

        So whoever waits hears of it every second, and work that nobody wants any more is stopped within one.

        Raises
        ------
        LeaseLostError
            Once the job was cancelled or taken by somebody else.
        """
        while True:
            silent_s = self._ports.clock.monotonic_s() - self._last_s
            if self._last is not None and silent_s >= PULSE_S:
                await self(*(self._last if self._told is None else self._told()))
                silent_s = 0.0
            await self._ports.clock.sleep(PULSE_S if self._last is None else max(0.01, PULSE_S - silent_s))

    async def keep(self, checkpoint: bytes, *, holds: Sequence[str] = ()) -> None:
        """Keep a checkpoint (see `streams.processor.Report`)."""
        if len(checkpoint) > MAX_CHECKPOINT_BYTES:
            raise ContractError(
                f"a checkpoint of {len(checkpoint)} bytes is too large",
                code="job.checkpoint",
                hint="Store the large part as an artifact and keep its address.",
            )
        held = [HoldArtifact(request_id=self._job.request_id, uri=uri) for uri in holds]

        async def steps(unit: OpenWork) -> None:
            await unit.keep_checkpoint(self._job.job_id, self._job.fence, checkpoint)
            await unit.apply_all(held)

        await self._commit(steps)

    async def _commit(self, steps: Callable[[OpenWork], Awaitable[None]]) -> None:
        try:
            await transact(self._ports.backend.work, None, steps)
        except UnavailableError as error:
            self._ports.telemetry.count("interruptions", of=self._job.kind)
            self._ports.telemetry.log("runner.interrupted", processor=self._job.kind, code=error.code)
