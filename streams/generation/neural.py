"""The sound of a piece by a neural model: the score is its guide where the model takes one."""

from pathlib import Path

from grym.domain.composing.score import Score
from grym.ports.generating import Commission, Musicians
from grym.ports.sound import CpuPool, Recorded, Studio, Task
from schemas.commands import GenerateMusic
from streams.processor import Report
from streams.translate import plan_from_wire

RECORD: Task[Recorded] = Task("streams.generation.piece", "record")
GUIDE_TIMEOUT_S = 300.0  # as long as the score itself may take to perform
GUIDE_BACKEND = "auto"
BEGUN, MADE = 0.3, 0.9  # of the whole work: what comes before is writing, what comes after is storing


async def perform_by_model(
    command: GenerateMusic,
    score: Score,
    folder: Path,
    report: Report,
    *,
    cpu: CpuPool,
    studio: Studio,
    musicians: Musicians,
) -> Recorded:
    """Make the sound of a score by the model that a command names.

    Raises
    ------
    GrymError
        As `grym.ports.generating.Musicians.perform`.
    """
    guide: Recorded | None = None
    if await musicians.takes_guide(command.backend):
        guiding = folder / "guide"
        guiding.mkdir()
        guide = await cpu.run(RECORD, studio, score, GUIDE_BACKEND, command.seed, guiding, timeout_s=GUIDE_TIMEOUT_S)
    commission = Commission(
        backend=command.backend,
        plan=plan_from_wire(command.plan),
        seconds=score.duration_s,
        seed=command.seed,
        guide=None if guide is None else guide.mix,
        guide_backend="" if guide is None else guide.backend,
    )

    async def tell(stage: str, share: float) -> None:
        await report(stage, BEGUN + (MADE - BEGUN) * (share if stage == "performing" else float(stage == "mastering")))

    return await musicians.perform(commission, folder, tell)
