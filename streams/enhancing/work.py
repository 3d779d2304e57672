"""The long part of enhancing: repair in a worker process, store; repeatable after a crash, since nothing is left open.

A sound its sender got wrong is answered with the fault; only grym's own faults are retried.
"""

from grym.errors import ContractError, InvalidAudioError
from grym.ports.artifacts import ArtifactStore, Scratch
from grym.ports.enhancing import Enhanced, Workbench
from grym.ports.sound import CpuPool, Task, sound_timeout_s
from schemas.body import Body
from schemas.commands import EnhanceAudio
from schemas.enhancing import RepairStep
from schemas.envelope import Envelope
from schemas.events import AudioEnhanced, EnhancementProgressed
from streams.enhancing.processor import JOB_KIND
from streams.processor import Output, Report
from streams.translate import fault_of

REPAIR: Task[Enhanced] = Task("streams.enhancing.repairing", "repair")
TIMEOUT_S_PER_MINUTE = 120.0
"""A minute of stereo takes some seconds of one core, half a minute where every moment is clipped and three rounds are
made; four times that means that it hangs."""


class EnhancingWork:
    """Repairs sounds."""

    kind = JOB_KIND

    def __init__(self, *, artifacts: ArtifactStore, scratch: Scratch, cpu: CpuPool, workbench: Workbench) -> None:
        self._artifacts = artifacts
        self._scratch = scratch
        self._cpu = cpu
        self._workbench = workbench

    def progress(self, envelope: Envelope, stage: str, share: float) -> Body:  # noqa: ARG002 (as `LongWork` has it)
        """Return the event that tells how far a repair is."""
        return EnhancementProgressed(stage=stage, share=share)

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Make the repair that a command asks for."""
        command: EnhanceAudio = envelope.body
        await report("measuring", 0.0)
        try:
            return (Output(body=await self._repaired(command, report)),)
        except (InvalidAudioError, ContractError) as error:
            return (Output(body=AudioEnhanced(fault=fault_of(error))),)

    async def _repaired(self, command: EnhanceAudio, report: Report) -> AudioEnhanced:
        source = await self._artifacts.local_path(command.audio)
        with self._scratch.folder() as folder:
            report.follow(lambda: self._scratch.told(folder))
            done = await self._cpu.run(
                REPAIR,
                self._workbench,
                source,
                command.stages,
                command.dry_run,
                command.max_seconds,
                folder,
                timeout_s=sound_timeout_s(command.max_seconds, s_per_minute=TIMEOUT_S_PER_MINUTE),
            )
            report.follow(None)
            return await self._told(done)

    async def _told(self, done: Enhanced) -> AudioEnhanced:
        audio = None
        if done.sound is not None:
            audio = await self._artifacts.put_file(
                done.sound, media_type="audio/wav", samples=done.length_samples, name="enhanced"
            )
        return AudioEnhanced(
            kept=done.report.kept,
            before=done.report.before,
            after=done.report.after,
            steps=tuple(
                RepairStep(stage=step.stage, round=step.round, outcome=step.outcome, found=step.found, why=step.why)
                for step in done.report.steps
            ),
            audio=audio,
            duration_s=done.length_samples / done.sample_rate_hz,
            sample_rate_hz=done.sample_rate_hz,
            channels=done.channels,
        )
