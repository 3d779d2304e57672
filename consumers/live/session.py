"""Listening to the partitions of one assignment: reading, folding, storing, asking memory, each a loop of its own.

Reading puts records into the lanes of their streams. Folding gives every stream that has something waiting its turn,
one piece of sound at a time, so that none keeps the others waiting. Storing takes whatever has gathered meanwhile: one
transaction or one send for all streams. A failure of any of them drops everything; whoever has the partitions next
goes on from the checkpoints.
"""

import asyncio
from collections.abc import Iterable
from contextvars import Context

from consumers.live.folding import Folding
from consumers.live.hearings import Hearings
from consumers.live.intake import Intake
from consumers.live.recognising import Memory, Questions
from consumers.live.settings import LiveSettings
from consumers.live.storing import Storing
from consumers.live.writing import LiveOutlet
from consumers.ports import RunnerPorts
from consumers.waits import Bell, cancel_all, first_of
from grym.ports.feed import Assignment
from grym.ports.live import Checkpoint
from streams.live.listener import Manners


class Session:
    """One assignment of live streams.

    Parameters
    ----------
    checkpoints
        How far the streams of the assigned partitions are that have not ended.
    memory
        What is asked about running streams; None asks nobody.
    """

    def __init__(
        self,
        name: str,
        ports: RunnerPorts,
        settings: LiveSettings,
        manners: Manners,
        *,
        assignment: Assignment,
        outlet: LiveOutlet,
        checkpoints: Iterable[Checkpoint],
        memory: Memory | None = None,
    ) -> None:
        self._clock = ports.clock
        self._settings = settings
        self._assignment = assignment
        hearings, arrived = Hearings(remembered=settings.remembered), Bell()
        storing = self._storing = Storing(name, ports, settings, assignment=assignment, outlet=outlet)
        self._intake = Intake(
            name,
            ports,
            settings,
            manners,
            assignment=assignment,
            hearings=hearings,
            storing=storing,
            arrived=arrived,
        )
        self._folding = Folding(
            name, ports, settings, hearings=hearings, storing=storing, arrived=arrived, let_go=self._intake.let_go
        )
        self._questions: Questions | None = None
        if memory is not None:
            self._questions = Questions(
                name, ports, settings.recognition, memory, hearings=lambda: hearings, tell=storing.tell
            )
        self._intake.take_up(checkpoints)

    @property
    def in_hand(self) -> int:
        """How many records are being worked on."""
        return self._intake.budget.count

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set or the assignment is to be given back; what was read is heard and saved then."""
        folding, storing = self._folding, self._storing
        async with asyncio.TaskGroup() as group:
            # A log remembers per context what its reader has seen: who reads shares its own with nobody.
            begun = [group.create_task(self._intake.run(), context=Context())]
            begun += [group.create_task(loop) for loop in (folding.look_for_silence(), folding.save_quiet())]
            if self._questions is not None:
                begun.append(group.create_task(self._questions.ask()))
            ending = [group.create_task(loop) for loop in (folding.run(), storing.run())]
            await first_of(stop.wait(), self._assignment.lost())
            await cancel_all(*begun)
            runner = self._settings.runner
            drain_s = runner.drain_s if stop.is_set() else runner.revoke_drain_s
            await first_of(self._drained(), self._clock.sleep(drain_s))
            await cancel_all(*ending)

    async def _drained(self) -> None:
        """Return once everything in hand is folded, stored and saved."""
        await self._intake.budget.wait_until_empty()
        self._folding.save_all()
        await self._storing.finish()
