"""A home's being and its ledger in, the web application out: one page, its files, the turns as JSON, and the WebSocket.

It listens to nothing itself (`server.run` does), and everything it says about a being is what the ledger says.
"""

import asyncio
import html
import re
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from foundling.community import Room, Speaker
from foundling.home import Home, Ledger
from foundling.server import protocol
from foundling.server.hub import Hub
from foundling.server.site import STATIC, make_site

_TYPES = {"room.css": "text/css", "room.js": "text/javascript", "mark.svg": "image/svg+xml"}


def make_app(home: Home, being: Speaker, ledger: Ledger, origins: Sequence[str] = ()) -> Starlette:
    """The room of a being. `origins` are pages besides this machine's own that may speak to it.

    The caller holds the home's lock while it is served, because the room writes the ledger. Raises BadInput when the
    home's being.toml cannot be read.
    """
    room = Room(ledger, [being])
    hub = Hub(room, being.name)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "being": being.name, "present": hub.present})

    async def turns(request: Request) -> Response:
        events = await asyncio.to_thread(room.turns, _limit(request.query_params.get("limit", "50")))
        return JSONResponse({"turns": [protocol.turn(event) for event in events]})

    routes = [Route("/healthz", health), Route("/api/turns", turns)]
    return make_site(_page(being.name, str(home.being["born"])), _TYPES, routes, hub, hub.speak, origins)


def _page(name: str, born: str) -> str:
    """The page with the being's name and birth in it, escaped."""
    words = {"being": html.escape(name), "born": html.escape(born)}
    return re.sub(r"\{\{(being|born)\}\}", lambda hole: words[hole[1]], (STATIC / "room.html").read_text("utf-8"))


def _limit(given: str) -> int:
    """Raises HTTPException 400 for anything but a number from 1 to 200."""
    if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= 200:
        raise HTTPException(400, "The limit must be a number from 1 to 200.")
    return int(given)
