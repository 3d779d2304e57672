"""The heavy half of enhancing, loaded by worker processes only."""

from pathlib import Path

from grym.ports.enhancing import Enhanced, Workbench


def repair(  # noqa: PLR0917 (crosses a process border by position)
    workbench: Workbench,
    source: Path,
    stages: tuple[str, ...],
    dry_run: bool,  # noqa: FBT001 (crosses a process border by position)
    max_seconds: float,
    folder: Path,
) -> Enhanced:
    """Repair a file into a folder; runs in a worker process."""
    return workbench.enhance(source, stages=stages, dry_run=dry_run, max_seconds=max_seconds, folder=folder)
