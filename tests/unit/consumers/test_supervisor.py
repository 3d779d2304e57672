"""Running everything together."""

import asyncio

import pytest

from consumers.jobs.lease_worker import LeaseWorker
from consumers.runner import ProcessorRunner
from consumers.settings import SupervisorSettings
from consumers.supervisor import Component, Supervisor
from consumers.timers import TimerService
from grym.errors import InvariantError
from grym.ports.effects import EnqueueJob
from schemas.commands import RequestComposition
from schemas.envelope import Envelope
from schemas.events import RequestIgnored
from streams.processor import Decision, Output, Report
from tests.contract.fakes import message, run_virtual
from tests.contract.probe import Probe, Tally, open_world

WISH = RequestComposition(prompt="x")


class Patient:
    """Runs until stopped, and notes it."""

    name = "patient"
    in_hand = 0

    def __init__(self) -> None:
        self.stopped = False

    async def run(self, stop: asyncio.Event) -> None:
        """Wait for the stop."""
        await stop.wait()
        self.stopped = True


class Faulty(Patient):
    """Breaks after a second."""

    async def run(self, stop: asyncio.Event) -> None:
        """Break."""
        del stop
        await asyncio.sleep(1)
        raise InvariantError("broken")


class Slow:
    """Takes ten seconds for a job."""

    kind = "generation"

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Work."""
        del report
        await asyncio.sleep(10)
        return (Output(body=RequestIgnored(ignored_id=envelope.id, ignored_type="x", reason="worked")),)

    def progress(self, envelope: Envelope, stage: str, share: float) -> RequestIgnored:
        """Tell nothing of use."""
        return RequestIgnored(ignored_id=envelope.id, ignored_type=stage, reason=str(share))


def test_until_idle_ends_when_all_is_done() -> None:
    """Events, a job that one of them made, and its ten seconds of work: then it ends by itself."""

    async def work() -> None:
        world = open_world()

        async def accept(envelope: Envelope, state: Tally | None) -> Decision[Tally]:
            del state
            job = EnqueueJob(
                job_id=envelope.id,
                kind="generation",
                request_id="r1",
                run_no=1,
                tenant="default",
                message=message(WISH, event_id=envelope.id),
            )
            return Decision(effects=(job,))

        await world.publish(message(WISH, event_id="e1"), message(WISH, event_id="e2"))
        ports = world.ports()
        components: list[Component] = [
            ProcessorRunner(Probe(accept), ports),
            LeaseWorker([Slow()], ports),
            TimerService(ports),
        ]
        await Supervisor(components, ports).run(asyncio.Event(), until_idle=True)
        assert sorted(await world.told()) == ["e1", "e2"]
        assert 20 <= world.clock.monotonic_s() < 22

    run_virtual(work())


def test_idle_waits_for_what_is_in_hand() -> None:
    """A component that is busy is not idle, whatever the backend counts."""

    async def work() -> None:
        world = open_world()
        patient = Patient()
        supervisor = Supervisor([patient], world.ports())
        assert await supervisor.idle()
        patient.in_hand = 1
        assert not await supervisor.idle()

    run_virtual(work())


def test_one_quiet_look_is_not_enough() -> None:
    """Idle is what holds twice in a row: the second look comes a while after the first."""

    async def work() -> None:
        world = open_world()
        await Supervisor([Patient()], world.ports(), SupervisorSettings(settle_s=3.0)).run(
            asyncio.Event(), until_idle=True
        )
        assert world.clock.monotonic_s() == 3.0

    run_virtual(work())


def test_stop_reaches_every_component() -> None:
    """One stop ends all, gracefully."""

    async def work() -> None:
        world = open_world()
        patients = [Patient(), Patient()]
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(5.0, stop.set)
        await Supervisor(patients, world.ports()).run(stop)
        assert [patient.stopped for patient in patients] == [True, True]
        assert world.clock.monotonic_s() == 5.0

    run_virtual(work())


def test_fault_of_one_ends_all_and_is_told() -> None:
    """A component that breaks takes the others with it, and its error comes out."""

    async def work() -> None:
        world = open_world()
        with pytest.raises(ExceptionGroup) as caught:
            await Supervisor([Patient(), Faulty()], world.ports()).run(asyncio.Event())
        assert [type(error) for error in caught.value.exceptions] == [InvariantError]

    run_virtual(work())


def test_two_processes_share_the_work_and_do_nothing_twice() -> None:
    """Two supervisors on one backend: every event once, and the second takes over when the first stops."""

    async def work() -> None:
        world = open_world()
        probes = [Probe(), Probe()]
        stops = [asyncio.Event(), asyncio.Event()]
        running = []
        for name, probe, stop in zip("ab", probes, stops, strict=True):
            ports = world.ports(name)
            running.append(asyncio.create_task(Supervisor([ProcessorRunner(probe, ports)], ports).run(stop)))
        await world.publish(*(message(WISH, subject=f"r{n}", event_id=f"e{n}") for n in range(20)))
        await asyncio.sleep(5)
        stops[0].set()
        await running[0]
        await world.publish(*(message(WISH, subject=f"r{n}", event_id=f"f{n}") for n in range(20)))
        await asyncio.sleep(5)
        stops[1].set()
        await running[1]
        assert len(await world.told()) == len(set(await world.told())) == 40
        assert (len(probes[0].seen), len(probes[1].seen)) == (20, 20)

    run_virtual(work())
