"""A page, its files, its routes and what runs behind it in, a guarded web application out. It knows no room."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from foundling.server.guard import HEADERS, Guard
from foundling.server.visit import Gate, visit

STATIC = Path(__file__).parent / "static"


def make_site(
    page: str, types: Mapping[str, str], routes: Sequence[BaseRoute], gate: Gate,
    behind: Callable[[], Coroutine[None, None, None]], origins: Sequence[str],
) -> Starlette:
    """The page at `/`, the static files of `types` (name: media type), `routes`, and `/ws` through the gate.

    `behind` runs as long as the application does. `origins` are pages besides this machine's own that may speak to it.
    """
    files = {name: (STATIC / name).read_bytes() for name in types}

    async def index(request: Request) -> Response:
        return HTMLResponse(page)

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404, "There is no such file.")
        return Response(files[name], media_type=types[name])

    async def meet(socket: WebSocket) -> None:
        await visit(gate, socket)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(behind())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return Starlette(
        routes=[Route("/", index), Route("/static/{name}", static), *routes, WebSocketRoute("/ws", meet)],
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
