"""The wire to model servers: its errors carry the server's own name, and a cancelled call cuts it."""

import asyncio
from functools import partial

import pytest

from grym.adapters.server_wire import Server, Wire, exchanged, named_model
from grym.errors import AdapterError
from tests.contract.fakes import eventually
from tests.support.describing import FakeServer, describing_server


def server_at(url: str, *, timeout_s: float = 20.0, max_answer_bytes: int = 1_000) -> Server:
    """Return a server of no particular kind."""
    return Server(
        url=f"{url}/v1",
        called="the oracle",
        code="oracle",
        variable="GRYM_ORACLE",
        timeout_s=timeout_s,
        max_answer_bytes=max_answer_bytes,
    )


def ask(wire: Wire, url: str) -> bytes:
    """Ask for anything."""
    return wire.post(f"{url}/v1/chat/completions", {"question": "?"})[0]


@pytest.mark.parametrize(
    ("fake", "code"),
    [
        (FakeServer(status=500, answer=b"broken"), "oracle.failed"),
        (FakeServer(status=404, answer=b"no such model"), "oracle.refused"),
        (FakeServer(answer=b"x" * 2_000), "oracle.failed"),
        (FakeServer(status=307, headers={"Location": "http://127.0.0.1:9/"}, answer=b""), "oracle.refused"),
    ],
)
async def test_failures_carry_the_servers_name(fake: FakeServer, code: str) -> None:
    """So does the hint, where a setting can mend it."""
    with describing_server(fake) as found, pytest.raises(AdapterError, match="the oracle") as caught:
        await exchanged(server_at(found.url), lambda wire: ask(wire, found.url))
    assert caught.value.code == code
    assert ("GRYM_ORACLE" in caught.value.hint) == (code == "oracle.refused")


async def test_a_cancelled_call_cuts_the_wire() -> None:
    """The thread that waited ends at once, though the server goes on hanging."""
    ends: list[str] = []

    def waiting(wire: Wire, url: str) -> bytes:
        try:
            return ask(wire, url)
        except AdapterError as error:
            ends.append(error.code)
            raise

    async def holds(things: list[object]) -> bool:
        return bool(things)

    with describing_server(FakeServer(hangs=True)) as found:
        call = asyncio.create_task(
            exchanged(server_at(found.url, timeout_s=600.0), lambda wire: waiting(wire, found.url))
        )
        await eventually(partial(holds, found.asked), every_s=0.01)  # type: ignore[arg-type]  # a list is a list
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(5.0):
            await eventually(partial(holds, ends), every_s=0.01)  # type: ignore[arg-type]  # as above
    assert ends == ["oracle.unreachable"]


@pytest.mark.parametrize(
    ("body", "name"),
    [(b'{"model": "r1"}', "r1"), (b'{"model": ""}', None), (b"[1]", None), (b"x", None), (b"[" * 100_000, None)],
)
def test_a_model_names_itself_or_not(body: bytes, name: str | None) -> None:
    """Whatever was answered."""
    assert named_model(body) == name


async def test_models_are_listed_or_default() -> None:
    """The first one is asked where the settings name none."""
    with describing_server(FakeServer()) as found:
        assert await exchanged(server_at(found.url), Wire.models) == ["listener-7b"]
        assert await exchanged(server_at(found.url), Wire.first_model) == "listener-7b"
    assert await exchanged(server_at("http://127.0.0.1:9"), Wire.first_model) == "default"
