"""One exchange with a server of the settings, by HTTP and within one limit of time; its failures as errors of grym.

Redirections are not followed: what is sent goes where the settings say, and nowhere else. A call that is cancelled ends
its connections, so that no thread outlives the question by more than a moment.
"""

import asyncio
import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, TypeVar

from grym.errors import AdapterError, UnavailableError

T = TypeVar("T")

BLOCK_BYTES = 1 << 16
MOST_TELLING_CHARACTERS = 300
OVERLOADED = 429
"""The status of a server that answers nobody for now: it is ill, the settings are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server is, how long it may take, and what it is called in errors.

    Parameters
    ----------
    called
        Such as ``the describing server``.
    code
        What the codes of its errors begin with, such as ``describer``.
    variable
        The setting that names it; others of it begin alike.
    max_answer_bytes
        What a longer answer is refused for.
    """

    url: str
    called: str
    code: str
    variable: str
    key: str | None = None
    timeout_s: float = 120.0
    max_answer_bytes: int = 1 << 20

    @property
    def base(self) -> str:
        """Return the address that ``/chat/completions`` and ``/models`` follow, in the protocol of OpenAI."""
        return self.url.rstrip("/").removesuffix("/chat/completions")


class Wire:
    """One exchange with a server; belongs to one thread, but for `abort`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._until_s = time.monotonic() + server.timeout_s
        self._sockets: list[socket.socket] = []
        self._aborted = False
        handlers = (_StayHere, _KeptPlain(self._sockets), _KeptSecure(self._sockets))
        self._opener = urllib.request.build_opener(*handlers)

    def first_model(self) -> str:
        """Return the first model that the server lists; ``default`` where it lists none."""
        try:
            return self.models()[0]
        except (AdapterError, LookupError):
            return "default"

    def models(self) -> list[str]:
        """Return the models that the server lists.

        Raises
        ------
        AdapterError
            As `post`; ``CODE.failed`` where what it says is no list of models.
        """
        request = urllib.request.Request(f"{self._server.base}/models", headers=self._headers())  # noqa: S310 (http by settings)
        body, _ = self._read(request)
        try:
            return [str(model["id"]) for model in json.loads(body)["data"]]
        except (ValueError, LookupError, TypeError) as error:
            raise AdapterError(f"{self._server.called} lists no models", code=self._code("failed")) from error

    def post(self, url: str, content: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return body and media type of the answer.

        Raises
        ------
        AdapterError
            ``CODE.unreachable``, ``CODE.timeout``, ``CODE.failed`` or ``CODE.refused``.
        """
        headers = {"Content-Type": "application/json", **self._headers()}
        data = json.dumps(content).encode()
        return self._read(urllib.request.Request(url, data=data, headers=headers, method="POST"))  # noqa: S310 (as above)

    def abort(self) -> None:
        """End the exchange from another thread: whoever waits for bytes gets an error."""
        self._aborted = True
        for kept in tuple(self._sockets):
            with suppress(OSError):
                kept.shutdown(socket.SHUT_RDWR)

    def _headers(self) -> dict[str, str]:
        return {} if self._server.key is None else {"Authorization": f"Bearer {self._server.key}"}

    def _read(self, request: urllib.request.Request) -> tuple[bytes, str]:
        try:
            with self._opener.open(request, timeout=max(0.1, self._left_s())) as answer:
                return self._body(answer), str(answer.headers.get_content_type())
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error) from error
        except TimeoutError as error:
            raise self._too_slow() from error
        except (OSError, HTTPException, ValueError) as error:  # a socket that is aborted may be gone in mid-sentence
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._too_slow() from error
            raise UnavailableError(
                f"{self._server.called} cannot be reached: {error}"[:MOST_TELLING_CHARACTERS],
                code=self._code("unreachable"),
                hint=f"Check {self._server.variable}, and that the server runs.",
            ) from error

    def _body(self, answer: Any) -> bytes:
        """Read the answer piece by piece: one that trickles in keeps nobody beyond the limit."""
        found = bytearray()
        while piece := answer.read1(BLOCK_BYTES):
            found += piece
            if len(found) > self._server.max_answer_bytes:
                raise AdapterError(f"the answer of {self._server.called} is too long", code=self._code("failed"))
            if self._left_s() <= 0 or self._aborted:
                raise self._too_slow()
        return bytes(found)

    def _left_s(self) -> float:
        return self._until_s - time.monotonic()

    def _code(self, what: str) -> str:
        return f"{self._server.code}.{what}"

    def _too_slow(self) -> AdapterError:
        return AdapterError(
            f"{self._server.called} did not answer within {self._server.timeout_s:g} s",
            code=self._code("timeout"),
            hint=f"Give it longer with {self._server.variable}_TIMEOUT_S.",
        )

    def _refused(self, error: urllib.error.HTTPError) -> AdapterError:
        ill = error.code >= 500 or error.code == OVERLOADED  # noqa: PLR2004 (the status codes of HTTP)
        detail = ""
        with suppress(OSError, HTTPException):
            detail = " ".join(error.read(MOST_TELLING_CHARACTERS).decode("utf-8", errors="replace").split())
        variable = self._server.variable
        return AdapterError(
            f"{self._server.called} said {error.code}: {detail}".rstrip(": "),
            code=self._code("failed" if ill else "refused"),
            hint="" if ill else f"Check {variable}, {variable}_MODEL and {variable}_KEY.",
            details={"status": error.code},
        )


async def exchanged(server: Server, exchange: Callable[[Wire], T]) -> T:
    """Call `exchange` with a fresh wire in a thread; cancelling the call ends the exchange.

    Raises
    ------
    AdapterError
        What `exchange` raised.
    """
    wire = Wire(server)
    work = asyncio.ensure_future(asyncio.to_thread(exchange, wire))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(_forget)
        wire.abort()
        raise


def named_model(body: bytes) -> str | None:
    """Return the model that an answer says it is by."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    name = found.get("model") if isinstance(found, dict) else None
    return name if isinstance(name, str) and name else None


def _forget(work: "asyncio.Future[Any]") -> None:
    """Take note of what nobody waits for any more."""
    if not work.cancelled():
        work.exception()


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(  # noqa: PLR0917 (as it is called)
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Return None: the redirection becomes an error."""
        del req, fp, code, msg, headers, newurl


class _PlainLine(http.client.HTTPConnection):
    """A connection whose socket is remembered."""

    def __init__(self, *args: Any, sockets: list[socket.socket], **options: Any) -> None:
        super().__init__(*args, **options)
        self._sockets = sockets

    def connect(self) -> None:
        """Connect, and remember the socket."""
        super().connect()
        self._sockets.append(self.sock)


class _SecureLine(http.client.HTTPSConnection):
    """As `_PlainLine`, encrypted."""

    def __init__(self, *args: Any, sockets: list[socket.socket], **options: Any) -> None:
        super().__init__(*args, **options)
        self._sockets = sockets

    def connect(self) -> None:
        """Connect, and remember the socket."""
        super().connect()
        self._sockets.append(self.sock)


class _KeptPlain(urllib.request.HTTPHandler):
    """Opens connections whose sockets are remembered."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        super().__init__()
        self._kept = sockets

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open a connection."""
        return self.do_open(partial(_PlainLine, sockets=self._kept), req)


class _KeptSecure(urllib.request.HTTPSHandler):
    """As `_KeptPlain`, encrypted."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        super().__init__()
        self._kept = sockets

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open a connection."""
        return self.do_open(partial(_SecureLine, sockets=self._kept), req)
