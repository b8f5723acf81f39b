"""Everybody who is connected, around one room: wishes flow in, messages to all flow out, and the being gets its turn.

All of it runs on the event loop but for two things that take time: a turn is committed in a pool thread, and the being
thinks and speaks in one thread of its own. The queue before that thread has one place: however many turns come while
it speaks, it is asked once afterwards and answers to the newest state.
"""

import asyncio
import bisect
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from foundling.community import Room
from foundling.home import check_name, name_key
from foundling.records import BadInput
from foundling.server import protocol
from foundling.server.limits import WAITING, Addresses, Bucket
from foundling.server.protocol import Message, Wish

REMEMBERED = 100  # turns that somebody who comes in sees

_log = logging.getLogger(__name__)


class Visitor:
    """One connected tab: its name once it has one, the messages that wait for it, and how it is to end."""

    def __init__(self, address: str) -> None:
        self.address, self.name, self.bucket = address, "", Bucket()
        self.waiting: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self.over: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def send(self, frame: str) -> None:
        """Put a frame in line. A reader that lets the line fill up is dropped, so that it costs no memory."""
        try:
            self.waiting.put_nowait(frame)
        except asyncio.QueueFull:
            self.dismiss(1013, "You read too slowly; come in again.")

    def dismiss(self, code: int, why: str) -> None:
        """End the connection with a close code; the first reason counts."""
        if not self.over.done():
            self.over.set_result((code, why))


class Hub:
    """The people connected to one room with one being in it. Use it from one event loop."""

    def __init__(self, room: Room, being: str) -> None:
        self._room, self.being = room, being
        self._addresses = Addresses()
        self._here: dict[str, Visitor] = {}  # by name_key: nobody takes the name of somebody who is here
        self._asked: asyncio.Queue[None] = asyncio.Queue(1)
        self._latest = [protocol.turn(event) for event in room.turns(REMEMBERED)]

    @property
    def present(self) -> list[str]:
        """The names of those who are connected, and the being's."""
        return [*(visitor.name for visitor in self._here.values() if visitor.name), self.being]

    def admit(self, address: str) -> Visitor | None:
        """A new connection from an address; None when there are enough of them."""
        return Visitor(address) if self._addresses.enter(address) else None

    def may(self, visitor: Visitor) -> bool:
        """Count one message of this visitor; False when it, or its address, sends too fast."""
        return visitor.bucket.take() and self._addresses.take(visitor.address)

    async def hear(self, visitor: Visitor, text: str | None) -> None:
        """What a client sent. Raises BadInput with the sentence for it."""
        await self.take(visitor, protocol.read_wish(text))

    async def take(self, visitor: Visitor, wish: Wish) -> None:
        """Do what a client wishes. Raises BadInput with the sentence for it."""
        if wish.kind == "join":
            self._join(visitor, wish.text)
        elif not visitor.name:
            raise BadInput("You have no name here yet; choose one first.")
        elif wish.kind == "typing":
            self._tell({"type": "thinking", "name": visitor.name}, but=visitor)
        else:  # shielded: once begun it is told to all, even when its sender goes away meanwhile
            await asyncio.shield(self._say(visitor, wish.text))

    def leave(self, visitor: Visitor) -> None:
        """The connection is gone."""
        self._addresses.go(visitor.address)
        key = name_key(visitor.name)
        if visitor.name and self._here.get(key) is visitor:
            del self._here[key]
            self._room.leave(visitor.name)
            self._tell({"type": "present", "names": self.present})

    async def speak(self) -> None:
        """Ask the being whenever something was said, and tell all what it says; goes on until it is cancelled."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="being") as thread:
            while True:
                await self._asked.get()
                self._tell({"type": "thinking", "name": self.being})
                replies = self._room.replies()
                try:
                    while (said := await loop.run_in_executor(thread, next, replies, None)) is not None:
                        self._tell(protocol.spoken(said))
                except Exception:  # a fault in the model or a full disk: people can go on talking
                    _log.exception("%s could not speak", self.being)
                    self._tell(protocol.error(f"{self.being} could not speak; the reason stands in the terminal."))
                finally:
                    await loop.run_in_executor(thread, replies.close)

    def _join(self, visitor: Visitor, name: str) -> None:
        if visitor.name:
            raise BadInput(f"You are {visitor.name} here; open another tab to come in as somebody else.")
        key = name_key(check_name(name))
        if key in self._here:
            raise BadInput(f"{self._here[key].name} is here already; choose another name.")
        visitor.name = self._room.join(name)
        self._here[key] = visitor
        welcome: Message = {"type": "welcome", "being": self.being, "you": visitor.name, "present": self.present}
        visitor.send(protocol.frame(welcome | {"turns": self._latest}))
        self._tell({"type": "present", "names": self.present}, but=visitor)

    async def _say(self, visitor: Visitor, text: str) -> None:
        event = await asyncio.to_thread(self._room.record, visitor.name, text)
        if name_key(visitor.name) not in self._here:
            self._room.leave(visitor.name)
        self._tell(protocol.turn(event))
        with suppress(asyncio.QueueFull):
            self._asked.put_nowait(None)

    def _tell(self, message: Message, but: Visitor | None = None) -> None:
        """To all who have a name. Two commits may get here in the other order, so turns are kept by their number."""
        if message["type"] == "turn":
            bisect.insort(self._latest, message, key=lambda turn: turn["id"])
            del self._latest[:-REMEMBERED]
        frame = protocol.frame(message)
        for visitor in [*self._here.values()]:
            if visitor is not but:
                visitor.send(frame)
