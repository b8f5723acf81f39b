"""A home's being and its ledger in, the web application out: one page, its files, the turns as JSON, and the WebSocket.

It listens to nothing itself (`server.run` does), and everything it says about a being is what the ledger says.
"""

import asyncio
import html
import re
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

from foundling.community import Room, Speaker
from foundling.home import Home, Ledger
from foundling.server import protocol
from foundling.server.guard import HEADERS, Guard
from foundling.server.hub import Hub
from foundling.server.visit import visit

_STATIC = Path(__file__).parent / "static"
_TYPES = {"room.css": "text/css", "room.js": "text/javascript", "mark.svg": "image/svg+xml"}


def make_app(home: Home, being: Speaker, ledger: Ledger, origins: Sequence[str] = ()) -> Starlette:
    """The room of a being. `origins` are pages besides this machine's own that may speak to it.

    The caller holds the home's lock while it is served, because the room writes the ledger. Raises BadInput when the
    home's being.toml cannot be read.
    """
    room = Room(ledger, [being])
    hub = Hub(room, being.name)
    page = _page(being.name, str(home.being["born"]))
    files = {name: (_STATIC / name).read_bytes() for name in _TYPES}

    async def index(request: Request) -> Response:
        return HTMLResponse(page)

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404, "There is no such file.")
        return Response(files[name], media_type=_TYPES[name])

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "being": being.name, "present": hub.present})

    async def turns(request: Request) -> Response:
        events = await asyncio.to_thread(room.turns, _limit(request.query_params.get("limit", "50")))
        return JSONResponse({"turns": [protocol.turn(event) for event in events]})

    async def meet(socket: WebSocket) -> None:
        await visit(hub, socket)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        speaking = asyncio.create_task(hub.speak())
        try:
            yield
        finally:
            speaking.cancel()
            with suppress(asyncio.CancelledError):
                await speaking

    return Starlette(
        routes=[
            Route("/", index), Route("/static/{name}", static), Route("/healthz", health), Route("/api/turns", turns),
            WebSocketRoute("/ws", meet),
        ],
        middleware=[Middleware(Guard, origins=tuple(origins))],
        exception_handlers={HTTPException: _told, Exception: _fault},
        lifespan=lifespan,
    )


def _page(name: str, born: str) -> str:
    """The page with the being's name and birth in it, escaped."""
    words = {"being": html.escape(name), "born": html.escape(born)}
    return re.sub(r"\{\{(being|born)\}\}", lambda hole: words[hole[1]], (_STATIC / "room.html").read_text("utf-8"))


def _limit(given: str) -> int:
    """Raises HTTPException 400 for anything but a number from 1 to 200."""
    if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= 200:
        raise HTTPException(400, "The limit must be a number from 1 to 200.")
    return int(given)


async def _told(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    return JSONResponse({"error": fault.detail}, status_code=fault.status_code, headers=fault.headers)


async def _fault(request: Request, fault: Exception) -> Response:
    # Starlette answers this one outside of the guard, so that it brings the guard's headers along.
    return JSONResponse({"error": "Something broke; the reason stands in the terminal."}, 500, headers=HEADERS)
