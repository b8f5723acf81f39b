"""The name of a simulated world in, what is true in it out: who is dead, who has what, held by the world's own replay.

A world is named `SEED/DAY` (the village of that seed on the morning of that day), or by a key of `facts.json`: a
history as `world.village` writes it, or a plain sheet of who is dead and who has what. Objections are those of
`world.questions.deeds`, the second opinion that shares no code with the village.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from foundling.records import BadInput
from foundling.world.questions.deeds import objections
from foundling.world.questions.replay import World
from foundling.world.village import Event, History, Setting, Village, from_json
from foundling.world.village.records import Person, Place, Thing

MOST_DAYS = 30
_LARGEST = 64 * 2**20
_DRAWN = re.compile(r"(\d{1,10})/(\d{1,3})")
_HERE = "here"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A world at one moment, with what it objects to."""

    setting: Setting
    world: World

    def knows(self, name: str) -> bool:
        """Whether somebody of that name is in the world."""
        return name in self.world.at

    def thing(self, words: str) -> str:
        """The world's thing that words end with the name of ("old blue jug" ends with "blue jug"); "" for none."""
        low = words.casefold()
        return next((name for name in sorted(self.world.holder, key=lambda name: (-len(name), name))
                     if low == name.casefold()), "")

    def against(self, who: str, relation: str, thing: str) -> Iterator[str]:
        """Why a claim cannot be: nothing for one that can, or of which the world knows nothing."""
        if not self.knows(who):
            return
        if relation == "dead":
            if who not in self.world.dead:
                yield f"{who} lives in that world"
        elif relation == "alive":
            if who in self.world.dead:
                yield f"{who} is dead in that world"
        elif name := self.thing(thing):
            event = Event(id=0, minute=0, kind="put", actor=who, thing=name, place=self.world.at[who])
            yield from (why.partition(" could not be: ")[2] for why in objections(self.world, self.setting, event)
                        if "is not in the village" not in why)


@dataclass(frozen=True, kw_only=True)
class Sheets:
    """The worlds that `facts.json` tells of, by name, and what was wrong with that file ("" for nothing)."""

    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    fault: str = ""

    def of(self, name: str) -> Sheet | None:
        """The facts of a world; None for one that nobody knows."""
        if name in self.sheets:
            return self.sheets[name]
        match = _DRAWN.fullmatch(name)
        if match and int(match[1]) < 2**31 and 1 <= int(match[2]) <= MOST_DAYS:
            return _drawn(int(match[1]), int(match[2]))
        return None


NO_SHEETS = Sheets()


@lru_cache(maxsize=8)
def _drawn(seed: int, day: int) -> Sheet:
    """The village of a seed after so many days: the same on every machine of a kind."""
    return _replayed(Village(seed).run(day))


def _replayed(history: History) -> Sheet:
    world = World(history.setting)
    for event in history.events:
        world.happen(event)
    return Sheet(setting=history.setting, world=world)


def _plain(name: str, raw: Mapping[str, Any]) -> Sheet:
    """A sheet of {"dead": [names], "alive": [names], "has": {name: [things]}}."""
    has = {str(who): [str(thing) for thing in things] for who, things in raw.get("has", {}).items()}
    dead = [str(who) for who in raw.get("dead", [])]
    names = dict.fromkeys([*(str(who) for who in raw.get("alive", [])), *has, *dead])
    setting = Setting(
        seed=0, name=name, day=0, places=(Place(name=_HERE, at="at", kind=_HERE, x=0, y=0),),
        people=tuple(Person(name=who, they="she", age=0, work="", home=_HERE) for who in names),
        things=tuple(Thing(name=t, kind=t, owner=who, holder=who) for who, things in has.items() for t in things),
    )
    died = (Event(id=n, minute=0, kind="die", actor=who, place=_HERE) for n, who in enumerate(dead))
    return _replayed(History(setting=setting, events=tuple(died)))


def _sheet(name: str, raw: Any) -> Sheet:
    if isinstance(raw, dict) and "setting" in raw:
        return _replayed(from_json(json.dumps(raw).encode("utf-8")))
    return _plain(name, raw)


def read_sheets(path: Path) -> Sheets:
    """The worlds of a facts.json: an object from names to histories or plain sheets. Never raises: a file that cannot
    be read gives none, and says why."""
    try:
        if not path.is_file() or path.is_symlink():
            return NO_SHEETS
        if path.stat().st_size > _LARGEST:
            return Sheets(fault=f"it has more than {_LARGEST // 2**20} MB")
        raw = json.loads(path.read_bytes())
        return Sheets(sheets={str(name): _sheet(str(name), one) for name, one in raw.items()})
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError, BadInput) as fault:
        return Sheets(fault=f"it is no fact sheet ({type(fault).__name__})")
