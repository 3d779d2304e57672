"""From a configuration to a store that is ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grym.memory.index.flat import FlatIndex
from grym.memory.typed.composite import CompositeEntries
from grym.memory.typed.configuration import (
    CompositeConfig,
    MemoryConfig,
    PostgresConfig,
    RedisConfig,
    StoreConfig,
    TieredConfig,
    VectorConfig,
)
from grym.memory.typed.embedding import LexicalEmbedder
from grym.memory.typed.shelf import NewIndex
from grym.memory.typed.tiered import TieredEntries
from grym.memory.typed.tiers import Tier, TierPolicy
from grym.memory.typed.vector import VectorEntries
from grym.ports.clock import Clock
from grym.ports.entries import Embedder, EntryStore, StoreConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """What makes the stores that lie in something, each with a name for the store, and the embedders by name."""

    memory: Callable[[MemoryConfig, str], EntryStore]
    redis: Callable[[RedisConfig, str], EntryStore]
    postgres: Callable[[PostgresConfig, str], EntryStore]
    embedders: Mapping[str, Embedder] = field(default_factory=lambda: {LexicalEmbedder.name: LexicalEmbedder()})
    new_index: NewIndex = FlatIndex


class StoreFactory:
    """Makes stores."""

    def __init__(self, makers: Makers, *, clock: Clock) -> None:
        self._makers = makers
        self._clock = clock

    async def open(self, config: StoreConfig) -> EntryStore:
        """Return a store that is initialised.

        Raises
        ------
        StoreConfigError
            ``store.config.section`` where the section of its kind is missing, or another one is there;
            ``store.config.embedder``.
        StoreUnavailableError
            Where what it lies in cannot be reached.
        """
        store = self.make(config)
        await store.initialise()
        return store

    def make(self, config: StoreConfig, path: str = "store") -> EntryStore:
        """Return a store that is not initialised yet."""
        section = _section(config, path)
        name = config.name or config.kind
        match section:
            case MemoryConfig():
                return self._makers.memory(section, name)
            case RedisConfig():
                return self._makers.redis(section, name)
            case PostgresConfig():
                return self._makers.postgres(section, name)
            case VectorConfig():
                return self._vector(section, name, path)
            case CompositeConfig():
                return self._composite(section, name, path)
            case TieredConfig():
                return self._tiered(section, name, path)

    def _vector(self, config: VectorConfig, name: str, path: str) -> EntryStore:
        embedder = self._makers.embedders.get(config.embedder)
        if embedder is None:
            raise StoreConfigError(
                f"{path}.vector.embedder names {config.embedder!r}, which is not there",
                store=name,
                code="store.config.embedder",
                hint=f"There are: {', '.join(sorted(self._makers.embedders))}.",
            )
        behind = self.make(config.behind, f"{path}.vector.behind")
        return VectorEntries(behind, embedder=embedder, clock=self._clock, name=name, new_index=self._makers.new_index)

    def _composite(self, config: CompositeConfig, name: str, path: str) -> EntryStore:
        return CompositeEntries(
            truth=self.make(config.truth, f"{path}.composite.truth"),
            fronts=[self.make(one, f"{path}.composite.fronts[{at}]") for at, one in enumerate(config.fronts)],
            clock=self._clock,
            name=name,
            policy=config.policy,
            backfill=config.backfill,
            pending_limit=config.pending_limit,
        )

    def _tiered(self, config: TieredConfig, name: str, path: str) -> EntryStore:
        given: dict[Tier, StoreConfig | None] = {"short": config.short, "medium": config.medium, "long": config.long}
        tiers = {tier: self.make(one, f"{path}.tiered.{tier}") for tier, one in given.items() if one is not None}
        idle_s: dict[Tier, float | None] = {
            "short": config.short_idle_s,
            "medium": config.medium_idle_s,
            "long": config.long_idle_s,
        }
        policy = TierPolicy(promote_uses=config.promote_uses, idle_s=idle_s)
        return TieredEntries(tiers, clock=self._clock, name=name, policy=policy)


Section = MemoryConfig | RedisConfig | PostgresConfig | VectorConfig | CompositeConfig | TieredConfig


def _section(config: StoreConfig, path: str) -> Section:
    """Return the one section that belongs to the kind; without settings of its own a kind needs none."""
    kinds = ("memory", "redis", "postgres", "vector", "composite", "tiered")
    other = next((kind for kind in kinds if kind != config.kind and getattr(config, kind) is not None), None)
    if other is not None:
        raise StoreConfigError(
            f"{path} is of kind {config.kind}, but has the section {other}",
            code="store.config.section",
            hint=f"Remove {path}.{other}, or choose that kind.",
        )
    section: Section | None = getattr(config, config.kind)
    if section is None and config.kind == "memory":
        return MemoryConfig()
    if section is None:
        raise StoreConfigError(
            f"{path} is of kind {config.kind}, but the section {config.kind} is missing",
            code="store.config.section",
            hint=f"Add {path}.{config.kind}.",
        )
    return section
