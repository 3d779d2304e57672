"""The program that builds a generation: ``python -m grym.runtime.sealing FOLDER``, with a plan on its input."""

import os
import sys
import threading
from pathlib import Path

NICENESS = 10
"""Whoever serves comes first."""


def command(root: Path) -> tuple[str, ...]:
    """Return how this program is started for the generations below `root`."""
    return (sys.executable, "-m", "grym.runtime.sealing", str(root))


def main() -> int:
    """Build what the plan says; end at once when whoever gave it is gone."""
    import msgspec  # noqa: PLC0415 - threads and priority are set before libraries that start threads are loaded

    os.nice(NICENESS)
    line = sys.stdin.buffer.readline()
    threading.Thread(target=_end_with_parent, daemon=True).start()

    from grym.adapters.faiss_index import FaissEngine  # noqa: PLC0415
    from grym.adapters.index_files import GenerationFolder  # noqa: PLC0415
    from grym.errors import GrymError  # noqa: PLC0415
    from grym.memory.index.building import build  # noqa: PLC0415
    from grym.ports.generations import Plan  # noqa: PLC0415

    try:
        plan = msgspec.json.decode(line, type=Plan)
        build(plan, generations=GenerationFolder(Path(sys.argv[1])), engine=FaissEngine())
    except (GrymError, msgspec.MsgspecError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - its parent reads this
        return 1
    return 0


def _end_with_parent() -> None:
    """Wait for the end of the input, which comes with the end of the parent."""
    while os.read(0, 1):  # not through the buffer, whose lock would be held while the interpreter ends
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
