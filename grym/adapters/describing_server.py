"""A server that puts sound into words: OpenAI-compatible (vLLM and others), or GAMA-like.

A URL that ends in ``/v1`` or ``/chat/completions`` is spoken to in the chat protocol of OpenAI, the sound as an
``input_audio`` part. Any other URL gets ``{"audio": <WAV in base64>, "question": …, "facts": …}`` itself, as a small
server around a model such as GAMA takes it. What was measured is handed over as facts in both. Redirections are not
followed: the sound goes where the settings say, and nowhere else.
"""

import asyncio
import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from grym.adapters.describing_answers import answer_text
from grym.errors import AdapterError, UnavailableError
from grym.ports.breaker import Breaker
from grym.ports.describing import Asked, Description

MAX_ANSWER_BYTES = 1 << 20
BLOCK_BYTES = 1 << 16
MAX_TOKENS = 700
"""Some 500 words."""
MOST_TELLING_CHARACTERS = 300
OVERLOADED = 429

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


class ServerDescriber:
    """Asks a server over HTTP (see `grym.ports.describing.Describer`)."""

    def __init__(self, settings: ServerSettings, breaker: Breaker) -> None:
        self._settings = settings
        self._breaker = breaker

    async def describe(self, asked: Asked) -> Description:
        """Send sound and facts, and return the words that come back (see the port)."""
        return await self._breaker.call(lambda: asyncio.to_thread(self._describe, asked))

    def _describe(self, asked: Asked) -> Description:
        wire = _Wire(self._settings)
        base = self._settings.url.rstrip("/")
        if base.endswith(("/v1", "/chat/completions")):
            base = base.removesuffix("/chat/completions")
            model = self._settings.model or wire.first_model(f"{base}/models")
            url, content = f"{base}/chat/completions", _chat(asked, model)
        else:
            model = self._settings.model or "unnamed"
            url, content = self._settings.url, _plain_question(asked)
        body, media_type = wire.post(url, content)
        return Description(text=answer_text(body, media_type=media_type), model=_named(body) or model)


class _Wire:
    """One exchange with the server, within one limit of time."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._until_s = time.monotonic() + settings.timeout_s
        self._opener = urllib.request.build_opener(_StayHere)

    def first_model(self, url: str) -> str:
        """Return the first model that the server lists; ``default`` where it lists none."""
        try:
            body, _ = self._read(urllib.request.Request(url, headers=self._headers()))  # noqa: S310 (http by settings)
            return str(json.loads(body)["data"][0]["id"])
        except (AdapterError, ValueError, LookupError, TypeError):
            return "default"

    def post(self, url: str, content: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return body and media type of the answer."""
        headers = {"Content-Type": "application/json", **self._headers()}
        data = json.dumps(content).encode()
        return self._read(urllib.request.Request(url, data=data, headers=headers, method="POST"))  # noqa: S310 (as above)

    def _headers(self) -> dict[str, str]:
        return {} if self._settings.key is None else {"Authorization": f"Bearer {self._settings.key}"}

    def _read(self, request: urllib.request.Request) -> tuple[bytes, str]:
        try:
            with self._opener.open(request, timeout=max(0.1, self._left_s())) as answer:
                return self._body(answer), str(answer.headers.get_content_type())
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error) from error
        except TimeoutError as error:
            raise self._too_slow() from error
        except (OSError, HTTPException) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._too_slow() from error
            raise UnavailableError(
                f"the describing server cannot be reached: {error}"[:MOST_TELLING_CHARACTERS],
                code="describer.unreachable",
                hint="Check GRYM_DESCRIBER, and that the server runs.",
            ) from error

    def _body(self, answer: Any) -> bytes:
        """Read the answer piece by piece: one that trickles in keeps nobody beyond the limit."""
        found = bytearray()
        while piece := answer.read1(BLOCK_BYTES):
            found += piece
            if len(found) > MAX_ANSWER_BYTES:
                raise AdapterError("the describing server's answer is too long", code="describer.failed")
            if self._left_s() <= 0:
                raise self._too_slow()
        return bytes(found)

    def _left_s(self) -> float:
        return self._until_s - time.monotonic()

    def _too_slow(self) -> AdapterError:
        return AdapterError(
            f"the describing server did not answer within {self._settings.timeout_s:g} s",
            code="describer.timeout",
            hint="Give it longer with GRYM_DESCRIBER_TIMEOUT_S.",
        )


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(  # noqa: PLR0917 (as it is called)
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Return None: the redirection becomes an error."""
        del req, fp, code, msg, headers, newurl


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


def _named(body: bytes) -> str | None:
    """Return the model that an answer says it is by."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    name = found.get("model") if isinstance(found, dict) else None
    return name if isinstance(name, str) and name else None


def _refused(error: urllib.error.HTTPError) -> AdapterError:
    ill = error.code >= 500 or error.code == OVERLOADED  # noqa: PLR2004 (the status codes of HTTP)
    detail = error.read(MOST_TELLING_CHARACTERS).decode("utf-8", errors="replace")
    return AdapterError(
        f"the describing server said {error.code}: {' '.join(detail.split())}".rstrip(": "),
        code="describer.failed" if ill else "describer.refused",
        hint="" if ill else "Check GRYM_DESCRIBER, GRYM_DESCRIBER_MODEL and GRYM_DESCRIBER_KEY.",
        details={"status": error.code},
    )
