"""What a copy worker reads from its environment, for ours and for every peer alike; nothing but the standard library.

A copy worker copies key, value and headers of every record from one topic to another. What the variables mean:
`docs/benchmarks.md`.
"""

import importlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySettings:
    """What to copy, from where, as whom.

    Parameters
    ----------
    worker
        A stable identity: the same after a restart.
    session_ms
        Milliseconds after which a worker that is silent counts as dead.
    codec
        ``raw`` copies bytes; ``json`` decodes and encodes every value.
    faults
        Whether `process(value)` of the module `processor` is called for every record.
    linger_ms
        Milliseconds a peer's producer waits for more; each peer is measured with what suits it best.
    heartbeat_ms
        Milliseconds between two of a peer's signs of life; by default three may be missed.
    """

    bootstrap: str
    in_topic: str
    out_topic: str
    dead_topic: str
    group: str
    worker: str
    session_ms: int
    codec: str
    faults: bool
    linger_ms: int
    heartbeat_ms: int


class EnvironmentFaultError(ValueError):
    """A variable is missing or makes no sense."""


def from_environment() -> CopySettings:
    """Return the settings of this process.

    Raises
    ------
    EnvironmentFaultError
        Naming the variable and what it must be.
    """
    codec = _optional("CODEC", "raw")
    if codec not in {"raw", "json"}:
        raise EnvironmentFaultError(f"CODEC is {codec!r}; it must be raw or json")
    session_ms = _number("SESSION_MS", 10_000)
    return CopySettings(
        bootstrap=_required("BOOTSTRAP"),
        in_topic=_required("IN_TOPIC"),
        out_topic=_required("OUT_TOPIC"),
        dead_topic=_optional("DEAD_TOPIC", ""),
        group=_required("GROUP"),
        worker=_optional("WORKER", ""),
        session_ms=session_ms,
        codec=codec,
        faults=_optional("FAULTS", "") not in {"", "0"},
        linger_ms=_number("LINGER_MS", 0),
        heartbeat_ms=_number("HEARTBEAT_MS", max(session_ms // 4, 100)),
    )


def step(settings: CopySettings) -> Step | None:
    """Return what is done to every value, None when the bytes go through as they are."""
    process = importlib.import_module("processor").process if settings.faults else None
    if settings.codec == "raw" and process is None:
        return None

    def work(value: bytes) -> bytes:
        if process is not None:
            process(value)
        return recode(value) if settings.codec == "json" else value

    return work


def recode(value: bytes) -> bytes:
    """Decode and encode a value as JSON, as a worker that looks inside would."""
    return json.dumps(json.loads(value), separators=(",", ":")).encode()


def optional(name: str) -> str | None:
    """Return a variable that only one of the workers knows."""
    return _optional(name, "") or None


def _required(name: str) -> str:
    value = _optional(name, "")
    if not value:
        raise EnvironmentFaultError(f"{name} is not set")
    return value


def _number(name: str, default: int) -> int:
    text = _optional(name, str(default))
    if not text.isdecimal():
        raise EnvironmentFaultError(f"{name} is {text!r}; it must be a whole number")
    return int(text)


def _optional(name: str, default: str) -> str:
    # A worker is a program of its own, and a peer's environment has no grym in it.
    return os.environ.get(name, default)  # noqa: TID251
