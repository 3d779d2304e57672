"""What a store is made from: frozen, checked when made, strict about names; text is kept as it is given.

`read_config` reads nested mappings, as from JSON or TOML; `config_of` uses the addresses grym itself is set up with.
"""

import difflib
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from urllib.parse import quote, unquote, urlsplit

from grym.domain.entries import lexical
from grym.memory.typed.composite import MAX_PENDING, WritePolicy
from grym.memory.typed.secrets import Secret
from grym.memory.typed.tiers import DAY_S
from grym.ports.entries import StoreConfigError

T = TypeVar("T")

Kind = Literal["memory", "redis", "postgres", "vector", "composite", "tiered"]
MAX_POOL = 10
MAX_PORT = 65_535
FRONT_TTL_S = 300.0
"""Seconds a copy in front of the truth lives: how long one may be wrong that a dead process failed to take back."""


def _require(condition: object, field: str, rule: str) -> None:
    if not condition:
        raise StoreConfigError(f"{field} {rule}", code="store.config.value", hint=f"Correct {field}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig:
    """A store in this process; `max_entries` bounds it, None does not."""

    max_entries: int | None = None

    def __post_init__(self) -> None:
        _require(self.max_entries is None or self.max_entries > 0, "memory.max_entries", "must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisConfig:
    """A Redis server.

    Parameters
    ----------
    prefix
        What every name begins with.
    ttl_s
        Seconds after which every entry goes; None for its own expiry only.
    """

    host: str = "localhost"
    port: int = 6379
    db: int = 0
    username: str | None = None
    password: Secret | None = None
    tls: bool = False
    prefix: str = "grym:entry:"
    ttl_s: float | None = None

    def __post_init__(self) -> None:
        _require(self.host, "redis.host", "must not be empty")
        _require(0 < self.port <= MAX_PORT, "redis.port", f"must lie between 1 and {MAX_PORT}")
        _require(self.db >= 0, "redis.db", "must not be negative")
        _require(self.prefix, "redis.prefix", "must not be empty, since others may use the server too")
        _require(self.ttl_s is None or self.ttl_s > 0, "redis.ttl_s", "must be positive")

    @property
    def url(self) -> Secret:
        """The server's URL with the password in it."""
        login = quote(self.username or "", safe="")
        if self.password is not None:
            login += f":{quote(self.password.reveal(), safe='')}"
        at = f"{login}@" if login else ""
        return Secret(f"redis{'s' * self.tls}://{at}{self.host}:{self.port}/{self.db}")

    @classmethod
    def from_url(cls, url: str, *, ttl_s: float | None = None) -> "RedisConfig":
        """Read redis://user:password@host:port/db.

        Raises
        ------
        StoreConfigError
            ``store.config.value``; the message does not repeat the URL.
        """
        parts = urlsplit(url)
        try:
            _require(parts.scheme in {"redis", "rediss"}, "redis.url", "must begin with redis:// or rediss://")
            port, db = parts.port or 6379, int(parts.path.strip("/") or 0)
        except ValueError as error:
            raise StoreConfigError(
                "redis.url has a port or database that is no number", code="store.config.value"
            ) from error
        return cls(
            host=parts.hostname or "localhost",
            port=port,
            db=db,
            username=unquote(parts.username) if parts.username else None,
            password=None if parts.password is None else Secret(unquote(parts.password)),
            tls=parts.scheme == "rediss",
            ttl_s=ttl_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresConfig:
    """A PostgreSQL server.

    Parameters
    ----------
    url
        postgresql://…; None for the embedded one of this home.
    pool_size
        Connections for writing, and as many for reading.
    """

    url: Secret | None = None
    pool_size: int = 2

    def __post_init__(self) -> None:
        _require(1 <= self.pool_size <= MAX_POOL, "postgres.pool_size", f"must lie between 1 and {MAX_POOL}")
        begins = self.url is None or self.url.reveal().startswith(("postgresql://", "postgres://"))
        _require(begins, "postgres.url", "must begin with postgresql://")


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorConfig:
    """An index over a store.

    Parameters
    ----------
    behind
        The store that keeps the entries.
    embedder
        Name of what makes vectors of texts.
    """

    behind: "StoreConfig"
    embedder: str = lexical.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeConfig:
    """A durable store and nearer ones, nearest first."""

    truth: "StoreConfig"
    fronts: tuple["StoreConfig", ...] = ()
    policy: WritePolicy = "through"
    backfill: bool = True
    pending_limit: int = MAX_PENDING

    def __post_init__(self) -> None:
        _require(self.pending_limit > 0, "composite.pending_limit", "must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredConfig:
    """Short, medium and long memory; one that is left out is skipped. The rest as in `TierPolicy`."""

    short: "StoreConfig | None" = None
    medium: "StoreConfig | None" = None
    long: "StoreConfig | None" = None
    promote_uses: int = 3
    short_idle_s: float | None = DAY_S
    medium_idle_s: float | None = 30 * DAY_S
    long_idle_s: float | None = None

    def __post_init__(self) -> None:
        _require(self.short or self.medium or self.long, "tiered", "needs at least one of short, medium and long")
        _require(self.promote_uses > 0, "tiered.promote_uses", "must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """A store: its kind, and the section of that kind."""

    kind: Kind
    name: str = ""
    memory: MemoryConfig | None = None
    redis: RedisConfig | None = None
    postgres: PostgresConfig | None = None
    vector: VectorConfig | None = None
    composite: CompositeConfig | None = None
    tiered: TieredConfig | None = None


def config_of(*, database: str | None, redis: str | None) -> StoreConfig:
    """Return the store of grym's own settings: PostgreSQL, with Redis in front of it where there is one."""
    truth = StoreConfig(kind="postgres", postgres=PostgresConfig(url=None if database is None else Secret(database)))
    if redis is None:
        return truth
    front = StoreConfig(kind="redis", redis=RedisConfig.from_url(redis, ttl_s=FRONT_TTL_S))
    return StoreConfig(kind="composite", composite=CompositeConfig(truth=truth, fronts=(front,)))


def read_config(values: Mapping[str, Any]) -> StoreConfig:
    """Read a configuration from nested mappings.

    Raises
    ------
    StoreConfigError
        ``store.config.unknown``, ``store.config.missing``, ``store.config.type`` or ``store.config.value``; the message
        names the field by its path and never a secret.
    """
    return _read(StoreConfig, values, "store")


def _read(kind: type[T], values: Any, path: str) -> T:
    if not isinstance(values, Mapping):
        raise _wrong_type(path, "a section")
    hints = get_type_hints(kind)
    known = {field.name: hints[field.name] for field in fields(cast("Any", kind))}
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            raise StoreConfigError(
                f"{path}.{name} is no setting",
                code="store.config.unknown",
                hint=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}.",
            )
    read = {name: _value(known[name], value, f"{path}.{name}") for name, value in values.items()}
    try:
        return kind(**read)
    except TypeError as error:
        missing = next(name for name in known if name not in read and f"'{name}'" in str(error))
        raise StoreConfigError(
            f"{path}.{missing} is missing", code="store.config.missing", hint=f"Add {path}.{missing}."
        ) from error


def _value(hint: Any, value: Any, path: str) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        if value is None and type(None) in get_args(hint):
            return None
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise _wrong_type(path, f"one of {', '.join(get_args(hint))}")
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise _wrong_type(path, "a list")
        return tuple(_value(get_args(hint)[0], one, f"{path}[{at}]") for at, one in enumerate(value))
    return _plain(hint, value, path)


def _plain(hint: Any, value: Any, path: str) -> Any:
    if isinstance(value, hint):
        if isinstance(value, bool) and hint is not bool:
            raise _wrong_type(path, "a number")
        return value
    if hint is Secret and isinstance(value, str):
        return Secret(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hasattr(hint, "__dataclass_fields__"):
        return _read(hint, value, path)
    raise _wrong_type(
        path, {str: "text", Secret: "text", int: "a whole number", bool: "true or false"}.get(hint, "a number")
    )


def _wrong_type(path: str, wanted: str) -> StoreConfigError:
    return StoreConfigError(f"{path} must be {wanted}", code="store.config.type", hint=f"Correct {path}.")
