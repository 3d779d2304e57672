"""Configurations: strict, frozen, and careful with secrets; each trap of the earlier design is one of these."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from grym.memory.typed.configuration import (
    CompositeConfig,
    PostgresConfig,
    RedisConfig,
    StoreConfig,
    config_of,
    read_config,
)
from grym.memory.typed.secrets import Secret
from grym.ports.entries import StoreConfigError

PASSWORD = "  Tr0ub4dor & ÄÖ:/@%20 "


def test_a_password_survives_to_the_character() -> None:
    """Capitals, spaces, signs of URLs and all, through mapping and URL and back."""
    config = read_config({"kind": "redis", "redis": {"password": PASSWORD, "prefix": "MyApp:"}})
    assert config.redis is not None
    assert config.redis.password is not None
    assert config.redis.password.reveal() == PASSWORD
    assert config.redis.prefix == "MyApp:"
    again = RedisConfig.from_url(config.redis.url.reveal())
    assert again.password == Secret(PASSWORD)


def test_no_secret_is_printed() -> None:
    """Neither by the configuration, nor by what goes wrong with it."""
    config = read_config(
        {
            "kind": "composite",
            "composite": {
                "truth": {"kind": "postgres", "postgres": {"url": f"postgresql://me:{PASSWORD}@db/grym"}},
                "fronts": [{"kind": "redis", "redis": {"password": PASSWORD}}],
            },
        }
    )
    assert "Tr0ub4dor" not in repr(config)
    assert "Tr0ub4dor" not in f"{config} {RedisConfig(password=Secret(PASSWORD)).url}"
    for wrong in ("mysql://me:Tr0ub4dor@db", "redis://me:Tr0ub4dor@db:many/0"):
        with pytest.raises(StoreConfigError) as caught:
            RedisConfig.from_url(wrong)
        assert "Tr0ub4dor" not in f"{caught.value} {caught.value.details} {caught.value.hint}"


def test_configurations_are_frozen() -> None:
    """What a store was made from does not change under it."""
    config = StoreConfig(kind="memory")
    with pytest.raises(FrozenInstanceError):
        config.kind = "redis"  # type: ignore[misc]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("store.config.unknown", {"kind": "redis", "redis": {"prot": 1}}, "store.redis.prot"),
    ("store.config.unknown", {"kind": "memory", "colour": "red"}, "store.colour"),
    ("store.config.missing", {}, "store.kind"),
    ("store.config.missing", {"kind": "composite", "composite": {}}, "store.composite.truth"),
    ("store.config.type", {"kind": "eternal"}, "store.kind"),
    ("store.config.type", {"kind": "redis", "redis": {"port": "6379"}}, "store.redis.port"),
    ("store.config.type", {"kind": "redis", "redis": {"port": True}}, "store.redis.port"),
    ("store.config.type", {"kind": "redis", "redis": {"tls": 1}}, "store.redis.tls"),
    ("store.config.type", {"kind": "redis", "redis": []}, "store.redis"),
    ("store.config.type", {"kind": "postgres", "postgres": {"url": 5}}, "store.postgres.url must be text"),
    ("store.config.type", {"kind": "composite", "composite": {"truth": {"kind": "memory"}, "fronts": 1}}, "fronts"),
    ("store.config.type", {"kind": "memory", "memory": {"max_entries": 1.5}}, "store.memory.max_entries"),
    ("store.config.value", {"kind": "redis", "redis": {"port": 70_000}}, "redis.port"),
    ("store.config.value", {"kind": "redis", "redis": {"host": ""}}, "redis.host"),
    ("store.config.value", {"kind": "redis", "redis": {"prefix": ""}}, "redis.prefix"),
    ("store.config.value", {"kind": "redis", "redis": {"ttl_s": 0}}, "redis.ttl_s"),
    ("store.config.value", {"kind": "postgres", "postgres": {"pool_size": 11}}, "postgres.pool_size"),
    ("store.config.value", {"kind": "postgres", "postgres": {"url": "mysql://x"}}, "postgres.url"),
    ("store.config.value", {"kind": "tiered", "tiered": {}}, "tiered"),
]


@pytest.mark.parametrize(("code", "values", "place"), WRONG)
def test_each_mistake_is_named_by_its_place(code: str, values: dict[str, Any], place: str) -> None:
    """Unknown names, missing ones, wrong types and impossible values are told apart."""
    with pytest.raises(StoreConfigError) as caught:
        read_config(values)
    assert caught.value.code == code
    assert place in caught.value.message
    assert caught.value.hint


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    """The nearest one is proposed."""
    with pytest.raises(StoreConfigError) as caught:
        read_config({"kind": "redis", "redis": {"passwd": "x"}})
    assert "password" in caught.value.hint


def test_the_settings_of_grym_make_a_store() -> None:
    """PostgreSQL alone, or with Redis in front of it, whose copies live for a while only."""
    assert config_of(database=None, redis=None) == StoreConfig(kind="postgres", postgres=PostgresConfig())
    config = config_of(database="postgresql://db/grym", redis="rediss://:p%40ss@cache:7000/2")
    assert isinstance(config.composite, CompositeConfig)
    (front,) = config.composite.fronts
    assert front.redis is not None
    assert (front.redis.host, front.redis.port, front.redis.db, front.redis.tls) == ("cache", 7000, 2, True)
    assert front.redis.password == Secret("p@ss")
    assert front.redis.ttl_s is not None
