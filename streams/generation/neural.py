"""The sound of a piece by a neural model: the score is its guide where the model takes one."""

from pathlib import Path

from grym.domain.composing.score import Score
from grym.ports.generating import Commission, Landed, Musicians
from grym.ports.sound import CpuPool, Recorded, Studio, Task
from schemas.commands import GenerateMusic
from streams.translate import plan_from_wire

RECORD: Task[Recorded] = Task("streams.generation.piece", "record")
GUIDE_TIMEOUT_S = 300.0  # as long as the score itself may take to perform
GUIDE_BACKEND = "auto"


async def perform_by_model(
    command: GenerateMusic,
    score: Score,
    folder: Path,
    *,
    cpu: CpuPool,
    studio: Studio,
    musicians: Musicians,
    landed: Landed,
) -> Recorded:
    """Make the sound of a score by the model that a command names; `landed` is told of each finished segment.

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
    plan = plan_from_wire(command.plan)
    return await musicians.perform(
        Commission(
            backend=command.backend,
            plan=plan,
            seconds=score.sounding_s,
            seed=command.seed,
            guide=None if guide is None else guide.mix,
            guide_backend="" if guide is None else guide.backend,
        ),
        folder,
        landed,
    )
