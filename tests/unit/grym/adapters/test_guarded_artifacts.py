"""A guarded store sits out a hiccup, tells its breaker of an outage, and blames it for nothing else."""

from pathlib import Path

import pytest

from grym.adapters.breaker import AsyncBreaker, BreakerSettings
from grym.adapters.guarded_artifacts import GuardedArtifacts, ping
from grym.adapters.retrying import ATTEMPTS, again
from grym.errors import PermanentError, UnavailableError
from grym.ports.artifacts import ArtifactStore
from grym.ports.breaker import BreakerOpenError
from schemas.body import ArtifactRef
from tests.contract.fakes import LoopClock, MemoryArtifacts, run_virtual


class Shaky(MemoryArtifacts):
    """A store that fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__()
        self.failures = failures
        self.calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.failures > 0:
            self.failures -= 1
            raise UnavailableError("reset by peer")

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store, or fail."""
        self._call()
        return await super().put(payload, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return, or fail."""
        self._call()
        return await super().get(ref)

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Sweep nothing, or fail."""
        del referenced, grace_s
        self._call()
        return 0


def guarded(store: Shaky, told: list[str] | None = None) -> tuple[GuardedArtifacts, AsyncBreaker]:
    """Return a guarded store with its breaker."""
    breaker = AsyncBreaker("artifacts", clock=LoopClock(), settings=BreakerSettings(failures=2))
    return GuardedArtifacts(store, breaker, None if told is None else told.append), breaker


def test_a_hiccup_is_sat_out_in_place() -> None:
    """Two failures in a row are no failure of the call; each further try is told."""

    async def work() -> None:
        store, told = Shaky(failures=ATTEMPTS - 1), list[str]()
        artifacts, breaker = guarded(store, told)
        port: ArtifactStore = artifacts
        ref = await port.put(b"sound", media_type="audio/wav")
        assert await port.get(ref) == b"sound"
        assert breaker.state == "closed"
        assert told == ["artifacts.put"] * (ATTEMPTS - 1)

    run_virtual(work())


def test_an_outage_opens_the_breaker_and_the_store_is_left_alone() -> None:
    """After two calls of three tries each, no further call reaches the store, and the retries end within seconds."""

    async def work() -> None:
        store, clock = Shaky(failures=1000), LoopClock()
        artifacts, breaker = guarded(store)
        for _ in range(2):
            with pytest.raises(UnavailableError, match="reset"):
                await artifacts.put(b"sound", media_type="audio/wav")
        assert clock.monotonic_s() < 2
        assert breaker.state == "open"
        calls = store.calls
        assert calls == 2 * ATTEMPTS
        with pytest.raises(BreakerOpenError):
            await artifacts.put(b"sound", media_type="audio/wav")
        assert store.calls == calls

    run_virtual(work())


def test_what_is_missing_is_no_outage() -> None:
    """A reference to nothing fails at once, is not tried again, and says nothing about the store."""

    async def work() -> None:
        store = Shaky()
        artifacts, breaker = guarded(store)
        nothing = ArtifactRef(uri=f"artifact://sha256/{'1' * 64}", size_bytes=1, media_type="audio/wav")
        for _ in range(5):
            with pytest.raises(PermanentError):
                await artifacts.get(nothing)
        assert store.calls == 5
        assert breaker.state == "closed"

    run_virtual(work())


def test_a_sweep_goes_through_the_breaker_too() -> None:
    """It is not tried again: the next sweep comes anyway."""

    async def work() -> None:
        store = Shaky(failures=1)
        artifacts, _ = guarded(store)
        with pytest.raises(UnavailableError):
            await artifacts.sweep(set(), grace_s=0)
        assert await artifacts.sweep(set(), grace_s=0) == 0
        assert store.calls == 2

    run_virtual(work())


def test_a_ping_asks_for_what_cannot_be_there() -> None:
    """That it is missing is an answer; an error of the store is none."""

    async def work() -> None:
        store = Shaky()
        await ping(store)
        store.failures = 1
        with pytest.raises(UnavailableError):
            await ping(store)

    run_virtual(work())


async def test_a_ping_to_a_folder_is_answered(tmp_path: Path) -> None:
    """The store of the embedded runtime answers as well."""
    from grym.adapters.artifact_folder import FolderArtifacts

    await ping(FolderArtifacts(tmp_path / "artifacts"))


def test_a_refusal_of_a_breaker_is_not_tried_again() -> None:
    """Asking again at once would only be refused again."""

    async def work() -> None:
        calls = 0

        async def refused() -> None:
            nonlocal calls
            calls += 1
            raise BreakerOpenError("open")

        with pytest.raises(BreakerOpenError):
            await again(refused, operation="test")
        assert calls == 1

    run_virtual(work())
