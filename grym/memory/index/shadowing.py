"""Shadow queries: a share of what is searched is compared with the truth in the background, and steers what is spent.

Taking a share costs a search less than a microsecond; comparing costs some milliseconds in a thread of its own. Where
more is taken than can be compared, the oldest is forgotten: looking must never hold up searching.
"""

import contextlib
import random
import threading
from collections import deque
from collections.abc import Callable

from grym.errors import AdapterError
from grym.memory.index.checking import Floats
from grym.memory.index.governor import Governor, Steering
from grym.memory.index.layered import LayeredIndex, Layers
from grym.memory.index.learned import LearnedEfforts, key_of
from grym.memory.index.recall import NOTHING_SEEN, Band, look

WAITING = 16
"""Queries that wait to be compared, at most."""

Report = Callable[[Steering], None]


class Shadow:
    """Watches one index and holds its recall.

    Parameters
    ----------
    report
        Is told of each step, in the comparing thread.
    learned
        Where efforts that held are remembered, and taken from.
    seed
        Of the dice that choose the share.
    """

    def __init__(
        self,
        index: LayeredIndex,
        *,
        report: Report = lambda _steering: None,
        learned: LearnedEfforts | None = None,
        seed: int = 0,
    ) -> None:
        self._index = index
        self._report = report
        self._learned = learned
        self._dice = random.Random(seed)  # noqa: S311 - a sample, no secret
        self._waiting: deque[tuple[Layers, Floats]] = deque(maxlen=WAITING)
        self._work = threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._governor: Governor | None = None
        self._governed: object = None
        self._looks = 0
        self._steps = 0
        index.watch(self.offer)

    @property
    def recall(self) -> Band:
        """What is known of the recall of searches as they are now."""
        return NOTHING_SEEN if self._governor is None else self._governor.band()

    @property
    def looks(self) -> int:
        """How many queries were compared."""
        return self._looks

    @property
    def steps(self) -> int:
        """How often what is spent was changed."""
        return self._steps

    def start(self) -> None:
        """Compare in a thread from now on."""
        self._thread = threading.Thread(target=self._compare_all, name="recall", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching, and wait for the thread's last comparison."""
        self._index.watch(None)
        self._stopped = True
        self._work.release()
        if self._thread is not None:
            self._thread.join()

    def offer(self, layers: Layers, queries: Floats) -> None:
        """Take one of these queries, or none, as the dice fall."""
        share = self._index.settings.now.shadow_share
        if layers.base is None or len(layers.base.efforts) == 1 or self._dice.random() >= share * len(queries):
            return
        self._waiting.append((layers, queries[[self._dice.randrange(len(queries))]]))
        self._work.release()

    def compare_one(self) -> Steering | None:
        """Compare the query that has waited longest and return the step that follows from it, if any."""
        try:
            layers, query = self._waiting.popleft()
        except IndexError:
            return None
        if layers.base is None or not query.any():
            return None
        governor = self._governor_of(layers)
        efforts, settings = governor.to_measure(), self._index.settings.now
        stride = max(1, len(layers.base) // settings.shadow_rows)
        rows = slice(self._looks % stride, None, stride)
        looks = look(layers.base, query, k=settings.neighbours, efforts=efforts, findable=layers.findable, rows=rows)
        self._looks += 1
        steering = governor.note(efforts, looks)
        if steering is not None and self._index.layers.base is layers.base:
            self._steps += 1
            self._index.spend(steering.after)
            self._report(steering)
        self._remember(layers, governor)
        return steering

    def _governor_of(self, layers: Layers) -> Governor:
        """Return who governs this generation: a new one goes on from what held before, where it is of the same kind."""
        assert layers.base is not None
        if self._governor is None or self._governed is not layers.base:
            effort = layers.base.manifest.effort
            if self._learned is not None:
                effort = self._learned.effort_for(key_of(layers.base.manifest), otherwise=effort)
            self._governor = Governor(layers.base.efforts, effort=effort, recall=self._index.settings.now.recall)
            self._governed = layers.base
            self._index.spend(effort)
        self._governor.hold(self._index.settings.now.recall)
        return self._governor

    def _remember(self, layers: Layers, governor: Governor) -> None:
        band = governor.band()
        if self._learned is None or layers.base is None or band.lower < self._index.settings.now.recall:
            return
        with contextlib.suppress(AdapterError):  # a full disk: it will be learned again
            self._learned.note(key_of(layers.base.manifest), effort=governor.effort, most=layers.base.efforts[-1])

    def _compare_all(self) -> None:
        while True:
            self._work.acquire()
            if self._stopped:
                return
            self.compare_one()
