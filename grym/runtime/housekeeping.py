"""Housekeeping beside the processors: retention and unreferenced artifacts, in batches, under a lease of its own.

One process of a backend sweeps at a time; a sweep that fails, for whatever reason, is tried again at the next turn,
since nothing depends on it but the size of the disk.
"""

import asyncio

import structlog

from consumers.failures.faults import note_of, stack_hash
from consumers.ports import RunnerPorts
from consumers.waits import sleep_unless
from grym.adapters.artifacts import SweptArtifacts
from schemas.catalogue import BY_NAME, DAY_S
from schemas.commands import RequestAnalysis
from schemas.events import MusicGenerated

FIRST_S = 30.0
"""Seconds after the start: short commands never sweep."""

EVERY_S = 600.0
"""Seconds between sweeps; the shortest retention is a day."""

BATCH_ROWS = 5_000
"""Rows of each table that one transaction removes: some tens of milliseconds."""

ARTIFACT_GRACE_S = float(
    DAY_S + max(BY_NAME[body.TOPIC].retention_s or 0 for body in (RequestAnalysis, MusicGenerated))
)
"""Seconds an artifact may lie without a reference: as long as the event that tells of it may still be read."""

LEASE = "housekeeping"
LEASE_S = 120.0


class Housekeeper:
    """Sweeps until stopped."""

    name = LEASE
    in_hand = 0

    def __init__(
        self, ports: RunnerPorts, artifacts: SweptArtifacts, *, first_s: float = FIRST_S, every_s: float = EVERY_S
    ) -> None:
        self._ports = ports
        self._artifacts = artifacts
        self._first_s = first_s
        self._every_s = every_s
        self._logger = structlog.get_logger("grym.runtime")

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep now and then until `stop` is set."""
        await sleep_unless(stop, self._ports.clock, self._first_s)
        while not stop.is_set():
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - nothing depends on a sweep; the next turn tries again
                self._logger.warning("housekeeping.failed", code=note_of(error).code, stack=stack_hash(error))
            await sleep_unless(stop, self._ports.clock, self._every_s)

    async def sweep(self) -> dict[str, int] | None:
        """Sweep everything once and return how many were removed by kind; None when somebody else sweeps."""
        leases = self._ports.backend.leases
        lease = await leases.acquire(LEASE, holder=self._ports.holder, ttl_s=LEASE_S)
        if lease is None:
            return None
        try:
            swept = await self._ports.backend.housekeeping.sweep(limit=BATCH_ROWS)
            held = await self._ports.backend.housekeeping.held_artifacts()
            swept["artifacts"] = await self._artifacts.sweep(held, grace_s=ARTIFACT_GRACE_S)
        finally:
            await leases.release(lease)
        if any(swept.values()):
            self._logger.info("housekeeping.swept", **swept)
        return swept
