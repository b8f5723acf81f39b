"""A seed in, a day in a village that nobody has read of out: who and what was there, and what happened.

It draws and replays; it reads no candidate. What was so at any time of the day comes from the independent replay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from foundling.world.chance import Dice
from foundling.world.questions.exam import new_names
from foundling.world.questions.replay import World
from foundling.world.village import Village
from foundling.world.village.records import DAY, Event, History

DAYS = 4
_PEOPLE = range(12, 20)
Pairs = set[tuple[str, str]]
_SHOWN = ("kind", "actor", "target", "thing", "other", "place", "to")


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of a history. at: (person, place) for all that held at some time of it; with_: (thing, person) likewise,
    held or owned; lying: (thing, place)."""

    history: History
    number: int
    events: tuple[Event, ...]
    at: frozenset[tuple[str, str]]
    with_: frozenset[tuple[str, str]]
    lying: frozenset[tuple[str, str]]


@lru_cache(maxsize=8)
def day_of(seed: int) -> Day:
    """The day of a seed: never the first, on which nobody has any past yet."""
    dice = Dice(seed, "world space")
    history = Village(dice.randrange(2**31), people=dice.choice(_PEOPLE), names=new_names()).run(DAYS)
    number = dice.randrange(1, DAYS)
    world, events = World(history.setting), list[Event]()
    at, held, lying = Pairs(), Pairs(), Pairs()
    for event in history.events:
        if event.minute // DAY == number and not events:
            _note(world, at, held, lying)
        world.happen(event)
        if event.minute // DAY == number:
            events.append(event)
            _note(world, at, held, lying)
    return Day(history=history, number=number, events=tuple(events), at=frozenset(at), with_=frozenset(held),
               lying=frozenset(lying))


def _note(world: World, at: Pairs, held: Pairs, lying: Pairs) -> None:
    """Add what is so now."""
    at.update((person, place) for person, place in world.at.items() if place)
    held.update((thing, person) for thing, person in world.holder.items() if person)
    held.update((thing, person) for thing, person in world.owner.items() if person)
    lying.update((thing, place) for thing in world.place if (place := world.stands(thing)))


def sheet(seed: int) -> dict[str, Any]:
    """What somebody who is to tell the day is given: who is there, what there is, and what happened, hour by hour."""
    day = day_of(seed)
    setting = day.history.setting
    return {
        "seed": seed, "village": setting.name, "day": day.number,
        "people": [{"name": p.name, "they": p.they, "home": p.home, "work": p.work} for p in setting.people],
        "places": [f"{place.at} the {place.name}" for place in setting.places],
        "things": [{"name": t.name, "owner": t.owner} for t in setting.things],
        "events": list(_rows(day)),
        "asked": "Tell some of this day in English prose, at least three deeds, in the order in which they happened.",
    }


def _rows(day: Day) -> Iterator[dict[str, Any]]:
    for event in day.events:
        told = {field: value for field in _SHOWN if (value := getattr(event, field))}
        yield {"time": f"{event.minute % DAY // 60:02}:{event.minute % 60:02}", **told}
