"""A describing server over HTTP, on loopback: what it is sent, and what becomes of its failures."""

import base64
import socket

import pytest

from grym.adapters.breaker import AsyncBreaker, BreakerSettings
from grym.adapters.clock import SystemClock
from grym.adapters.describing_server import ServerDescriber, ServerSettings
from grym.errors import AdapterError
from grym.ports.breaker import BreakerOpenError, NoBreakers
from grym.ports.describing import Asked
from tests.support.describing import FakeServer, describing_server

ASKED = Asked(wav=b"RIFF....WAVE", facts={"tempo_bpm": 96.0}, question="Which dance?")
WALTZ = {"model": "listener-7b-it", "choices": [{"message": {"content": "A waltz."}}]}


def describer(
    url: str, *, timeout_s: float = 20.0, model: str | None = None, key: str | None = None
) -> ServerDescriber:
    """Return a describer without a breaker."""
    settings = ServerSettings(url=url, model=model, key=key, timeout_s=timeout_s)
    return ServerDescriber(settings, NoBreakers().breaker("describer"))


async def test_chat_servers_hear_sound_facts_and_question() -> None:
    """The sound travels as an audio part, facts and question as text; the first model of the server is asked."""
    with describing_server(FakeServer(answer=WALTZ)) as server:
        found = await describer(f"{server.url}/v1", key="secret").describe(ASKED)
    assert (found.text, found.model) == ("A waltz.", "listener-7b-it")
    path, headers, body = server.asked[0]
    sound, words = body["messages"][0]["content"]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert body["model"] == "listener-7b"
    assert base64.b64decode(sound["input_audio"]["data"]) == ASKED.wav
    assert sound["input_audio"]["format"] == "wav"
    assert "Which dance?" in words["text"]
    assert '"tempo_bpm": 96.0' in words["text"]


async def test_small_servers_get_audio_and_question() -> None:
    """Any other address is asked itself, as a small server around one model is."""
    with describing_server(FakeServer(answer={"response": "A waltz."})) as server:
        found = await describer(f"{server.url}/describe", model="gama").describe(ASKED)
    assert (found.text, found.model) == ("A waltz.", "gama")
    path, _, body = server.asked[0]
    assert path == "/describe"
    assert body["facts"] == {"tempo_bpm": 96.0}
    assert base64.b64decode(body["audio"]) == ASKED.wav


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "describer.failed"), (429, "describer.failed"), (401, "describer.refused"), (404, "describer.refused")],
)
async def test_refusals_and_failures_have_names(status: int, code: str) -> None:
    """Each status is told with its number; only what the settings can mend has a hint at them."""
    ill = FakeServer(status=status, answer={"error": "no"})
    with describing_server(ill), pytest.raises(AdapterError) as caught:
        await describer(ill.url).describe(ASKED)
    assert (caught.value.code, caught.value.details["status"]) == (code, status)
    assert ("GRYM_DESCRIBER" in caught.value.hint) == (code == "describer.refused")


async def test_sound_and_key_follow_no_redirection() -> None:
    """A server that sends elsewhere is refused, and elsewhere hears nothing."""
    with describing_server(FakeServer(answer=WALTZ)) as elsewhere:
        moved = FakeServer(status=302, answer={}, headers={"Location": f"{elsewhere.url}/v1/chat/completions"})
        with describing_server(moved) as server, pytest.raises(AdapterError) as caught:
            await describer(f"{server.url}/v1", model="m", key="secret").describe(ASKED)
    assert caught.value.code == "describer.refused"
    assert elsewhere.asked == []


async def test_an_answer_without_words_is_no_description() -> None:
    """Silence is told as such."""
    mute = FakeServer(answer={"choices": [{"message": {"content": ""}}]})
    with describing_server(mute), pytest.raises(AdapterError) as caught:
        await describer(f"{mute.url}/v1", model="m").describe(ASKED)
    assert caught.value.code == "describer.no_answer"


async def test_who_does_not_answer_is_given_up_on() -> None:
    """A server that hangs is left after the time it has."""
    with describing_server(FakeServer(hangs=True)) as server, pytest.raises(AdapterError) as caught:
        await describer(server.url, timeout_s=0.2).describe(ASKED)
    assert caught.value.code == "describer.timeout"


async def test_nobody_there_is_told_and_then_left_alone() -> None:
    """A port without a server is unreachable; after failures in a row the breaker asks no more."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        breaker = AsyncBreaker("describer", clock=SystemClock(), settings=BreakerSettings(failures=2, reset_s=60.0))
        asking = ServerDescriber(ServerSettings(url=url), breaker)
        codes = []
        for _ in range(3):
            with pytest.raises(AdapterError) as caught:
                await asking.describe(ASKED)
            codes.append(caught.value.code)
    assert codes == ["describer.unreachable", "describer.unreachable", BreakerOpenError.default_code]
