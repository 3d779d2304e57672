"""A server that puts sound into words: OpenAI-compatible (vLLM and others), or GAMA-like.

A URL that ends in ``/v1`` or ``/chat/completions`` is spoken to in the chat protocol of OpenAI, the sound as an
``input_audio`` part. Any other URL gets ``{"audio": <WAV in base64>, "question": …, "facts": …}`` itself, as a small
server around a model such as GAMA takes it. What was measured is handed over as facts in both.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

from grym.adapters.describing_answers import answer_text
from grym.adapters.server_wire import Server, Wire, exchanged, named_model
from grym.ports.breaker import Breaker
from grym.ports.describing import Asked, Description

MAX_TOKENS = 700
"""Some 500 words."""

TASK = (
    "Describe this recording for a musician in a few plain sentences: instruments, character, how it develops. "
    "These facts were measured and are right; do not contradict them, and do not invent others: {facts}"
)
QUESTION = (
    "Answer this question about the recording in a few plain sentences: {question}\n"
    "These facts were measured and are right; do not contradict them: {facts}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the server is, which model is asked, and how long it may take; None for what the server decides."""

    url: str
    model: str | None = None
    key: str | None = None
    timeout_s: float = 120.0

    @property
    def server(self) -> Server:
        """The server as errors call it."""
        return Server(
            url=self.url,
            called="the describing server",
            code="describer",
            variable="GRYM_DESCRIBER",
            key=self.key,
            timeout_s=self.timeout_s,
        )


class ServerDescriber:
    """Asks a server over HTTP (see `grym.ports.describing.Describer`)."""

    def __init__(self, settings: ServerSettings, breaker: Breaker) -> None:
        self._settings = settings
        self._breaker = breaker

    async def describe(self, asked: Asked) -> Description:
        """Send sound and facts, and return the words that come back (see the port)."""
        return await self._breaker.call(lambda: exchanged(self._settings.server, lambda wire: self._ask(wire, asked)))

    def _ask(self, wire: Wire, asked: Asked) -> Description:
        server = self._settings.server
        if server.url.rstrip("/").endswith(("/v1", "/chat/completions")):
            model = self._settings.model or wire.first_model()
            url, content = f"{server.base}/chat/completions", _chat(asked, model)
        else:
            model = self._settings.model or "unnamed"
            url, content = server.url, _plain_question(asked)
        body, media_type = wire.post(url, content)
        return Description(text=answer_text(body, media_type=media_type), model=named_model(body) or model)


def _chat(asked: Asked, model: str) -> dict[str, Any]:
    sound = {"data": base64.b64encode(asked.wav).decode(), "format": "wav"}
    parts = [{"type": "input_audio", "input_audio": sound}, {"type": "text", "text": task_of(asked)}]
    return {"model": model, "messages": [{"role": "user", "content": parts}], "max_tokens": MAX_TOKENS}


def _plain_question(asked: Asked) -> dict[str, Any]:
    audio = base64.b64encode(asked.wav).decode()
    return {"audio": audio, "format": "wav", "question": task_of(asked), "facts": dict(asked.facts)}


def task_of(asked: Asked) -> str:
    """Return what a model is asked to do."""
    facts = json.dumps(asked.facts, ensure_ascii=False)
    return QUESTION.format(question=asked.question, facts=facts) if asked.question else TASK.format(facts=facts)
