"""Everybody who watches, around one village: orders flow in, the village is stepped, and what happens flows out to all.

All of it runs on the event loop but for what takes time: ticks, new villages and physics run in a pool thread, so that
a slow speaker in the village holds nobody up. Nobody watching: the village rests.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from foundling.records import BadInput
from foundling.server import picture, stage
from foundling.server.hub import Visitor
from foundling.server.limits import Addresses
from foundling.server.orders import SPEEDS, Order, read_order
from foundling.world.physics.scene import KIND_NAMES
from foundling.world.village.birth import LEAST, MOST
from foundling.world.village.records import Event
from foundling.world.village.village import Village

DAWN = 6 * 60 + 30  # minute until which the first night, in which all are asleep, goes by in a moment
REMEMBERED = 60  # events that somebody who comes in sees
_TICK = 10  # minutes
_FASTEST = 60  # minutes a second above which several ticks go into one message
_MANY, _PAUSE = 15, 0.25  # ticks of such a message, and its seconds
_LONGEST = 1.0  # seconds after which a message of several ticks is sent as it is

_log = logging.getLogger(__name__)


class Living(Protocol):
    """A village and whoever speaks in it, a tick at a time; a `foundling.world.company.Company` is one."""

    @property
    def village(self) -> Village:
        """The village."""

    def step(self) -> Sequence[Event]:
        """One tick; what happened in it."""


@dataclass(frozen=True)
class Alone:
    """A village without any company."""

    village: Village

    def step(self) -> Sequence[Event]:
        """One tick; what happened in it."""
        return self.village.step()


class Onlookers:
    """The tabs that watch one village, and its clock. Use it from one event loop."""

    def __init__(self, company: Living) -> None:
        self._company = company
        self._addresses = Addresses()
        self._here: dict[Visitor, None] = {}
        self._turn = asyncio.Lock()  # whoever holds it may step, read or replace the village
        self._stage = asyncio.Semaphore(1)
        self._stirred = asyncio.Event()
        self._recent: list[picture.Shown] = []
        self._moods: dict[str, list[Any]] = {}
        self._spots: dict[str, str] = {}
        self._snapshot: picture.Shown = {}
        self.running, self.speed = True, 3
        self._over = False
        self._look(())

    @property
    def state(self) -> picture.Shown:
        """The whole picture as it is now, for a page that begins."""
        return {**self._snapshot, **self._status(), "type": "snapshot", "speeds": SPEEDS, "scenes": KIND_NAMES}

    def admit(self, address: str) -> Visitor | None:
        """A new tab, which is sent the whole picture; None when there are enough of them."""
        if not self._addresses.enter(address):
            return None
        visitor = Visitor(address)
        self._here[visitor] = None
        visitor.send(_frame(self.state))
        self._stirred.set()
        return visitor

    def leave(self, visitor: Visitor) -> None:
        """The tab is gone."""
        if visitor in self._here:
            del self._here[visitor]
            self._addresses.go(visitor.address)

    def may(self, visitor: Visitor) -> bool:
        """Count one order of this tab; False when it, or its address, sends too fast."""
        return visitor.bucket.take() and self._addresses.take(visitor.address)

    async def hear(self, visitor: Visitor, text: str | None) -> None:
        """What a tab sent. Raises BadInput with the sentence for it."""
        await self.take(visitor, read_order(text))

    async def take(self, visitor: Visitor, order: Order) -> None:
        """Do what a tab asks for. Raises BadInput with the sentence for it."""
        if order.do in ("play", "pause", "speed"):
            self.running = self.running if order.do == "speed" else order.do == "play"
            self.speed = order.number if order.do == "speed" else self.speed
            self._stirred.set()
            self._tell(self._status())
        elif order.do == "step":
            self.running = False
            self._tell(self._status())
            await self._advance(1)
        elif order.do == "person":
            visitor.send(_frame(await self._person(order.text)))
        elif order.do == "scene":
            seed = order.number if order.number >= 0 else random.randrange(2**31)
            async with self._stage:
                scene = await asyncio.to_thread(stage.staged, order.text, seed)
            visitor.send(_frame({"type": "scene", **scene}))
        else:
            await self._renew(order.number)

    async def live(self) -> None:
        """Step the village at its speed whenever it runs and somebody watches; goes on until it is cancelled."""
        try:
            while True:
                if not (self.running and self._here):
                    await self._stirred.wait()
                    self._stirred.clear()
                    continue
                many = self.speed > _FASTEST or self._company.village.minute < DAWN
                began = time.monotonic()
                await self._advance(_MANY if many else 1)
                rest = (_PAUSE if many else _TICK / self.speed) - (time.monotonic() - began)
                with suppress(TimeoutError):  # a change of speed is heard at once
                    await asyncio.wait_for(self._changed(), max(0.0, rest))
        finally:
            self._over = True

    async def _changed(self) -> None:
        """Returns when pace or pause has changed; a mere newcomer changes nothing."""
        before = (self.running, self.speed)
        while (self.running, self.speed) == before:
            await self._stirred.wait()
            self._stirred.clear()

    async def _advance(self, ticks: int) -> None:
        """Some ticks, and what happened in them to all. A fault in a speaker stops the clock and nothing else."""
        async with self._turn:
            try:
                events, shown = await asyncio.to_thread(self._ticks, ticks)
            except Exception:
                _log.exception("the village could not be stepped")
                self.running = False
                self._tell(self._status())
                self._tell(_error("The village stumbled and stands still; the reason stands in the terminal."))
                return
            self._tell(self._look(shown) | {"left_out": len(events) - len(shown)})

    def _ticks(self, ticks: int) -> tuple[list[Event], list[picture.Shown]]:
        events: list[Event] = []
        began = time.monotonic()
        for number in range(ticks):
            if self._over or (number and (not self.running or time.monotonic() - began > _LONGEST)):
                break
            events += self._company.step()
        village = self._company.village
        scenes = {event.id: scene for event in events if (scene := stage.fitting(village.setting.seed, event))}
        shown = picture.told(village, events)
        return events, [one | ({"scene": scenes[one["id"]]} if one["id"] in scenes else {}) for one in shown]

    def _look(self, shown: Sequence[picture.Shown]) -> picture.Shown:
        """A new picture of the village, and how it differs from the one before as a message."""
        village = self._company.village
        self._recent = [*self._recent, *shown][-REMEMBERED:]
        moods, before = picture.moods(village.state), self._moods
        spots = {person.name: village.state.where(person.name) for person in village.setting.people}
        moved = {name: spot for name, spot in spots.items() if self._spots.get(name) != spot}
        changed = {name: moods.get(name) for name in {**before, **moods} if before.get(name) != moods.get(name)}
        self._moods, self._spots = moods, spots
        self._snapshot = picture.snapshot(village, self._recent)
        return {"type": "tick", **picture.sky(village), "events": list(shown), "moved": moved, "moods": changed}

    async def _person(self, name: str) -> picture.Shown:
        async with self._turn:
            if name not in self._company.village.state.people:
                raise BadInput(f"Nobody here is called {name!a}; choose somebody on the map.")
            return {"type": "person", **await asyncio.to_thread(picture.person, self._company.village, name)}

    async def _renew(self, seed: int) -> None:
        """Another village of the same size; those who spoke in the old one stay behind."""
        async with self._turn:
            old = self._company.village
            size = min(MOST, max(LEAST, len(old.setting.people)))
            new = Alone(await asyncio.to_thread(lambda: Village(seed, people=size, threads=old.threads)))
            self._company, self._recent, self._moods, self._spots = new, [], {}, {}
            self._look(())
        self._tell(self.state)

    def _status(self) -> picture.Shown:
        return {"type": "status", "running": self.running, "speed": self.speed}

    def _tell(self, message: picture.Shown) -> None:
        frame = _frame(message)
        for visitor in [*self._here]:
            visitor.send(frame)


def _error(text: str) -> picture.Shown:
    return {"type": "error", "text": text}


def _frame(message: picture.Shown) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
