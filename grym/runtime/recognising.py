"""Pattern memory of this machine: where its indexes lie, and who ends what goes on beside answers.

Below ``GRYM_HOME/index`` each collection has a folder of its own, by extractor: vectors of another one cannot be
compared. All of it may be deleted at any time.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import structlog

from grym.domain.recognition.imprint import EXTRACTOR
from grym.domain.recognition.windows import DIM
from grym.memory.caching.telemetry import CacheNumbers
from grym.memory.index.governor import Steering
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.learned import LearnedEfforts
from grym.memory.index.shadowing import Shadow
from grym.memory.index.telemetry import IndexNumbers, Watched
from grym.memory.recognising.collection import Ground, Sealing
from grym.memory.recognising.imprints import CachedImprints, imprint_cache
from grym.memory.recognising.recogniser import JournalRecogniser
from grym.ports.caching import SharedLevel
from grym.ports.memory import Memory
from grym.ports.metrics import MetricSource
from grym.ports.patterns import PatternBook

INDEX = "index"
LEARNED = "learned.json"
READABLE = 40
"""Letters of a collection's name that its folder shows."""


def open_recogniser(
    book: PatternBook,
    home: Path,
    *,
    memory: Memory | None = None,
    shared: SharedLevel | None = None,
    numbers: IndexNumbers | None = None,
    show: Callable[[MetricSource], None] | None = None,
) -> JournalRecogniser:
    """Return a recogniser whose indexes outlive the process; whoever opens it closes it.

    Parameters
    ----------
    memory
        Tells when memory is short.
    shared
        Where processes share copies of imprints.
    numbers
        Shows what the indexes say about themselves.
    show
        Takes in what else has numbers to show.
    """
    from grym.adapters.faiss_index import FaissEngine  # noqa: PLC0415 (most processes never search)
    from grym.adapters.index_files import GenerationFolder, NotebookFile  # noqa: PLC0415 (as above)
    from grym.adapters.index_process import ProcessBuilder  # noqa: PLC0415 (as above)
    from grym.memory.index.sealing import Sealer  # noqa: PLC0415 (as above)
    from grym.runtime import sealing  # noqa: PLC0415 (as above)

    engine, shown = FaissEngine(), numbers or IndexNumbers()
    versions: dict[str, int] = {}
    cache = imprint_cache(book, shared=shared, memory=memory, versions=versions.get)
    imprints = CachedImprints(cache, versions)
    if show is not None:
        show(CacheNumbers("imprints", cache.kept))

    def ground(collection: str) -> Ground:
        root = index_folder(home, collection)
        index = LayeredIndex(DIM, engine=engine)
        generations = GenerationFolder(root, report=_passed_over)
        builder = ProcessBuilder(sealing.command(root))
        sealer = Sealer(index, generations=generations, engine=engine, builder=builder)
        learned = LearnedEfforts(NotebookFile(root / LEARNED), now_s=time.time)
        shadow = Shadow(index, learned=learned, report=partial(_steered, collection))
        shadow.start()
        watched = Watched(index=index, sealer=sealer, shadow=shadow)
        shown.watch(collection, watched)
        closing = partial(shown.leave, collection, watched)
        return Ground(index=index, imprints=imprints, sealing=Sealing(index=index, sealer=sealer), closing=closing)

    async def closing() -> None:
        await asyncio.to_thread(shown.close)
        await imprints.aclose()

    return JournalRecogniser(book, ground=ground, closing=closing)


@asynccontextmanager
async def recogniser_at(book: PatternBook, home: Path) -> AsyncIterator[JournalRecogniser]:
    """Open a recogniser for the length of a block."""
    recogniser = open_recogniser(book, home)
    try:
        yield recogniser
    finally:
        await recogniser.aclose()


def index_folder(home: Path, collection: str) -> Path:
    """Return where the generations of a collection lie, by what can be shown of its name and by its digest."""
    digest = hashlib.sha256(collection.encode(errors="surrogatepass")).hexdigest()[:16]
    shown = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in collection[:READABLE])
    return home / INDEX / f"{shown}-{digest}" / EXTRACTOR.replace("/", "-")


def _steered(collection: str, step: Steering) -> None:
    structlog.get_logger("grym.runtime").info(
        "index.effort_changed",
        collection=collection,
        before=step.before,
        after=step.after,
        recall=round(step.recall.estimate, 4),
        looks=step.recall.looks,
    )


def _passed_over(name: str, why: str) -> None:
    structlog.get_logger("grym.runtime").warning("index.generation_refused", generation=name, why=why)
