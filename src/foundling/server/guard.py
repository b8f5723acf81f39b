"""Every request in, only those from this machine's own page out, and every answer with its security headers.

A server on loopback can be reached by any web page through DNS rebinding (so `Host` is checked), and browsers let any
page open a WebSocket to it (so `Origin` is checked, on the handshake too): serving-security.md sections 3 and 5.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # what people said stays out of the disk caches of shared computers
}

_GONE = 1.0  # seconds in which a refused connection is surely gone
_NETLOC = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")


class Guard:
    """ASGI middleware. `origins` are further pages that may come in (`https://room.example`); their hosts may too."""

    def __init__(self, app: ASGIApp, origins: Sequence[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._hosts = frozenset(LOOPBACK) | {host for o in self._origins if (host := _host(urlsplit(o).netloc))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif (why := self._refusal(Headers(scope=scope))) is None:
            await self._app(scope, receive, send_guarded)
        else:
            await refuse(scope, receive, send_guarded, status=403, why=why)

    def _refusal(self, headers: Headers) -> str | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or _host(hosts[0]) not in self._hosts:
            return "This room is reached by the address that it printed when it started; open that one."
        allowed = self._origins | {f"http://{hosts[0].lower()}"}
        if any(origin.lower() not in allowed for origin in origins):
            return "Another page may not speak to this room; open the room itself."
        return None


async def refuse(scope: Scope, receive: Receive, send: Send, *, status: int, why: str) -> None:
    """Answer an HTTP request or a WebSocket handshake with an error as JSON."""
    response = JSONResponse({"error": why}, status_code=status)
    if scope["type"] != "websocket":
        await response(scope, receive, send)
        return
    await WebSocket(scope, receive, send).send_denial_response(response)
    # uvicorn tells of the end twice, when the answer is written and when the connection is gone; who returns before the
    # second is reported as a fault of the application.
    with suppress(TimeoutError):
        async with asyncio.timeout(_GONE):
            ends = 0
            while ends < 2:
                ends += (await receive())["type"] == "websocket.disconnect"


def _host(netloc: str) -> str | None:
    """The host of `host:port`, without the port; None when it is no such thing."""
    match = _NETLOC.fullmatch(netloc.lower())
    return match[1] if match else None
