"""One WebSocket from handshake to close: frames flow in and out between a browser and the hub. It knows no room.

Close codes: 1008 sent too fast, 1009 a frame over `limits.FRAME` (by the WebSocket library), 1013 read too slowly.
"""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from foundling.records import BadInput
from foundling.server import protocol
from foundling.server.guard import refuse
from foundling.server.hub import Hub, Visitor

_PATIENCE = 2.0  # seconds for the close frame of a reader that does not read


async def visit(hub: Hub, socket: WebSocket) -> None:
    """Serve one connection until it ends, by either side."""
    address = socket.client.host if socket.client else ""
    visitor = hub.admit(address)
    if visitor is None:
        why = "There are too many tabs open; close one and come in again."
        await refuse(socket.scope, socket.receive, socket.send, status=429, why=why)
        return
    ways: list[asyncio.Future[None]] = []
    try:
        await socket.accept()
        ways = [asyncio.ensure_future(_listen(hub, visitor, socket)), asyncio.ensure_future(_send(visitor, socket))]
        endings: list[asyncio.Future[Any]] = [*ways, visitor.over]
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(visitor)
        for way in ways:
            way.cancel()
    ends = await asyncio.gather(*ways, return_exceptions=True)
    if visitor.over.done():
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            await asyncio.wait_for(socket.close(*visitor.over.result()), _PATIENCE)
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
            raise end


async def _listen(hub: Hub, visitor: Visitor, socket: WebSocket) -> None:
    while (received := await socket.receive())["type"] != "websocket.disconnect":
        if not hub.may(visitor):
            visitor.dismiss(1008, "You send too fast; wait a little and come in again.")
            return
        try:
            await hub.take(visitor, protocol.read_wish(received.get("text")))
        except BadInput as fault:
            visitor.send(protocol.frame(protocol.error(str(fault))))


async def _send(visitor: Visitor, socket: WebSocket) -> None:
    while True:
        await socket.send_text(await visitor.waiting.get())
