"""One WebSocket from handshake to close: frames flow in and out between a browser and a gate. It knows no room.

Close codes: 1008 sent too fast, 1009 a frame over `limits.FRAME` (by the WebSocket library), 1013 read too slowly.
"""

import asyncio
from contextlib import suppress
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from foundling.records import BadInput
from foundling.server import protocol
from foundling.server.guard import refuse
from foundling.server.hub import Visitor

_PATIENCE = 2.0  # seconds for the close frame of a reader that does not read


class Gate(Protocol):
    """Whoever lets tabs in and takes what they send: the hub of a room, or the onlookers of a village."""

    def admit(self, address: str) -> Visitor | None:
        """A new visitor, None where there are too many."""

    def leave(self, visitor: Visitor) -> None:
        """The visitor is gone."""

    def may(self, visitor: Visitor) -> bool:
        """False where somebody sends too fast."""

    async def hear(self, visitor: Visitor, text: str | None) -> None:
        """What the visitor sent, as it came. Raises BadInput when it cannot be used."""


async def visit(gate: Gate, socket: WebSocket) -> None:
    """Serve one connection until it ends, by either side."""
    address = socket.client.host if socket.client else ""
    visitor = gate.admit(address)
    if visitor is None:
        why = "There are too many tabs open; close one and come in again."
        await refuse(socket.scope, socket.receive, socket.send, status=429, why=why)
        return
    ways: list[asyncio.Future[None]] = []
    try:
        await socket.accept()
        ways = [asyncio.ensure_future(_listen(gate, visitor, socket)), asyncio.ensure_future(_send(visitor, socket))]
        endings: list[asyncio.Future[Any]] = [*ways, visitor.over]
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gate.leave(visitor)
        for way in ways:
            way.cancel()
    await asyncio.wait(ways)  # not gather, which is itself cancelled where the server is closing
    if visitor.over.done():
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            await asyncio.wait_for(socket.close(*visitor.over.result()), _PATIENCE)
    for way in ways:
        fault = None if way.cancelled() else way.exception()
        if fault is not None and not isinstance(fault, WebSocketDisconnect):
            raise fault


async def _listen(gate: Gate, visitor: Visitor, socket: WebSocket) -> None:
    while (received := await socket.receive())["type"] != "websocket.disconnect":
        if not gate.may(visitor):
            visitor.dismiss(1008, "You send too fast; wait a little and come in again.")
            return
        try:
            await gate.hear(visitor, received.get("text"))
        except BadInput as fault:
            visitor.send(protocol.frame(protocol.error(str(fault))))


async def _send(visitor: Visitor, socket: WebSocket) -> None:
    while True:
        await socket.send_text(await visitor.waiting.get())
