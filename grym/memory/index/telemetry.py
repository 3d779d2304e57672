"""What indexes say about themselves: read when somebody asks, counted where it happens."""

from collections.abc import Iterator
from dataclasses import dataclass

from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.index.shadowing import Shadow
from grym.ports.metrics import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """An index with what keeps it."""

    index: LayeredIndex
    sealer: Sealer
    shadow: Shadow


class IndexNumbers:
    """Shows the numbers of all indexes of a process, by name; a `MetricSource`."""

    def __init__(self) -> None:
        self._watched: dict[str, Watched] = {}

    def watch(self, name: str, watched: Watched) -> None:
        """Show an index under a name, in place of the one that had it, whose shadow ends."""
        before, self._watched[name] = self._watched.get(name), watched
        if before is not None:
            before.shadow.close()

    def leave(self, name: str, watched: Watched) -> None:
        """Show an index no more, and end its shadow; one that took its name stays."""
        if self._watched.get(name) is watched:
            del self._watched[name]
        watched.shadow.close()

    def close(self) -> None:
        """End all shadows."""
        for watched in self._watched.values():
            watched.shadow.close()

    def samples(self) -> Iterator[Sample]:
        """Return everything, recall only where it was measured."""
        for name, watched in list(self._watched.items()):
            index, shadow, sealer = watched.index, watched.shadow, watched.sealer
            yield Sample(name="index_vectors", value=len(index), of=name)
            yield Sample(name="index_unsealed", value=index.layers.newer, of=name)
            yield Sample(name="index_effort", value=index.effort, of=name)
            yield Sample(name="index_looks", value=shadow.looks, of=name)
            yield Sample(name="index_steps", value=shadow.steps, of=name)
            yield Sample(name="index_seals", value=sealer.seals, of=name)
            yield Sample(name="index_seal_failures", value=sealer.failures, of=name)
            band = shadow.recall
            if band.looks:
                yield Sample(name="index_recall", value=band.estimate, of=name)
                yield Sample(name="index_recall_lower", value=band.lower, of=name)
