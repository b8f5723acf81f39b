"""A history in, plots out: chains of events that led to one another, each with its hero and how it ended.

Chains follow `cause` and `about`; what has no part in any chain is left to everyday life and makes no plot.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from foundling.world.chance import Dice
from foundling.world.village.records import DAY, Event, History

SHORTEST, LONGEST, CHAIN = 3, 12, 30  # events of a plot, and of the chain that it is taken from
_SILENT = frozenset(("weather", "feast", "damage"))  # nobody in particular does them
_PLAIN = frozenset(("go", "work"))  # told where they lead to something
_POLITE = frozenset(("meet", "thank", "praise", "say"))  # no story is made of these alone
_GOOD = frozenset((
    "forgive", "thank", "keep", "befriend", "recover", "return", "find", "share", "praise", "mend", "feast",
))
_BAD = frozenset(("refuse", "forget", "quarrel", "die", "mourn", "break", "steal", "mock", "leave", "miss", "accuse"))


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Events of one history in order, whose story it is, and its ending: good, bad or open."""

    history: History
    events: tuple[Event, ...]
    hero: str
    ending: str
    skies: "Skies"

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who does something or to whom something is done, the hero first."""
        named = [self.hero, *(n for e in self.events for n in (e.actor, e.target) if n)]
        return tuple(dict.fromkeys(named))

    @property
    def things(self) -> tuple[str, ...]:
        """The things in it, in the order in which they come."""
        return tuple(dict.fromkeys(t for e in self.events for t in (e.thing, e.other) if t))

    @property
    def places(self) -> tuple[str, ...]:
        """The places in it, in the order in which they come."""
        return tuple(dict.fromkeys(p for e in self.events for p in (e.place, e.to) if p))


class Skies:
    """What the weather was at any minute of a history."""

    def __init__(self, history: History) -> None:
        turns = [event for event in history.events if event.kind == "weather"]
        self._minutes, self._what = [e.minute for e in turns], [e.what for e in turns]

    def at(self, minute: int) -> str:
        """One of WEATHERS, or "" before the first word of it."""
        place = bisect_right(self._minutes, minute)
        return self._what[place - 1] if place else ""


def plots(history: History) -> Iterator[Plot]:
    """Every plot of a history, by its first event. Long chains are cut where most time passes between two events."""
    skies = Skies(history)
    for chain in _chains(history):
        for whole in _cut([event for event in chain if event.kind not in _PLAIN]):
            part = _focused(whole)
            if len(part) >= SHORTEST and len({e.kind for e in part} - _POLITE) >= 2:
                told = tuple(_led_to(history, part))
                yield Plot(history=history, events=told, hero=_hero(part), ending=_ending(part), skies=skies)


def cut(plot: Plot, dice: Dice) -> Plot:
    """A few events in a row of a plot, as much as can be asked about and kept in mind."""
    count = dice.randrange(SHORTEST, SHORTEST + 5)
    start = dice.randrange(max(1, len(plot.events) - count + 1))
    return replace(plot, events=plot.events[start:start + count])


def _chains(history: History) -> list[list[Event]]:
    """Events that hang together by cause or by what they are about, each chain in order (union-find)."""
    root = list(range(len(history.events)))

    def top(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for event in history.events:
        for other in (event.cause, event.about):
            if other >= 0 and history.events[other].kind not in _SILENT:
                root[top(event.id)] = top(other)
    found: dict[int, list[Event]] = {}
    for event in history.events:
        found.setdefault(top(event.id), []).append(event)
    return [chain for chain in found.values() if len(chain) >= SHORTEST]


def _cut(chain: list[Event]) -> list[list[Event]]:
    """The chain in parts of at most CHAIN events."""
    if len(chain) <= CHAIN:
        return [chain]
    gaps = [chain[i].minute - chain[i - 1].minute for i in range(SHORTEST, len(chain) - SHORTEST + 1)]
    at = SHORTEST + gaps.index(max(gaps))
    return [*_cut(chain[:at]), *_cut(chain[at:])]


def _focused(part: list[Event]) -> list[Event]:
    """What concerns the hero, or the thing that the chain is mostly about: in a village everything hangs together."""
    if not part:
        return part
    hero, things = _hero(part), [t for e in part for t in (e.thing, e.other) if t]
    main = max(things, key=things.count) if things else ""
    return [
        e for e in part
        if hero in (e.actor, e.target) or (main and main in (e.thing, e.other)) or e.kind in _SILENT
    ][:LONGEST]


def _hero(part: list[Event]) -> str:
    """Whoever does most; what is done to one counts half. The first of several alike."""
    weight: dict[str, int] = {}
    for event in part:
        if event.actor:
            weight[event.actor] = weight.get(event.actor, 0) + 2
        if event.target:
            weight[event.target] = weight.get(event.target, 0) + 1
    return max(weight, key=lambda name: weight[name]) if weight else ""


def _ending(part: list[Event]) -> str:
    for event in reversed(part):
        if event.kind in _GOOD:
            return "good"
        if event.kind in _BAD:
            return "bad"
    return "open"


def _led_to(history: History, part: list[Event]) -> list[Event]:
    """The part with the walks, and the weather, that lead from one of its events to the next."""
    told, inside = list(part), {event.id for event in part}
    where: dict[str, str] = {}
    for event in part:
        actor = event.actor
        if actor and event.place and where.get(actor, event.place) != event.place:
            walk = _last_walk(history, event)
            if walk is not None and walk.id not in inside and walk.id > part[0].id:
                told.append(walk)
                inside.add(walk.id)
        if actor:
            where[actor] = event.to if event.kind == "go" else event.place
    skies = [e for e in history.events[part[0].id:part[-1].id] if e.kind == "weather"]
    told += skies[:1] if part[-1].minute - part[0].minute < 3 * DAY else []
    return sorted(told, key=lambda event: event.id)


def _last_walk(history: History, event: Event) -> Event | None:
    """The actor's walk to where the event happens, if their last one ended there."""
    for before in reversed(history.events[max(0, event.id - 400):event.id]):
        if before.kind == "go" and before.actor == event.actor:
            return before if before.to == event.place else None
    return None
