"""A history in, answers to queries out, each with the event that made it so, from one walk through the village's own
state.

The independent checker (`questions.check`) answers the same queries with code of its own, sharing nothing with this.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from foundling.world.questions.asked import Query
from foundling.world.village.records import Event, History
from foundling.world.village.state import State

_TO_ACTOR, _TO_TARGET = ("make", "find", "take", "steal"), ("give", "lend", "return")
_DOWN = ("put", "hide", "lose")

Key = tuple[str, ...]


class Truth:
    """What was so after each event of a history, looked up by bisection: where things and people are, whose they are,
    where anybody believes them to be. Built once for a history, in one walk."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.people = frozenset(person.name for person in history.setting.people)
        self._ids: dict[Key, list[int]] = {}
        self._values: dict[Key, list[str]] = {}
        state = State.begin(history.setting)
        for thing in history.setting.things:
            self._note(state, ("place_of_thing", thing.name), -1)
            self._note(state, ("owner", thing.name), -1)
        for event in history.events:
            state.apply(event)
            for key in _touched(state, event):
                self._note(state, key, event.id)

    def _note(self, state: State, key: Key, number: int) -> None:
        value = _value(state, key)
        values = self._values.setdefault(key, [])
        if not values or values[-1] != value:
            values.append(value)
            self._ids.setdefault(key, []).append(number)

    def answer(self, query: Query) -> str:
        """The key that is right, "" where there is none. Raises KeyError for a query of no known form."""
        return self.traced(query)[0]

    def traced(self, query: Query) -> tuple[str, int]:
        """The answer, and the event since which it holds (-1: from the beginning, or no single event's doing)."""
        form, *rest = query
        events = self.history.events
        if form in ("actor", "target"):
            event = events[int(rest[0])]
            return (event.actor if form == "actor" else event.target), event.id
        if form == "first":
            return str(min(int(rest[0]), int(rest[1]), key=lambda i: (events[i].minute, i))), int(rest[0])
        if form == "cause":
            return str(events[int(rest[0])].cause), events[int(rest[0])].cause
        if form == "feels":
            felt = [f for f in events[int(rest[1])].feelings if f.who == rest[0]]
            return (max(felt, key=lambda f: f.strength).emotion if felt else ""), int(rest[1])
        if form == "did":
            kind, actor, target, thing, last = rest
            wanted = (kind, actor, target, thing)
            done = [e.id for e in events[:int(last) + 1] if (e.kind, e.actor, e.target, e.thing) == wanted]
            return ("yes" if done else "no"), (done[-1] if done else int(last))
        if form == "without":
            gone = self._led_to_by(int(rest[0]))
            return self._followed(str(rest[1]), events[:int(rest[2]) + 1], gone), int(rest[0])
        if form not in ("place_of_thing", "place_of_person", "owner", "believes"):
            raise KeyError(form)
        return self._at((str(form), *map(str, rest[:-1])), int(rest[-1]))

    def _at(self, key: Key, last: int) -> tuple[str, int]:
        ids = self._ids.get(key, [])
        place = bisect_right(ids, last)
        return (self._values[key][place - 1], ids[place - 1]) if place else ("", -1)

    def led_to(self, number: int) -> Iterator[int]:
        """The ids of what led to an event, the nearest first."""
        number = self.history.events[number].cause
        while number >= 0:
            yield number
            number = self.history.events[number].cause

    def _led_to_by(self, number: int) -> set[int]:
        """The event and all that would not have happened without it."""
        gone = {number}
        for event in self.history.events[number + 1:]:
            if event.cause in gone:
                gone.add(event.id)
        return gone

    def _followed(self, thing: str, events: Sequence[Event], gone: set[int]) -> str:
        """Where a thing ends when all but some events happen: its holder, or the place where it lies. "" where it would
        have been elsewhere when something else was done with it, which then could not have been done."""
        found = self.history.setting.thing(thing)
        spot = real = found.holder or found.place
        for event in events:
            if thing not in (event.thing, event.other):
                continue
            if event.id not in gone:
                if spot != real:
                    return ""
                spot = _moved(thing, event, spot)
            real = _moved(thing, event, real)
        return spot


def _moved(thing: str, event: Event, spot: str) -> str:
    """Where a thing that was at a spot is after an event that concerns it."""
    if event.kind in _TO_ACTOR or (thing == event.other and event.kind == "trade"):
        return event.actor
    if event.kind in _TO_TARGET or event.kind == "trade":
        return event.target
    return event.place if event.kind in _DOWN else "" if event.kind == "share" else spot


def _value(state: State, key: Key) -> str:
    """The state's word on a key."""
    form, name = key[0], key[1]
    if form == "place_of_thing":
        return state.holder(name) or state.place_of(name)
    if form == "owner":
        return state.owner(name)
    return state.where(name) if form == "place_of_person" else state.believes(name, key[2])


def _touched(state: State, event: Event) -> Iterator[Key]:
    """The keys whose values an event may have changed."""
    things = [thing for thing in (event.thing, event.other) if thing]
    if event.actor:
        yield ("place_of_person", event.actor)
    for thing in things:
        yield ("place_of_thing", thing)
        yield ("owner", thing)
        for name in event.seen:
            yield ("believes", name, thing)
        if event.target and event.target not in event.seen:
            yield ("believes", event.target, thing)
    if event.kind in ("go", "arrive"):
        for thing in state.lying[event.to or event.place]:
            yield ("believes", event.actor, thing)
