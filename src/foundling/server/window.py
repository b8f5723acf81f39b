"""A village with its company in, the window on it out: one page, its files, the picture as JSON, and the WebSocket.

It listens to nothing itself (`server.watch` does), and every request passes the same guard as the room's.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from foundling.server.guard import HEADERS, Guard
from foundling.server.onlookers import Living, Onlookers
from foundling.server.visit import visit

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    "window.css": "text/css", "window.js": "text/javascript", "window-map.js": "text/javascript",
    "window-land.js": "text/javascript", "window-stage.js": "text/javascript", "mark.svg": "image/svg+xml",
}


def make_window(company: Living, origins: Sequence[str] = ()) -> Starlette:
    """The window on a village. `origins` are pages besides this machine's own that may look through it."""
    onlookers = Onlookers(company)
    page = (_STATIC / "window.html").read_text("utf-8")
    files = {name: (_STATIC / name).read_bytes() for name in _TYPES}

    async def index(request: Request) -> Response:
        return HTMLResponse(page)

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404, "There is no such file.")
        return Response(files[name], media_type=_TYPES[name])

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "village": onlookers.state["village"]})

    async def state(request: Request) -> Response:
        return JSONResponse(onlookers.state)

    async def meet(socket: WebSocket) -> None:
        await visit(onlookers, socket)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        living = asyncio.create_task(onlookers.live())
        try:
            yield
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living

    return Starlette(
        routes=[
            Route("/", index), Route("/static/{name}", static), Route("/healthz", health), Route("/api/state", state),
            WebSocketRoute("/ws", meet),
        ],
        middleware=[Middleware(Guard, origins=tuple(origins))],
        exception_handlers={HTTPException: _told, Exception: _fault},
        lifespan=lifespan,
    )


async def _told(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    return JSONResponse({"error": fault.detail}, status_code=fault.status_code, headers=fault.headers)


async def _fault(request: Request, fault: Exception) -> Response:
    # Starlette answers this one outside of the guard, so that it brings the guard's headers along.
    return JSONResponse({"error": "Something broke; the reason stands in the terminal."}, 500, headers=HEADERS)
