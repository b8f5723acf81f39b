"""A village with its company in, the window on it out: one page, its files, the picture as JSON, and the WebSocket.

It listens to nothing itself (`server.watch` does), and every request passes the same guard as the room's.
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from foundling.server.onlookers import Living, Onlookers
from foundling.server.site import STATIC, make_site

_TYPES = {
    "window.css": "text/css", "window.js": "text/javascript", "window-map.js": "text/javascript",
    "window-land.js": "text/javascript", "window-stage.js": "text/javascript", "mark.svg": "image/svg+xml",
}


def make_window(company: Living, origins: Sequence[str] = ()) -> Starlette:
    """The window on a village. `origins` are pages besides this machine's own that may look through it."""
    onlookers = Onlookers(company)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "village": onlookers.state["village"]})

    async def state(request: Request) -> Response:
        return JSONResponse(onlookers.state)

    routes = [Route("/healthz", health), Route("/api/state", state)]
    return make_site((STATIC / "window.html").read_text("utf-8"), _TYPES, routes, onlookers, onlookers.live, origins)
