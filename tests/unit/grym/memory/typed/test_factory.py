"""The factory: every kind becomes a ready store, and each lack is named exactly."""

from typing import Any

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.memory.typed.composite import CompositeEntries
from grym.memory.typed.configuration import read_config
from grym.memory.typed.factory import Makers, StoreFactory
from grym.memory.typed.tiered import TieredEntries
from grym.memory.typed.vector import VectorEntries
from grym.ports.entries import EntryStore, StoreConfigError, StoreUnavailableError
from tests.unit.grym.memory.typed.fakes import Flaky, entry


def factory() -> StoreFactory:
    """Return one whose servers are dictionaries."""
    clock = VirtualClock()

    def store(_: Any, name: str) -> EntryStore:
        return InMemoryEntries(clock=clock, name=name)

    return StoreFactory(Makers(memory=store, redis=store, postgres=store), clock=clock)


READY: list[tuple[dict[str, Any], type[EntryStore]]] = [
    ({"kind": "memory"}, InMemoryEntries),
    ({"kind": "redis", "redis": {}}, InMemoryEntries),
    ({"kind": "postgres", "postgres": {}}, InMemoryEntries),
    ({"kind": "vector", "vector": {"behind": {"kind": "memory"}}}, VectorEntries),
    (
        {"kind": "composite", "composite": {"truth": {"kind": "memory"}, "fronts": [{"kind": "memory"}]}},
        CompositeEntries,
    ),
    ({"kind": "tiered", "tiered": {"short": {"kind": "memory"}, "long": {"kind": "memory"}}}, TieredEntries),
]


@pytest.mark.parametrize(("values", "kind"), READY)
async def test_every_kind_becomes_a_ready_store(values: dict[str, Any], kind: type[EntryStore]) -> None:
    """It is initialised, and called as configured."""
    store = await factory().open(read_config({**values, "name": "mine"}))
    assert isinstance(store, kind)
    assert store.name == "mine"
    await store.store(entry())
    assert await store.count() == 1
    await store.close()


LACKING: list[tuple[dict[str, Any], str]] = [
    ({"kind": "redis"}, "store is of kind redis, but the section redis is missing"),
    ({"kind": "vector"}, "the section vector is missing"),
    ({"kind": "memory", "redis": {}}, "is of kind memory, but has the section redis"),
    (
        {"kind": "composite", "composite": {"truth": {"kind": "memory"}, "fronts": [{"kind": "redis"}]}},
        "store.composite.fronts[0] is of kind redis, but the section redis is missing",
    ),
    ({"kind": "tiered", "tiered": {"long": {"kind": "postgres"}}}, "store.tiered.long is of kind postgres"),
    ({"kind": "vector", "vector": {"behind": {"kind": "memory"}, "embedder": "magic"}}, "names 'magic'"),
]


@pytest.mark.parametrize(("values", "message"), LACKING)
def test_each_lack_is_named_by_its_place(values: dict[str, Any], message: str) -> None:
    """The message says which section of which store, and the hint what to add."""
    with pytest.raises(StoreConfigError) as caught:
        factory().make(read_config(values))
    assert message in caught.value.message
    assert caught.value.hint


async def test_a_store_that_cannot_be_reached_is_a_typed_error() -> None:
    """Opening raises what the store says, and leaves nothing open."""
    clock = VirtualClock()
    away = Flaky(clock=clock, name="away")
    away.away = True
    made = StoreFactory(
        Makers(memory=lambda *_: away, redis=lambda *_: away, postgres=lambda *_: away), clock=clock
    ).make(read_config({"kind": "memory"}))
    with pytest.raises(StoreUnavailableError, match="away"):
        await made.initialise()
    assert not (await made.health()).ready
